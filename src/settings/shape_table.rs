//! The table `[shape]` of a profile, as it was written.

use serde::Deserialize;

use super::raw_value::{RawValue, one_or_many};

/// `[shape]` as it was written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "a table, [shape] with its kind; it belongs in a profile")]
#[expect(missing_docs, reason = "docs/shapes.md says it, once")]
pub struct ShapeTable {
    pub kind: Option<RawValue>,
    pub from: Option<RawValue>,
    pub to: Option<RawValue>,
    pub over: Option<RawValue>,
    #[serde(deserialize_with = "one_or_many")]
    pub rates: Vec<RawValue>,
    pub each: Option<RawValue>,
    pub every: Option<RawValue>,
    #[serde(rename = "for")]
    pub lasts: Option<RawValue>,
    pub low: Option<RawValue>,
    pub high: Option<RawValue>,
    pub period: Option<RawValue>,
}
