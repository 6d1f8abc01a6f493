//! A rise in words: which jumps, or from when to when.
//!
//! The best form of a window is a regression's; before it is said of a series in so many words, the points must show
//! it.

use super::bins::{Point, median};
use super::order::median_of;
use super::ramp::{best_ramp, residual};
use super::steps::step_starts;
use super::window::Form;
use crate::findings::{Found, Jump, MOST_JUMPS, Rise};

/// Points on either side of a jump whose medians are its two levels.
const BESIDE_JUMP: usize = 3;
/// A level moves at once where so much of the step lies between the points just before and just after it.
const SHARE_AT_ONCE: f64 = 0.6;
/// Levels on both sides of a ramp that is plain to see have at least this share of the points.
const SHORTEST_LEVEL_SHARE: f64 = 0.08;
/// Such a ramp leaves at most this share of the squares that a line leaves.
const MOST_LEFT_OF_LINE: f64 = 0.25;
/// Jumps are what a series rose by if they come to this share of its whole rise.
const SHARE_OF_RISE: f64 = 0.7;

/// What a window of this form rose by, if its points show it: jumps, or a ramp between two levels.
pub(super) fn describe_rise(points: &[Point], form: Form) -> Option<Found> {
    match form {
        Form::Steps(steps) => find_jumps(points, steps).map(|jumps| Found::FewSteps { jumps }),
        Form::Ramps([from, until]) => {
            let (first, last) = (points.first()?.at_s, points.last()?.at_s);
            let [from_s, until_s] = [from, until].map(|share| first + share * (last - first));
            let level = |of: &dyn Fn(&&Point) -> bool| {
                let level = median_of(points.iter().filter(of).map(|p| p.value));
                (!level.is_nan()).then_some(level)
            };
            let height = level(&|p| p.at_s >= until_s)? - level(&|p| p.at_s <= from_s)?;
            (height > 0.0).then_some(Found::RoseThenLevel(Rise { height, from_s, until_s }))
        }
        _ => None,
    }
}

/// The rise of an undecided window that is plainly level, ramp, level, however short the level since.
pub(super) fn describe_plain_ramp(points: &[Point]) -> Option<Found> {
    let at: Vec<f64> = points.iter().map(|p| p.at_s).collect();
    let values: Vec<f64> = points.iter().map(|p| p.value).collect();
    let shortest = (SHORTEST_LEVEL_SHARE * at.len() as f64).ceil() as usize;
    let ramp = best_ramp(&at, &values, [shortest.max(BESIDE_JUMP); 2])?;
    let left = |column: &[f64]| residual(column, &values);
    let (of_line, of_ramp) = (left(&at), left(&ramp.column));
    if of_ramp > MOST_LEFT_OF_LINE * of_line {
        return None;
    }
    let length = at[at.len() - 1] - at[0];
    let shares = [ramp.from, ramp.until].map(|i| (at[i] - at[0]) / length);
    describe_rise(points, Form::Ramps(shares))
}

/// The one jump of a series that has held its level since, as a rise.
pub(super) fn as_rise(found: Found) -> Option<Found> {
    match found {
        Found::FewSteps { jumps: [Some(only), None, None] } => {
            Some(Found::RoseThenLevel(Rise { height: only.height, from_s: only.at_s, until_s: only.at_s }))
        }
        rise @ Found::RoseThenLevel(_) => Some(rise),
        _ => None,
    }
}

/// So many jumps upwards in time; none where the points hold no such jumps, or rise by something else.
fn find_jumps(points: &[Point], steps: usize) -> Option<[Option<Jump>; MOST_JUMPS]> {
    let values: Vec<f64> = points.iter().map(|p| p.value).collect();
    let mut starts = step_starts(&values, steps);
    starts.sort_unstable();
    let mut jumps = [None; MOST_JUMPS];
    let mut sum = 0.0;
    for (jump, start) in jumps.iter_mut().zip(&starts) {
        let before = median(&values[start.saturating_sub(BESIDE_JUMP)..*start]);
        let after = median(&values[*start..(start + BESIDE_JUMP).min(values.len())]);
        let height = after - before;
        if height <= 0.0 || values[*start] - values[start - 1] < SHARE_AT_ONCE * height {
            return None;
        }
        sum += height;
        *jump = Some(Jump { at_s: points[*start].at_s, height });
    }
    let ends = BESIDE_JUMP.min(values.len());
    let rise = median(&values[values.len() - ends..]) - median(&values[..ends]);
    (sum >= SHARE_OF_RISE * rise).then_some(jumps)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trend::bins::one_point_each;

    fn points(of: impl Fn(f64) -> f64) -> Vec<Point> {
        let times: Vec<f64> = (0..60).map(f64::from).collect();
        let values: Vec<f64> = times.iter().map(|t| of(*t)).collect();
        one_point_each(&times, &values)
    }

    #[test]
    fn jumps_have_their_moments_and_sizes() {
        let two = points(|t| 4.0 * f64::from(u8::from(t >= 20.0)) + 8.0 * f64::from(u8::from(t >= 45.0)));
        let jump = |at_s, height| Some(Jump { at_s, height });
        let jumps = [jump(20.0, 4.0), jump(45.0, 8.0), None];
        assert_eq!(describe_rise(&two, Form::Steps(2)), Some(Found::FewSteps { jumps }));
        assert_eq!(as_rise(Found::FewSteps { jumps }), None);
    }

    #[test]
    fn a_line_or_a_hump_has_no_jumps() {
        assert_eq!(describe_rise(&points(|t| t), Form::Steps(3)), None);
        let hump = points(|t| if (20.0..40.0).contains(&t) { 9.0 } else { 0.0 });
        assert_eq!(describe_rise(&hump, Form::Steps(2)), None);
    }

    #[test]
    fn a_ramp_has_its_two_moments() {
        let ramp = points(|t| (t - 20.0).clamp(0.0, 10.0));
        let shares = [20.0 / 59.0, 30.0 / 59.0];
        let rise = Rise { height: 10.0, from_s: 20.0, until_s: 30.0 };
        let Some(Found::RoseThenLevel(found)) = describe_rise(&ramp, Form::Ramps(shares)) else { panic!() };
        assert!((found.from_s - rise.from_s).abs() < 1e-9 && (found.height - rise.height).abs() < 1e-9);
    }
}
