//! The phases of a run.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The phases of a run, in the order in which they come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// No load yet: the level the target starts from.
    Baseline,
    /// Load, not judged: caches and pools fill.
    Warmup,
    /// Load, and what is judged.
    Steady,
    /// No load any more: what comes back was not leaked.
    Settle,
}

impl Phase {
    /// Whether requests are driven in this phase.
    pub fn has_load(self) -> bool {
        matches!(self, Phase::Warmup | Phase::Steady)
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Phase::Baseline => "baseline",
            Phase::Warmup => "warmup",
            Phase::Steady => "steady",
            Phase::Settle => "settle",
        })
    }
}

impl FromStr for Phase {
    type Err = String;

    fn from_str(text: &str) -> Result<Phase, String> {
        match text.trim() {
            "baseline" => Ok(Phase::Baseline),
            "warmup" | "warm-up" => Ok(Phase::Warmup),
            "steady" => Ok(Phase::Steady),
            "settle" => Ok(Phase::Settle),
            other => Err(format!("invalid phase '{other}': expected baseline, warmup, steady or settle")),
        }
    }
}
