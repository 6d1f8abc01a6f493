//! The tables `[[request]]` of a profile, as they were written.

use serde::Deserialize;

use super::raw_value::{RawValue, one_or_many};

/// `[[request]]` as it was written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(
    rename_all = "kebab-case",
    deny_unknown_fields,
    default,
    expecting = "a table, [[request]] with name and path; it belongs in a profile"
)]
#[expect(missing_docs, reason = "docs/requests.md says it, once")]
pub struct RequestTable {
    pub name: Option<RawValue>,
    pub method: Option<RawValue>,
    pub path: Option<RawValue>,
    #[serde(deserialize_with = "one_or_many")]
    pub header: Vec<RawValue>,
    pub data: Option<RawValue>,
    pub weight: Option<RawValue>,
    #[serde(deserialize_with = "one_or_many")]
    pub expect_status: Vec<RawValue>,
    pub expect_text: Option<RawValue>,
    pub reuse: Option<RawValue>,
}
