//! The table `[rows]` of a profile, as it was written.

use serde::Deserialize;

use super::raw_value::RawValue;

/// `[rows]` as it was written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "a table, [rows] with its file; it belongs in a profile")]
#[expect(missing_docs, reason = "docs/requests.md says it, once")]
pub struct RowsTable {
    pub file: Option<RawValue>,
    pub order: Option<RawValue>,
}
