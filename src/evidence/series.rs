//! One series and its samples: a column of samples.csv.

use super::SeriesId;
use crate::units::Unit;

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
