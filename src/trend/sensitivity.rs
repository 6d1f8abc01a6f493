//! The smallest growth that data like these would have shown, and how it falls with the length of a run.

use super::segment_trend::{SegmentTrend, WINDOWS_ALLOWED_FOR};
use crate::findings::Found;
use crate::units::Unit;

/// From a slope's spread to what is found in four runs of five: the normal distribution's upper fifth.
pub(super) const FOUR_OF_FIVE_RUNS: f64 = 0.84;
/// Noise is estimated from the same data, and rivals of a line take a share of what a slope explains: what two errors
/// alone would promise is found in three runs of five. With this factor it is four, as simulated in
/// tests/trend/copes.rs.
pub(super) const SPREAD_IN_PRACTICE: f64 = 1.3;
/// Jumps that a constant series would have shown with 95 % probability, had it grown at that rate (Poisson).
pub(super) const UNSEEN_JUMPS: f64 = 3.0;
/// Jumps that growth takes to be found where the series moves otherwise, too: fewer look like a service that grew so
/// often and stopped. Of pools that fill and of tasks added early, 3 more jumps are found in 25 %, 6 in 92 %, 12 in 98
/// %, as simulated in tests/trend/accuracy.
pub(super) const FOUND_JUMPS: f64 = 8.0;
/// Bytes that most machines count the memory of a process in.
const PAGE_BYTES: f64 = 4096.0;
/// From this correlation of neighbours on, noise wanders as far as a window can show.
const WANDERS_FROM: f64 = 0.95;

/// The step in which a series of this unit is counted; 0 where it can have any value.
pub(super) fn counting_step(unit: Unit) -> f64 {
    if matches!(unit, Unit::Bytes | Unit::Count) { least_jump(unit) } else { 0.0 }
}

/// The least by which a series of this unit can move.
pub(super) fn least_jump(unit: Unit) -> f64 {
    if unit == Unit::Bytes { PAGE_BYTES } else { 1.0 }
}

/// The power of its length by which a window's slope becomes more certain: 3/2 in noise that returns to its level, 1/2
/// in noise that wanders (P. Perron and T. Yabu, 2009, section 2).
pub(super) fn length_power(correlation: f64) -> f64 {
    if correlation > WANDERS_FROM { 0.5 } else { 1.5 }
}

/// The smallest slope per second that data like these would have shown in four of five runs.
pub(super) fn detectable_slope(
    answer: &SegmentTrend,
    unit: Unit,
    span_s: f64,
    false_alarm: f64,
) -> Option<f64> {
    match &answer.slope {
        Some(s) => {
            let beyond =
                s.coefficient.quantile(1.0 - false_alarm / WINDOWS_ALLOWED_FOR) - s.coefficient.mean();
            let noise = SPREAD_IN_PRACTICE * (beyond + FOUR_OF_FIVE_RUNS * s.coefficient.spread()) / s.step_s;
            Some(noise.max(FOUND_JUMPS * counting_step(unit) / answer.span_s.max(f64::MIN_POSITIVE)))
        }
        None if answer.found == Found::Constant && span_s > 0.0 => {
            Some(UNSEEN_JUMPS * least_jump(unit) / span_s)
        }
        None => None,
    }
}
