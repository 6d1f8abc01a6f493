//! One series with its trend and its vote.

use serde::{Deserialize, Serialize};

use super::trend::{Direction, Estimate, Shape};
use crate::evidence::SeriesId;

/// One series, judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SeriesFinding {
    /// Which quantity.
    #[serde(rename = "name")]
    pub id: SeriesId,
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
    /// How many of the last seconds of steady it was read from, where that was not all of it.
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
    /// The smallest growth each request that is excluded: of a flat series, and of the strongest evidence of memory.
    #[serde(default)]
    pub detectable_per_request: Option<f64>,
    /// Seconds of steady that would decide, where the answer is inconclusive.
    pub needs_s: Option<f64>,
    /// Share of the growth that came back in settle.
    pub recovered: Option<f64>,
    /// Whether the growth matters over the horizon.
    pub material: bool,
    /// Whether it grows by so little, if at all, that it does not count.
    #[serde(default)]
    pub flat: bool,
    /// Whether it votes on the verdict by itself.
    pub votes: bool,
    /// Whether it counts by its groups: each of them is judged by itself and votes, and this is their total. So it is with
    /// goroutines by stack and state, and with file descriptors by kind.
    #[serde(default)]
    pub groups_vote: bool,
    /// What a table adds to the trend, in a few words: why it is inconclusive, that a growth is too little to count, or
    /// what came back after the load.
    #[serde(default)]
    pub remark: Option<String>,
    /// What explains its growth away, where something does.
    pub explained_by: Option<String>,
    /// Seconds from the end of the run until a limit is reached, earliest and latest.
    pub limit_at_s: Option<[f64; 2]>,
    /// One sentence with the figures that decided.
    pub why: String,
}

impl SeriesFinding {
    /// Whether it counts for the verdict: by itself, or by the groups that it is the total of.
    pub fn counts(&self) -> bool {
        self.votes || self.groups_vote
    }

    /// Whether it votes, or is what people look for all the same: where groups of tasks vote their sum does not.
    pub fn is_looked_for(&self) -> bool {
        self.votes || matches!(self.id, SeriesId::Goroutines | SeriesId::TokioTasks)
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
