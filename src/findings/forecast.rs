//! After warm-up: what the rest of a run is likely to decide.

use super::Per;
use crate::evidence::SeriesId;
use crate::units::Unit;

/// What steady is likely to decide, by the noise of warm-up.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Forecast {
    /// Seconds of steady.
    pub steady_s: f64,
    /// The smallest growth that it is likely to decide, of memory and of tasks; empty where warm-up showed too little.
    pub detectable: Vec<DetectableSeries>,
    /// Each gate whose limit is below that.
    pub gates_below: Vec<GateBelowDetectable>,
}

/// The smallest growth of one series.
#[derive(Debug, Clone, PartialEq)]
pub struct DetectableSeries {
    /// The series.
    pub id: SeriesId,
    /// Per second, in its unit.
    pub per_s: f64,
    /// Per request, where their rate is known.
    pub per_request: Option<f64>,
}

/// A gate that asks for less than steady is likely to decide.
#[derive(Debug, Clone, PartialEq)]
pub struct GateBelowDetectable {
    /// The gate as it is written.
    pub expr: String,
    /// What its limit is counted by.
    pub per: Per,
    /// The smallest growth that steady is likely to decide, counted alike.
    pub detectable: f64,
    /// The unit of both.
    pub unit: Unit,
    /// Seconds of steady that would decide; none where that is too far ahead.
    pub needs_s: Option<f64>,
}
