//! The verdict of a run.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The one-word answer about the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Memory or tasks grow and nothing explains it away.
    Leak,
    /// Nothing grows that this run could have found.
    Stable,
    /// This run cannot tell.
    Inconclusive,
    /// The target did not live through the run, or never answered.
    Failed,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Verdict::Leak => "leak",
            Verdict::Stable => "stable",
            Verdict::Inconclusive => "inconclusive",
            Verdict::Failed => "failed",
        })
    }
}
