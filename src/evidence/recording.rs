//! The table of samples.csv: every series of a run over the same moments.

use super::{Phase, Sample, Series, SeriesId};

/// The table of samples.csv, column by column; all columns are equally long.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Recording {
    /// Seconds since the run began, monotonic, never falling.
    pub elapsed_s: Vec<f64>,
    /// The phase each sample was taken in; all steady where the file does not say.
    pub phases: Vec<Phase>,
    /// Requests answered since the run began; gaps where they are not counted.
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

    /// Seconds of steady that were sampled, over all cycles.
    pub fn steady_s(&self) -> f64 {
        let steady = |i: usize| self.phases[i] == Phase::Steady;
        (1..self.len())
            .filter(|i| steady(*i) && steady(*i - 1))
            .map(|i| self.elapsed_s[i] - self.elapsed_s[i - 1])
            .sum()
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
