//! The memory account as a table: who owned how much at the start and the end of steady.

use serde::{Deserialize, Serialize};

use crate::evidence::AccountPart;

/// One owner, at the start of steady and at the end, in bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AccountRow {
    /// Who.
    pub part: AccountPart,
    /// Bytes at the start of steady.
    pub start: f64,
    /// Bytes at the end of steady.
    pub end: f64,
    /// Bytes after settle, when requests that were in flight had ended; none where nothing was read then.
    #[serde(default)]
    pub settled: Option<f64>,
    /// Growth each request, where requests are counted.
    pub per_request: Option<f64>,
}

/// The table, with how far it can be trusted.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Account {
    /// Whether the runtime counts what it holds and gave back, so that native memory is the rest.
    pub exact: bool,
    /// The owners, what can leak first.
    pub rows: Vec<AccountRow>,
}
