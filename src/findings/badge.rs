//! The word above a report.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Verdict;

/// What the run comes to in a word: the verdict, unless the user's gates decide. It agrees with the exit code, except
/// where --no-fail or --allow-inconclusive waived that.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Badge {
    /// It leaks.
    Leak,
    /// Nothing grows.
    Stable,
    /// This run cannot tell.
    #[default]
    Inconclusive,
    /// The target failed.
    Failed,
    /// A gate failed, and nothing is known to leak.
    GateFailed,
    /// This run could not decide a gate, and nothing is known to leak.
    GateUndecided,
    /// Only gates count, and each held.
    GatesHeld,
    /// Load was sent and nothing measured.
    LoadOnly,
}

impl Badge {
    /// The verdict whose colour it has: red, green, yellow or magenta.
    pub fn tone(self) -> Verdict {
        match self {
            Badge::Leak | Badge::GateFailed => Verdict::Leak,
            Badge::Stable | Badge::GatesHeld | Badge::LoadOnly => Verdict::Stable,
            Badge::Inconclusive | Badge::GateUndecided => Verdict::Inconclusive,
            Badge::Failed => Verdict::Failed,
        }
    }
}

impl fmt::Display for Badge {
    /// In capitals, as it stands in front of a headline.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Badge::Leak => "LEAK",
            Badge::Stable => "NO LEAK",
            Badge::Inconclusive => "CANNOT TELL",
            Badge::Failed => "FAILED",
            Badge::GateFailed => "GATE FAILED",
            Badge::GateUndecided => "GATE UNDECIDED",
            Badge::GatesHeld => "GATES HELD",
            Badge::LoadOnly => "LOAD ONLY",
        })
    }
}
