//! How the limits of the user came out.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How a gate came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum GateResult {
    /// Wholly under the limit.
    Held,
    /// Wholly over it.
    Failed,
    /// Across it, or nothing to compare.
    Inconclusive,
}

impl fmt::Display for GateResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            GateResult::Held => "held",
            GateResult::Failed => "failed",
            GateResult::Inconclusive => "inconclusive",
        })
    }
}

/// One gate, compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct GateFinding {
    /// As written.
    pub expr: String,
    /// How it came out.
    pub result: GateResult,
    /// What was measured, in the limit's unit (slopes each second).
    pub value: Option<f64>,
    /// Its interval, where it has one.
    pub ci: Option<[f64; 2]>,
    /// Seconds of steady that would decide.
    pub needs_s: Option<f64>,
    /// One sentence.
    pub why: String,
}
