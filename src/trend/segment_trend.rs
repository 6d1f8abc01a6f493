//! The trend of one segment, before segments are pooled.

use super::mixture::Mixture;
use crate::findings::{Direction, Found, Shape};

/// Several windows and rivals are examined, and noise is never quite of a kind that was thought of: a chance found in
/// one window is multiplied by this before it is compared or reported.
pub(super) const WINDOWS_ALLOWED_FOR: f64 = 25.0;

/// What one segment does, by the window of it that decided.
#[derive(Debug)]
pub(super) struct SegmentTrend {
    pub(super) direction: Direction,
    pub(super) shape: Shape,
    pub(super) found: Found,
    /// Slope in units per second of what was judged.
    pub(super) slope: Option<Slope>,
    /// Seconds of the window that decided.
    pub(super) span_s: f64,
    /// Chance of so clear a growth without one.
    pub(super) p_value: f64,
    pub(super) needs_s: Option<f64>,
}

/// A coefficient and the seconds that one step of it takes.
#[derive(Debug, Clone)]
pub(super) struct Slope {
    pub(super) coefficient: Mixture,
    pub(super) step_s: f64,
}
