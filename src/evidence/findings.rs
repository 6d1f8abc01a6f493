//! What a run comes to: the content of report.json, every sentence included. Only `judge/` fills it.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{AccountRow, Attribution, Direction, Estimate, Percentiles, ProbeRecord, Shape, TargetRecord};

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

/// Errors in steady.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ErrorCounts {
    /// Share of what was due.
    pub ratio: f64,
    /// Counts by kind; kinds that did not occur are left out.
    pub by_kind: BTreeMap<String, u64>,
}

/// What was driven in steady.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LoadFinding {
    /// Requests that ended, over the whole run.
    pub requests: u64,
    /// The rate asked for, each second; none for a closed loop.
    pub rate_asked: Option<f64>,
    /// The rate that was sent in steady, each second.
    pub rate_held: f64,
    /// Requests that became due in steady; of a closed loop those that were sent.
    #[serde(default)]
    pub due: u64,
    /// Share of those that was sent.
    #[serde(default)]
    pub held_ratio: f64,
    /// How late soak was at the 99th percentile, in seconds.
    pub late_p99_s: f64,
    /// How late soak sent its requests, against when they were due.
    #[serde(default)]
    pub late_s: Percentiles,
    /// Requests that were never sent.
    pub dropped: u64,
    /// What went wrong.
    pub errors: ErrorCounts,
    /// From when requests were due.
    pub latency_s: Percentiles,
    /// From when they were sent.
    pub service_s: Percentiles,
    /// As `latency_s`, of the requests within a second of what soak itself asked the target for; no gate sees them.
    #[serde(default)]
    pub probing_s: Percentiles,
    /// The same by the name of the request, the commonest first; empty where there is one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by_request: Vec<RequestFinding>,
    /// What misbehaved on purpose in steady: it has no part in any of the above.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub misbehaved: Vec<Misbehaved>,
}

/// What was driven of one of several requests in steady.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RequestFinding {
    /// Its name.
    pub name: String,
    /// Became due.
    pub due: u64,
    /// Were sent.
    pub sent: u64,
    /// Never were.
    pub dropped: u64,
    /// What went wrong.
    pub errors: ErrorCounts,
    /// From when requests were due.
    pub latency_s: Percentiles,
}

/// What was driven of one behaviour in steady.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Misbehaved {
    /// Its name.
    pub behaviour: String,
    /// Became due.
    pub due: u64,
    /// Were sent.
    pub sent: u64,
    /// Were not: its slots were taken, or it was too late.
    pub dropped: u64,
    /// What the server broke, by kind; kinds that did not occur are left out.
    pub errors: BTreeMap<String, u64>,
}

impl LoadFinding {
    /// Whether there were several requests or some misbehaved: a growth a request is then over all of them.
    pub fn has_several_kinds(&self) -> bool {
        !self.by_request.is_empty() || !self.misbehaved.is_empty()
    }

    /// The latency to be told, and a word where it is only that beside soak's own questions; none where nothing was
    /// timed.
    pub fn told(&self) -> Option<(Percentiles, &'static str)> {
        let apart = Some((self.latency_s, "")).filter(|(timed, _)| timed.count > 0);
        let beside = || Some((self.probing_s, " (all beside soak's own collections)"));
        apart.or_else(beside).filter(|(timed, _)| timed.count > 0)
    }
}

/// One series, judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SeriesFinding {
    /// The series.
    pub name: String,
    /// The answer from the series alone.
    pub trend: Direction,
    /// The form it has.
    pub shape: Shape,
    /// Level at the start of steady.
    pub start: Option<f64>,
    /// Level at the end of steady.
    pub end: Option<f64>,
    /// Growth each second.
    pub slope_per_s: Option<f64>,
    /// Its 95 % interval.
    pub slope_ci: Option<[f64; 2]>,
    /// How many of the last seconds of steady told it, where that was not all of it.
    #[serde(default)]
    pub slope_over_s: Option<f64>,
    /// Growth each request.
    pub per_request: Option<f64>,
    /// Its 95 % interval.
    pub per_request_ci: Option<[f64; 2]>,
    /// The chance of so clear a growth in a series that does not grow, all looks at it allowed for.
    #[serde(default)]
    pub p_value: f64,
    /// The smallest slope each second that would have been found.
    pub detectable_per_s: Option<f64>,
    /// Seconds of steady that would decide, where the answer is inconclusive.
    pub needs_s: Option<f64>,
    /// Share of the growth that came back in settle.
    pub recovered: Option<f64>,
    /// Whether the growth matters over the horizon.
    pub material: bool,
    /// Whether it grows by so little, if at all, that it does not count.
    #[serde(default)]
    pub flat: bool,
    /// Whether it has a vote on the verdict.
    pub votes: bool,
    /// What explains its growth away, where something does.
    pub explained_by: Option<String>,
    /// Seconds from the end of the run until a limit is reached, earliest and latest.
    pub limit_at_s: Option<[f64; 2]>,
    /// One sentence with the figures that decided.
    pub why: String,
}

