//! How the limits of the user came out.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Compared, Trend, Verdict};
use crate::evidence::{Aspect, Gate, SeriesId};

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

impl GateResult {
    /// The verdict whose colour it has.
    pub fn tone(self) -> Verdict {
        match self {
            GateResult::Held => Verdict::Stable,
            GateResult::Failed => Verdict::Leak,
            GateResult::Inconclusive => Verdict::Inconclusive,
        }
    }
}

impl fmt::Display for GateResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            GateResult::Held => "held",
            GateResult::Failed => "failed",
            GateResult::Inconclusive => "undecided",
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

/// One gate, compared, in types.
#[derive(Debug, Clone, PartialEq)]
pub struct GateOutcome {
    /// As written.
    pub expr: String,
    /// How it came out.
    pub result: GateResult,
    /// Why.
    pub reason: GateReason,
}

/// Why a gate came out as it did.
#[derive(Debug, Clone, PartialEq)]
pub enum GateReason {
    /// What was measured against the limit.
    Measured(Measured),
    /// There is nothing to compare.
    NotMeasured(NotMeasured),
    /// What a comparison with an earlier run came to.
    Compared(Box<Compared>),
    /// The earlier run cannot be read; why.
    EarlierUnreadable(String),
}

/// What was measured for a gate.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// The gate.
    pub gate: Gate,
    /// The series that it is of, where the gate names none: what memory is judged by.
    pub of: Option<SeriesId>,
    /// The value, in the limit's unit (slopes each second).
    pub value: f64,
    /// Its interval, where it has one.
    pub ci: Option<[f64; 2]>,
    /// A slope that is beyond its limit, but of a growth that is not certain by itself.
    pub uncertain: bool,
    /// Seconds of steady that would decide.
    pub needs_s: Option<f64>,
    /// The growth is that within workers which are replaced: a longer run has no longer lives.
    pub within_workers: bool,
    /// What a latency would have been without soak's own lateness, in seconds, where only that lateness is beyond the
    /// limit.
    pub on_time_s: Option<f64>,
}

/// Why a gate has nothing to compare.
#[derive(Debug, Clone, PartialEq)]
pub enum NotMeasured {
    /// soak sent no load.
    Load,
    /// No memory was read.
    Memory,
    /// The slope of memory is not known yet.
    MemoryGrowth,
    /// No part of steady has the whole account.
    Account,
    /// No request was timed apart from soak's own collections.
    Latency,
    /// This percentile is not recorded.
    Percentile(Aspect),
    /// The run has no such series.
    NoSeries(String),
    /// The series was not read in steady.
    NotRead(String),
    /// The quantity has no such aspect.
    NoAspect(String, Aspect),
    /// The slope of the series is not known.
    Growth(String, Box<Trend>),
}
