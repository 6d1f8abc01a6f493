//! The growth that what came before a window hides: a small rise after a large one is taken for its end, and one from a
//! level below an earlier one for the way back up. However quiet the window is, less than that is not found in it.

use super::bins::level_at_end;
use super::decide::{TAIL_SHARE, upper_level};
use super::fit::range;
use super::reduced_series::ReducedSeries;
use super::segment_trend::SegmentTrend;
use crate::findings::Direction;

/// A window that ends so far below its upper level, as a share of its range, has fallen; less is noise.
const FALL_OF_RANGE: f64 = 0.75;

/// The slope per second up to which the past hides growth in the window that a stable answer is about.
pub(super) fn hidden_slope(
    reduced: &ReducedSeries,
    lowest_before: Option<f64>,
    answer: &SegmentTrend,
) -> f64 {
    let Some(last) = reduced.points.last().filter(|_| answer.direction == Direction::Stable) else {
        return 0.0;
    };
    let from_s = last.at_s - answer.span_s;
    let first = reduced.points.partition_point(|p| p.at_s < from_s - 1e-9);
    let values: Vec<f64> = reduced.points.iter().map(|p| p.value).collect();
    if first >= values.len() || answer.span_s <= 0.0 {
        return 0.0;
    }
    let lowest = values.iter().copied().chain(lowest_before).fold(f64::INFINITY, f64::min);
    let end_of_rise = TAIL_SHARE * (values[first] - lowest);
    let shifted = reduced.shift_s.map_or(0, |s| reduced.points.partition_point(|p| p.at_s < s));
    let end = level_at_end(&values);
    let way_back = if first > shifted { upper_level(&values[shifted..first]) - end } else { 0.0 };
    let (low, high) = range(&values[first..]);
    let fell = upper_level(&values[first..]) - end;
    let fell = if fell > FALL_OF_RANGE * (high - low) { fell } else { 0.0 };
    end_of_rise.max(way_back).max(fell).max(0.0) / answer.span_s
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::{Found, Shape};
    use crate::trend::bins::one_point_each;
    use crate::trend::reduced_series::LEAST_POINTS;

    fn hidden(values: &[f64], last_s: f64, direction: Direction) -> f64 {
        let times: Vec<f64> = (0..values.len()).map(|i| i as f64).collect();
        let points = one_point_each(&times, values);
        let reduced =
            ReducedSeries { points, beside: Vec::new(), shift_s: None, step_s: 1.0, fewest: LEAST_POINTS };
        let answer = SegmentTrend {
            direction,
            shape: Shape::Plateau,
            found: Found::StillSettling,
            slope: None,
            span_s: last_s,
            p_value: 1.0,
            needs_s: None,
        };
        hidden_slope(&reduced, None, &answer)
    }

    #[test]
    fn after_a_rise_of_a_hundred_five_more_are_its_end() {
        let risen = [vec![0.0; 10], vec![100.0; 11]].concat();
        assert!((hidden(&risen, 10.0, Direction::Stable) - 0.5).abs() < 1e-9);
        assert_eq!(hidden(&risen, 20.0, Direction::Stable), 0.0, "the rise is in the window");
        assert_eq!(hidden(&risen, 10.0, Direction::Growing), 0.0);
    }

    #[test]
    fn below_an_earlier_level_a_rise_is_the_way_back() {
        let fallen = [vec![70.0; 10], vec![30.0; 11]].concat();
        assert!((hidden(&fallen, 10.0, Direction::Stable) - 4.0).abs() < 1e-9);
        assert!((hidden(&fallen, 20.0, Direction::Stable) - 2.0).abs() < 1e-9, "the fall is in the window");
    }
}
