//! The requests of a plan that has several, as plan.toml has them.

use serde::{Deserialize, Serialize};

/// One of the requests, without its secrets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RequestRecord {
    /// What load.csv and the report call it.
    pub name: String,
    /// How.
    pub method: String,
    /// Where on the origin, without the values of its query.
    pub path: String,
    /// Its share of the requests, against those of the others.
    pub weight: f64,
    /// The names of the headers that are sent; their values may be secret.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<String>,
    /// How long its body is, in bytes.
    #[serde(default)]
    pub body_bytes: u64,
    /// Statuses that are right although they are no 2xx.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expect_status: Vec<u16>,
    /// How long the text is that an answer must hold, in bytes; 0 where none is expected.
    #[serde(default)]
    pub expect_text_bytes: u64,
}
