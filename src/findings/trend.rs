//! What one series does: the answer that `trend/` gives, judged from that series alone.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::trend_reason::TrendReason;
use crate::evidence::Ends;

/// The three-way answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// It grows without a bound in sight.
    Growing,
    /// It does not, as far as [`Trend::detectable_per_s`] reaches.
    Stable,
    /// This data cannot tell.
    Inconclusive,
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Direction::Growing => "growing",
            Direction::Stable => "stable",
            Direction::Inconclusive => "inconclusive",
        })
    }
}

/// The form a series has, in the field's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// One level with noise around it.
    Flat,
    /// A straight line.
    Linear,
    /// Rises and levels off: a warm-up, a cache, a pool that fills.
    Plateau,
    /// A jump or a few, level between them.
    Step,
    /// Rises and falls again and again, as a garbage collector does.
    Sawtooth,
    /// Follows a period: a load that comes and goes.
    Periodic,
    /// Goes down.
    Falling,
    /// Rises faster and faster.
    Accelerating,
    /// None of these.
    Irregular,
    /// Too few samples to say.
    TooShort,
}

/// A value with the interval that holds it at the confidence asked for; `lo <= value <= hi`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The best single figure.
    pub value: f64,
    /// The interval's lower end.
    pub lo: f64,
    /// The interval's upper end.
    pub hi: f64,
}

impl Estimate {
    /// The same quantity in another unit; a negative factor turns the ends.
    pub fn scaled(self, factor: f64) -> Estimate {
        let (a, b) = (self.lo * factor, self.hi * factor);
        Estimate { value: self.value * factor, lo: a.min(b), hi: a.max(b) }
    }

    /// Another estimate of the same where that lies within this one and is narrower, else this one.
    pub fn narrowed_by(self, other: Option<Estimate>) -> Estimate {
        let better = |other: &Estimate| {
            (self.lo..=self.hi).contains(&other.value) && other.hi - other.lo < self.hi - self.lo
        };
        other.filter(better).unwrap_or(self)
    }
}

/// What a series does and how surely.
#[derive(Debug, Clone, PartialEq)]
pub struct Trend {
    /// The answer.
    pub direction: Direction,
    /// The form that was found.
    pub shape: Shape,
    /// Level (floor) at the start of what was judged, in the series' unit; none where nothing was read.
    pub start: Option<f64>,
    /// Level (floor) at its end.
    pub end: Option<f64>,
    /// Growth each second.
    pub slope: Option<Estimate>,
    /// How many of the last seconds of steady the slope is of, where that was not all of it.
    pub slope_over_s: Option<f64>,
    /// Growth each request, where requests are counted.
    pub per_request: Option<Estimate>,
    /// The smallest slope each second that this data would have found.
    pub detectable_per_s: Option<f64>,
    /// The smallest growth each request that the run excludes, where requests are counted: of a flat series, and of the
    /// strongest evidence of memory. `judge/` sets it, once for all that say it.
    pub detectable_per_request: Option<f64>,
    /// For an inconclusive answer: how long a run would decide, in seconds of steady.
    pub needs_s: Option<f64>,
    /// Share of the growth in steady that came back in settle, 0 to 1.
    pub recovered: Option<f64>,
    /// The chance of so clear a growth in a series that does not grow, for the bound over many series; 1 where
    /// nothing speaks for growth.
    pub p_value: f64,
    /// What decided.
    pub reason: TrendReason,
    /// What was read at the start of steady and at its end, which the levels above may be a floor of; none before it is
    /// judged.
    pub read: Option<Ends>,
}
