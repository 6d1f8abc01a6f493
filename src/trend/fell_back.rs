//! A level that climbed and then fell at once to where the climb had begun, in a file that does not say why.
//!
//! A collection does that, and so does a restart. After a restart the level since says nothing of a leak: it has only
//! begun anew. Where events were recorded they say which it was. In a lone file only a floor under enough teeth does.

use std::ops::Range;

use super::judge_segment::judge_segment;
use super::reduced_series::reduce;
use super::segment_question::{LEAST_SAMPLES, SegmentQuestion};
use super::segment_values::SegmentValues;
use super::values::Values;
use crate::findings::Direction;

/// The fall is at least this share of the whole range.
const FALL_OF_RANGE: f64 = 0.5;
/// How near the start of the climb it ends, as a share of the fall.
const NEAR_START_SHARE: f64 = 0.1;
/// It stands out of the noise, the usual step from sample to sample, by so many times.
const TIMES_NOISE: f64 = 10.0;

/// How far the level fell back from a climb that grew by itself.
pub(super) fn fell_back(
    times: &[f64],
    values: &Values<'_>,
    whole_units: bool,
    false_alarm: f64,
) -> Option<f64> {
    let (climb, fall) = climb_before_fall(values)?;
    let climbed = SegmentValues::new(&values.all()[climb.clone()]);
    let (reduced, kind) = reduce(&times[climb.clone()], &climbed, None);
    let asked = SegmentQuestion {
        reduced: &reduced,
        kind,
        samples: climb.len(),
        deliberate: false,
        whole_units,
        samples_in_all: values.all().len(),
        lowest_before: None,
        false_alarm,
    };
    (judge_segment(&asked).direction == Direction::Growing).then_some(fall)
}

/// The climb to the largest fall from one sample to the next, and that fall, where it leads back to where the climb
/// began.
fn climb_before_fall(readings: &Values<'_>) -> Option<(Range<usize>, f64)> {
    let values = readings.all();
    if values.len() <= LEAST_SAMPLES {
        return None;
    }
    let (low, high) = readings.range();
    let fall_to = |i: usize| values[i - 1] - values[i];
    let at = (1..values.len()).max_by(|a, b| fall_to(*a).total_cmp(&fall_to(*b)))?;
    let fall = fall_to(at);
    let noise = readings.usual_step();
    if fall < FALL_OF_RANGE * (high - low) || fall <= TIMES_NOISE * noise {
        return None;
    }
    // the end of a spike is a fall, too: the level before it was reached gradually
    let stood = values[at.saturating_sub(4)..at].iter().all(|v| *v > values[at] + 0.7 * fall);
    let stays = values[at..(at + 3).min(values.len())].iter().all(|v| *v < values[at - 1] - 0.5 * fall);
    let began = (0..at).min_by(|a, b| values[*a].total_cmp(&values[*b]))?;
    let back = (values[at] - values[began]).abs() <= NEAR_START_SHARE * fall + 4.0 * noise;
    (stood && stays && back && at - began >= LEAST_SAMPLES).then_some((began..at, fall))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(n: usize) -> f64 {
        let mixed = (n as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(31);
        (mixed.wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
    }

    fn fall_of(level: impl Fn(usize) -> f64) -> Option<f64> {
        let times: Vec<f64> = (0..300).map(f64::from).collect();
        let values: Vec<f64> = (0..300).map(|i| level(i) + noise(i)).collect();
        fell_back(&times, &Values::new(values), false, 0.05)
    }

    #[test]
    fn a_climb_that_falls_to_where_it_began_is_seen() {
        let climbs = |i: usize| if i < 180 { 100.0 + 0.4 * i as f64 } else { 100.0 };
        assert!(fall_of(climbs).is_some_and(|fall| (68.0..74.0).contains(&fall)));
        let later = |i: usize| if i < 60 { 100.0 } else { climbs(i) };
        assert!(fall_of(later).is_some());
    }

    #[test]
    fn what_fell_elsewhere_or_was_level_is_not() {
        let halfway = |i: usize| if i < 180 { 100.0 + 0.4 * i as f64 } else { 140.0 };
        let level = |i: usize| if (40..180).contains(&i) { 160.0 } else { 100.0 };
        let spike = |i: usize| if i == 150 { 160.0 } else { 100.0 };
        for shape in [halfway as fn(usize) -> f64, level, spike, |_| 100.0] {
            assert_eq!(fall_of(shape), None);
        }
    }
}
