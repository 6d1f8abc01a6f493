//! The resolved plan without its secrets: plan.toml.

use serde::{Deserialize, Serialize};

use super::Gate;
use crate::units::{Rate, Span};

/// How long each phase takes. With cycles, warmup, steady and settle are those of one cycle.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PhasePlan {
    /// No load, before.
    pub baseline: Span,
    /// Load, not judged.
    pub warmup: Span,
    /// Load, judged.
    pub steady: Span,
    /// No load, after.
    pub settle: Span,
    /// How often warmup, steady and settle are gone through, at least 1.
    pub cycles: u32,
}

impl PhasePlan {
    /// The whole run.
    pub fn total(&self) -> Span {
        Span(self.baseline.0 + (self.warmup.0 + self.steady.0 + self.settle.0) * self.cycles)
    }
}

/// What the judge is told by the user.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judging {
    /// How far a slope is kept up to see whether it matters.
    pub horizon: Span,
    /// The growth a request, in bytes, that a run must be able to find to call a target stable.
    pub resolution_bytes: f64,
    /// The longest that a target holds on to what it lets go in the end.
    pub max_hold: Option<Span>,
    /// Errors beyond this share of what was due make the run inconclusive.
    pub max_error_ratio: f64,
    /// Gone for longer than this is failed.
    pub down_after: Span,
    /// The limit of the projection, in bytes, where the user gave one.
    pub memory_limit_bytes: Option<u64>,
    /// Series that vote although they are no evidence by themselves.
    pub series: Vec<String>,
    /// Gates alone decide between 0, 1 and 3.
    pub gates_only: bool,
    /// 3 becomes 0.
    pub allow_inconclusive: bool,
    /// 1 and 3 become 0.
    pub no_fail: bool,
    /// No process and no memory is looked at.
    pub load_only: bool,
    /// No collection is forced.
    pub no_gc: bool,
}

/// The plan that a run followed, as plan.toml has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanRecord {
    /// The format of this directory: `soak/1`.
    pub schema: String,
    /// The profile it began from; `run` where none was named.
    pub profile: String,
    /// What the user calls this run: a label, a commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Where requests go, without user, password and the values of its query.
    pub url: String,
    /// The method of the requests.
    pub method: String,
    /// The names of the headers that are sent; their values may be secret.
    pub headers: Vec<String>,
    /// How long the body of each request is, in bytes.
    pub body_bytes: u64,
    /// The arrival rate.
    pub rate: Rate,
    /// Requests in flight at most.
    pub connections: u32,
    /// Wait and answer together.
    pub timeout: Span,
    /// Steady ends with the n-th, where asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests: Option<u64>,
    /// The run ends as soon as the answer is certain, but not before so much of steady, where asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until_sure: Option<Span>,
    /// Statuses that are right although they are no 2xx.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expect_status: Vec<u16>,
    /// Between two samples.
    pub interval: Span,
    /// The phases.
    pub phases: PhasePlan,
    /// What the judge is told.
    pub judging: Judging,
    /// The user's limits.
    #[serde(default, rename = "gate", skip_serializing_if = "Vec::is_empty")]
    pub gates: Vec<Gate>,
}
