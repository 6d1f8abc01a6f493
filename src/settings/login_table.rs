//! The tables `[[login]]` and `[sessions]` of a profile, as they were written.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::raw_value::{RawValue, one_or_many};
use super::request_table::RequestTable;

/// `[[login]]` as it was written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(
    rename_all = "kebab-case",
    deny_unknown_fields,
    default,
    expecting = "a table, [[login]] with path and capture.NAME; it belongs in a profile"
)]
#[expect(missing_docs, reason = "docs/logins.md says it, once")]
pub struct LoginTable {
    pub name: Option<RawValue>,
    pub method: Option<RawValue>,
    pub path: Option<RawValue>,
    #[serde(deserialize_with = "one_or_many")]
    pub header: Vec<RawValue>,
    pub data: Option<RawValue>,
    #[serde(deserialize_with = "one_or_many")]
    pub expect_status: Vec<RawValue>,
    pub expect_text: Option<RawValue>,
    /// By the name that `{{session.NAME}}` has.
    pub capture: BTreeMap<String, CaptureTable>,
}

/// Where a value is found in the answer: one of these.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "a table with json, header or cookie")]
#[expect(missing_docs, reason = "docs/logins.md says it, once")]
pub struct CaptureTable {
    pub json: Option<RawValue>,
    pub header: Option<RawValue>,
    pub cookie: Option<RawValue>,
}

/// `[sessions]` as it was written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(
    rename_all = "kebab-case",
    deny_unknown_fields,
    default,
    expecting = "a table, [sessions] with count, renew or on-status; it belongs in a profile"
)]
#[expect(missing_docs, reason = "docs/logins.md says it, once")]
pub struct SessionsTable {
    pub count: Option<RawValue>,
    pub renew: Option<RawValue>,
    #[serde(deserialize_with = "one_or_many")]
    pub on_status: Vec<RawValue>,
}

impl LoginTable {
    /// The request that it is, without what is captured.
    pub fn request(&self) -> RequestTable {
        let LoginTable { name, method, path, header, data, expect_status, expect_text, .. } = self.clone();
        let request = RequestTable { name, method, path, header, data, ..RequestTable::default() };
        RequestTable { expect_status, expect_text, ..request }
    }
}
