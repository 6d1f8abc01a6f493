//! One answer for all segments, and whether it could have been another: stable is said only where growth that matters
//! would have been found.

use super::found_growth::InjectedGrowth;
use super::judged_segments::{OverTime, Segments};
use super::pooled_segments::pool_segments;
use super::reduced_series::ReducedAs;
use super::returns::Edge;
use super::segment_trend::SegmentTrend;
use super::sensitivity::detectable_slope;
use crate::findings::{Direction, Estimate, Found, Shape};
use crate::units::Unit;

/// Where a growth that doubles the level within the run, and by at least so many bytes, would not have been found,
/// nothing is said of that level.
const MATERIAL_BYTES: f64 = 16.0 * 1024.0 * 1024.0;

/// What is asked of the segments of one series.
pub(super) struct Question<'a> {
    pub(super) segments: &'a Segments<'a>,
    pub(super) unit: Unit,
    /// Length of steady, in seconds.
    pub(super) span_s: f64,
    pub(super) false_alarm: f64,
}

/// The answer of all segments.
pub(super) struct Answer {
    pub(super) judged: SegmentTrend,
    /// Per second.
    pub(super) slope: Option<Estimate>,
    /// Level (floor) at the start of the first and the end of the last.
    pub(super) start: Option<f64>,
    pub(super) end: Option<f64>,
    /// How the longest of them was reduced.
    pub(super) kind: ReducedAs,
    /// The growth that would have been found, per second.
    pub(super) detectable_per_s: Option<f64>,
}

impl Question<'_> {
    /// The answer over all segments; none where there are none.
    pub(super) fn pool(&self, over_time: OverTime) -> Option<Answer> {
        let Question { segments, unit, span_s, false_alarm } = *self;
        let OverTime { answers, start, end, kind, hidden_per_s, points } = over_time;
        let (mut judged, slope) = pool_segments(answers, false_alarm)?;
        // power against the level is asked of noise alone: what fell far hides much on its way back, and does not grow
        let by_noise = detectable_slope(&judged, unit, span_s, false_alarm);
        if judged.direction == Direction::Stable
            && unit == Unit::Bytes
            && let Some(hidden) = by_noise.map(|slope| slope * judged.span_s)
            && hidden >= end.unwrap_or(0.0).max(MATERIAL_BYTES)
        {
            lacks_power(&mut judged);
        }
        let mut detectable_per_s = by_noise.map(|by_noise| by_noise.max(hidden_per_s));
        // of a flat level its noise tells enough: 92 % of what it states is found, 98 % of twice as much
        if judged.direction == Direction::Stable
            && judged.shape != Shape::Flat
            && let Some(least) = detectable_per_s
        {
            let growth = InjectedGrowth { segments, points: &points, unit, false_alarm };
            match growth.least_found(least) {
                Some(per_s) => detectable_per_s = Some(per_s),
                None => lacks_power(&mut judged),
            }
        }
        Some(Answer { judged, slope, start, end, kind, detectable_per_s })
    }
}

impl Answer {
    /// Whether swings may have hidden what the level at their edge did: nothing was found in them, and floors can be as
    /// deep as it happens.
    pub(super) fn may_hide_behind_swings(&self) -> bool {
        self.judged.found == Found::NoPower
            || matches!(self.kind, ReducedAs::Floors { .. }) && self.judged.direction != Direction::Growing
    }

    /// Whether this, of the level that a series keeps returning to, is more than what was said of it all: that it grows,
    /// or that it does not where nothing was known. Above a floor that does not grow a rising top is no leak.
    pub(super) fn overrules(&self, all: &Answer) -> bool {
        let lower = matches!(self.kind, ReducedAs::Returns { edge: Edge::Lower, .. });
        match self.judged.direction {
            Direction::Growing => lower || all.judged.direction != Direction::Stable,
            _ => self.judged.found == Found::NoGrowth && all.judged.found == Found::NoPower,
        }
    }
}

/// Says nothing of a level in which growth would not have been found.
fn lacks_power(judged: &mut SegmentTrend) {
    judged.direction = Direction::Inconclusive;
    judged.found = Found::NoPower;
    judged.needs_s = Some(4.0 * judged.span_s);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(direction: Direction, found: Found, kind: ReducedAs) -> Answer {
        let judged = SegmentTrend {
            direction,
            shape: Shape::Irregular,
            found,
            slope: None,
            span_s: 60.0,
            p_value: 1.0,
            needs_s: None,
        };
        Answer { judged, slope: None, start: None, end: None, kind, detectable_per_s: None }
    }

    #[test]
    fn a_level_returned_to_decides_what_was_open_and_a_top_does_not_overrule_floors() {
        let returned = |direction, found, edge| {
            answer(direction, found, ReducedAs::Returns { times: 4, swing: 1.0, edge })
        };
        let floors = |direction, found| answer(direction, found, ReducedAs::Floors { cycles: 9, tooth: 1.0 });
        let open = floors(Direction::Inconclusive, Found::NoPower);
        let flat = floors(Direction::Stable, Found::NoGrowth);
        assert!(open.may_hide_behind_swings() && flat.may_hide_behind_swings());
        assert!(!answer(Direction::Stable, Found::NoGrowth, ReducedAs::Level).may_hide_behind_swings());
        let grows = |edge| returned(Direction::Growing, Found::Grows, edge);
        assert!(grows(Edge::Upper).overrules(&open) && grows(Edge::Lower).overrules(&flat));
        assert!(!grows(Edge::Upper).overrules(&flat));
        let level = returned(Direction::Stable, Found::NoGrowth, Edge::Upper);
        assert!(level.overrules(&open) && !level.overrules(&flat));
        assert!(
            !returned(Direction::Stable, Found::Falls, Edge::Upper).overrules(&open),
            "it may climb next"
        );
    }
}