/// Somebody to blame.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Culprit {
    /// From 1.
    pub rank: u32,
    /// The first frame of the user's own code, or a label.
    pub name: String,
    /// What is counted: goroutine, task, thread, fd.
    pub kind: String,
    /// What it waits for.
    pub state: Option<String>,
    /// How many at the start of steady.
    pub count_start: f64,
    /// How many at its end.
    pub count_end: f64,
    /// How many after settle, where there was one.
    pub count_settled: Option<f64>,
    /// Growth each request.
    pub per_request: Option<f64>,
    /// Its interval.
    pub per_request_ci: Option<[f64; 2]>,
    /// Whether the runtime has proven that these can never wake.
    pub proven: bool,
    /// For how long the growth was seen, in seconds.
    pub seen_for_s: f64,
    /// Who started it.
    pub created_by: Option<String>,
    /// `func file:line`, leaf first.
    pub stack: Vec<String>,
    /// One sentence that blames.
    pub why: String,
}

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

/// soak's own health during the run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DriverHealth {
    /// The most resident memory it had, in bytes.
    pub rss_bytes_max: u64,
    /// CPU time over run time, in cores.
    pub cpu_ratio: f64,
    /// When the schedule could not be kept, why; empty when it was.
    pub notes: Vec<String>,
}

/// The whole report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Findings {
    /// `soak/1`.
    #[cfg_attr(test, schemars(extend("const" = "soak/1")))]
    pub schema: String,
    /// The answer.
    pub verdict: Verdict,
    /// What the process exits with.
    #[cfg_attr(test, schemars(extend("enum" = [0, 1, 3, 4])))]
    pub exit_code: u8,
    /// What set the exit code: `verdict`, `gate …`, `--no-fail`.
    pub reason: String,
    /// One sentence a manager understands.
    pub headline: String,
    /// Further sentences: what explains a climb, what is missing and how to turn it on.
    pub notes: Vec<String>,
    /// The sentence under the picture.
    #[serde(default)]
    pub caption: String,
    /// What this run is called: label, URL, when, how long, at what rate.
    pub subtitle: String,
    /// How to run it again.
    pub reproduce: Option<String>,
    /// Whom it is about.
    pub target: Option<TargetRecord>,
    /// What was driven.
    pub load: Option<LoadFinding>,
    /// The memory that leaks, as one: of an exact account the parts to blame, or all that can leak; else RSS.
    #[serde(default)]
    pub memory: Option<SeriesFinding>,
    /// Every series.
    pub series: Vec<SeriesFinding>,
    /// Who owns the memory; empty where nobody could be asked.
    pub account: Vec<AccountRow>,
    /// Whether the account is exact.
    pub account_exact: bool,
    /// Who is blamed; empty when nobody is.
    pub culprits: Vec<Culprit>,
    /// What each kind of request adds to a series that grows, where the mix differed by design.
    #[serde(default)]
    pub attribution: Vec<Attribution>,
    /// The user's limits.
    pub gates: Vec<GateFinding>,
    /// The probes and their cost.
    pub probes: Vec<ProbeRecord>,
    /// soak itself.
    pub driver: DriverHealth,
}

/// Sums of tasks that a runtime counts.
const TASK_SUMS: [&str; 2] = ["goroutines", "tokio_tasks"];

impl SeriesFinding {
    /// Whether it votes, or is what people look for all the same: where groups of tasks vote their sum does not.
    pub fn is_looked_for(&self) -> bool {
        self.votes || TASK_SUMS.contains(&self.name.as_str())
    }

    /// Whether it grows, that matters, and nothing explains it away.
    pub fn grows_unexplained(&self) -> bool {
        self.trend == Direction::Growing && self.material && self.explained_by.is_none()
    }

    /// Slope with its interval.
    pub fn slope(&self) -> Option<Estimate> {
        let ([lo, hi], value) = (self.slope_ci?, self.slope_per_s?);
        Some(Estimate { value, lo, hi })
    }
}
