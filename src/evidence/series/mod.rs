//! Series of samples: the columns of samples.csv.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::units::Unit;

mod catalogue;

pub use catalogue::{EvidenceStrength, SeriesId};

/// One reading, or a gap where nothing was read. Eight bytes, so that a week of seconds fits in memory.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample(f64);

impl Sample {
    /// Nothing was read here.
    pub const GAP: Sample = Sample(f64::NAN);

    /// A reading; what is not finite is a gap.
    pub fn new(value: f64) -> Sample {
        if value.is_finite() { Sample(value) } else { Sample::GAP }
    }

    /// The reading, if there is one.
    pub fn get(self) -> Option<f64> {
        if self.0.is_nan() { None } else { Some(self.0) }
    }
}

impl From<Option<f64>> for Sample {
    fn from(value: Option<f64>) -> Sample {
        value.map_or(Sample::GAP, Sample::new)
    }
}

/// One numeric column over the run; `samples` is as long as the recording's `elapsed_s`.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Which quantity.
    pub id: SeriesId,
    /// A reading or a gap for each moment of the recording.
    pub samples: Vec<Sample>,
}

impl Series {
    /// What it is counted in.
    pub fn unit(&self) -> Unit {
        self.id.unit()
    }

    /// Whether it holds any reading at all.
    pub fn is_empty(&self) -> bool {
        self.samples.iter().all(|s| s.get().is_none())
    }
}

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
            other => Err(format!("'{other}' is no phase (baseline, warmup, steady, settle)")),
        }
    }
}

/// The table of samples.csv, column by column; all columns are equally long.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Recording {
    /// Seconds since the run began, monotonic, never falling.
    pub elapsed_s: Vec<f64>,
    /// The phase each sample was taken in; all steady where the file does not say.
    pub phases: Vec<Phase>,
    /// Requests answered since the run began; gaps where nobody counts them.
    pub requests_total: Vec<Sample>,
    /// Every other numeric column, in the order of the file.
    pub series: Vec<Series>,
}

impl Recording {
    /// The series of this quantity.
    pub fn series(&self, id: impl Into<SeriesId>) -> Option<&Series> {
        let id = id.into();
        self.series.iter().find(|s| s.id == id)
    }

    /// Requests answered by this moment, in seconds since the run began, as the last reading until then has them.
    pub fn requests_at(&self, elapsed_s: f64) -> Option<f64> {
        let until = self.elapsed_s.partition_point(|e| *e <= elapsed_s);
        self.requests_total[..until].iter().rev().find_map(|s| s.get())
    }

    /// How many moments were sampled.
    pub fn len(&self) -> usize {
        self.elapsed_s.len()
    }

    /// Whether nothing was sampled.
    pub fn is_empty(&self) -> bool {
        self.elapsed_s.is_empty()
    }
}
