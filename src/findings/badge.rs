//! The word above a report.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The verdict, or that a gate failed where the verdict by itself would let it pass.
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
}

impl fmt::Display for Badge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Badge::Leak => "leak",
            Badge::Stable => "stable",
            Badge::Inconclusive => "inconclusive",
            Badge::Failed => "failed",
            Badge::GateFailed => "gate failed",
        })
    }
}
