//! The growth that would have been found, measured: growth is put into what was judged, and the same judge is asked
//! again.
//!
//! The noise of a slope tells what a line through noise would show. But a judge has more guards than that: steps, a
//! rise that dies away and a ramp between levels explain growth away, and a series that settled, or has teeth, gives
//! them much to explain. How much growth they hide no formula tells.

use super::bins::Point;
use super::judged_segments::{ReducedSegment, Segments};
use super::pooled_segments::pool_segments;
use super::sensitivity::counting_step;
use crate::findings::Direction;
use crate::units::Unit;

/// A growth is looked for up to so many doublings of what noise hides.
const MOST_DOUBLINGS: usize = 6;

/// Growth put into the points of a series: so a day costs no more than an hour.
pub(super) struct InjectedGrowth<'a> {
    pub(super) segments: &'a Segments<'a>,
    pub(super) points: &'a [ReducedSegment],
    pub(super) unit: Unit,
    pub(super) false_alarm: f64,
}

impl InjectedGrowth<'_> {
    /// The smallest slope per second, from `least_per_s` on in doublings, that is found, and found at twice its rate,
    /// too; none where that is more than [`MOST_DOUBLINGS`].
    pub(super) fn least_found(&self, least_per_s: f64) -> Option<f64> {
        let mut per_s = least_per_s;
        let mut found_before = None;
        for _ in 0..=MOST_DOUBLINGS + 1 {
            let found = self.is_found(per_s);
            if found && found_before.is_some() {
                return found_before;
            }
            found_before = found.then_some(per_s);
            per_s *= 2.0;
        }
        None
    }

    /// Whether the series is called growing with so much growth in it, counted in its unit's steps.
    fn is_found(&self, per_s: f64) -> bool {
        let (step, from_s) = (counting_step(self.unit), self.segments.starts_s());
        let grown = |point: &Point| {
            let exact = per_s * (point.at_s - from_s);
            let counted = if step > 0.0 { (exact / step).round() * step } else { exact };
            Point { value: point.value + counted, ..*point }
        };
        pool_segments(self.segments.judge_moved(self.points, grown), self.false_alarm)
            .is_some_and(|(answer, _)| answer.direction == Direction::Growing)
    }
}
