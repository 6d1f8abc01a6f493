//! Regimes: a level that holds for a while, then jumps to another, up as well as down, as a pool that is resized or a
//! cache that is rebuilt does. However many samples one regime has, it is one reading of where the level goes; so each
//! becomes one point.
//!
//! Jumps are distinguished from noise by their size against what is usual between neighbours, and regimes from a
//! staircase by going both ways: what only rises is left for the line and its rivals.

use super::bins::{Point, median};
use super::values::Values;

/// A jump is at least this many times what is usual between neighbours.
const TIMES_USUAL_STEP: f64 = 8.0;
/// A jump is at least this share of the whole range.
const JUMP_OF_RANGE: f64 = 0.05;
/// Regimes from which they are judged.
const LEAST_REGIMES: usize = 10;
/// Samples that a regime has on average, at least.
const SAMPLES_PER_REGIME: usize = 5;
/// Share of the jumps that go the rarer way, at least.
const RARER_WAY_SHARE: f64 = 0.3;
/// Share of the variance that may be left within regimes.
const VARIANCE_WITHIN: f64 = 0.1;

/// One point a regime, its median; none where there are no regimes.
pub(super) fn find_regimes(times: &[f64], readings: &Values<'_>) -> Option<Vec<Point>> {
    let values = readings.all();
    let n = values.len();
    if n < LEAST_REGIMES * SAMPLES_PER_REGIME {
        return None;
    }
    let (low, high) = readings.range();
    let least = (TIMES_USUAL_STEP * readings.usual_step()).max(JUMP_OF_RANGE * (high - low));
    let moved = |i: usize| values[i] - values[i - 1];
    let cuts: Vec<usize> = (1..n).filter(|i| moved(*i).abs() > least).collect();
    let up = cuts.iter().filter(|i| moved(**i) > 0.0).count();
    let rarer = up.min(cuts.len() - up);
    if cuts.len() + 1 < LEAST_REGIMES
        || n < SAMPLES_PER_REGIME * (cuts.len() + 1)
        || (rarer as f64) < RARER_WAY_SHARE * cuts.len() as f64
    {
        return None;
    }
    let mean = values.iter().sum::<f64>() / n as f64;
    let all: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    let mut within = 0.0;
    let mut points = Vec::with_capacity(cuts.len() + 1);
    let mut from = 0;
    for until in cuts.into_iter().chain([n]) {
        let stretch = &values[from..until];
        let value = median(stretch);
        within += stretch.iter().map(|v| (v - value).powi(2)).sum::<f64>();
        // a single sample between two jumps is a spike, not a regime
        if until - from > 1 {
            let at_s = times[from..until].iter().sum::<f64>() / (until - from) as f64;
            points.push(Point { at_s, value, from, until });
        }
        from = until;
    }
    (within <= VARIANCE_WITHIN * all && points.len() >= LEAST_REGIMES).then_some(points)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(n: usize) -> Vec<f64> {
        (0..n).map(|i| i as f64).collect()
    }

    #[test]
    fn levels_that_jump_both_ways_become_one_point_each() {
        let levels = [3.0, 9.0, 1.0, 7.0, 2.0, 8.0, 5.0, 1.0, 9.0, 4.0, 6.0, 0.0];
        let v: Vec<f64> = (0..240).map(|i| levels[i / 20] + 0.01 * (i % 3) as f64).collect();
        let points = find_regimes(&times(240), &Values::new(&v)).unwrap();
        assert_eq!(points.len(), 12);
        assert!((points[3].value - 7.01).abs() < 1e-9 && (points[3].at_s - 69.5).abs() < 1e-9);
    }

    #[test]
    fn a_staircase_and_noise_are_no_regimes() {
        let stairs: Vec<f64> = (0..240).map(|i| f64::from(i / 20)).collect();
        assert!(find_regimes(&times(240), &Values::new(&stairs)).is_none());
        let noise: Vec<f64> = (0..240).map(|i| f64::from((i * 7919) % 101)).collect();
        assert!(find_regimes(&times(240), &Values::new(&noise)).is_none());
    }
}
