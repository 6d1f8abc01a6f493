//! Growth of a quantity that was read a few times, each time after a forced collection.
//!
//! Ten points do not show how their noise is correlated, so the mixture of [`noise`](super::noise) models leaves a leak
//! open that rises at every reading. Here the readings are asked without a model: in a level, and in a walk with
//! symmetric steps, a rise from one reading to the next is no likelier than a fall of its size. That is the hypothesis
//! of the signed-rank test (F. Wilcoxon, Individual comparisons by ranking methods, 1945), exact for any number of
//! readings. Noise around a level makes neighbouring rises cancel, which only makes the test more careful.
//!
//! Steps and fills refute symmetry as well, so a growth must also be carried by the usual rise rather than by a few
//! jumps, and the later half must keep pace with the earlier.

use super::bins::{Point, median};
use super::reduced_series::ReducedAs;
use super::segment_question::SegmentQuestion;
use super::segment_trend::{SegmentTrend, Slope, WINDOWS_ALLOWED_FOR};
use super::window::examine;
use crate::findings::{Direction, Found, Shape};

/// Readings from which a window of them is judged; each stands for a whole collection.
pub(super) const LEAST_EXACT_READINGS: usize = 6;
/// Share of the whole rise that the median rise, at each reading, must account for.
const LEAST_BY_MEDIAN: f64 = 0.25;
/// The later half keeps pace if its median rise is at least this share of the earlier half's.
const KEPT_PACE_SHARE: f64 = 0.5;
/// The slope's interval at 95 % must lie above zero as well: the answer and the interval shown beside it agree.
const BELOW_ZERO: f64 = 0.025;

/// That the readings of a segment rise one after the other; none where they were not read on purpose, or do not.
pub(super) fn rises_at_readings(asked: &SegmentQuestion<'_>) -> Option<SegmentTrend> {
    let points = &asked.reduced.points;
    if !asked.deliberate || asked.kind != ReducedAs::Level || points.len() != asked.samples {
        return None;
    }
    let rises = rises_per_step(points, asked.reduced.step_s);
    let p_value = signed_rank_p_value(&rises);
    if p_value > asked.false_alarm || !goes_on(&rises) {
        return None;
    }
    let window = examine(asked.reduced, 0, f64::INFINITY)?;
    let chance = window.line.coefficient.below(0.0);
    (chance < BELOW_ZERO).then(|| SegmentTrend {
        direction: Direction::Growing,
        shape: Shape::Linear,
        found: Found::Grows,
        slope: Some(Slope { coefficient: window.line.coefficient.clone(), step_s: asked.reduced.step_s }),
        span_s: window.span_s,
        p_value: p_value.min(chance * WINDOWS_ALLOWED_FOR),
        needs_s: None,
    })
}

/// From each reading to the next, by the usual distance of two.
pub(super) fn rises_per_step(points: &[Point], step_s: f64) -> Vec<f64> {
    let steps = |two: &[Point]| ((two[1].at_s - two[0].at_s) / step_s).max(f64::MIN_POSITIVE);
    points.windows(2).map(|two| (two[1].value - two[0].value) / steps(two)).collect()
}

/// Whether the usual rise carries the growth, and later rises keep pace with earlier ones.
fn goes_on(rises: &[f64]) -> bool {
    let usual = median(rises);
    let total: f64 = rises.iter().sum();
    let (early, late) = rises.split_at(rises.len() / 2);
    let (early, late) = (median(early), median(late));
    usual > 0.0 && usual * rises.len() as f64 >= LEAST_BY_MEDIAN * total && late >= KEPT_PACE_SHARE * early
}

/// The chance that the ranks of the rises above zero sum to so much, if each rise might as well have been a fall. Among
/// equal sizes falls take the higher ranks, which is the careful choice.
fn signed_rank_p_value(rises: &[f64]) -> f64 {
    let mut moved: Vec<f64> = rises.iter().copied().filter(|rise| *rise != 0.0).collect();
    moved.sort_unstable_by(|a, b| a.abs().total_cmp(&b.abs()).then(b.total_cmp(a)));
    let n = moved.len();
    let most = n * (n + 1) / 2;
    let fallen: usize = moved.iter().enumerate().filter(|(_, rise)| **rise < 0.0).map(|(i, _)| i + 1).sum();
    // ways[s]: the chance that the falls' ranks sum to s
    let mut ways = vec![0.0; most + 1];
    ways[0] = 1.0;
    for rank in 1..=n {
        for sum in (0..=most).rev() {
            let with = if sum >= rank { ways[sum - rank] } else { 0.0 };
            ways[sum] = 0.5 * (ways[sum] + with);
        }
    }
    ways[..=fallen].iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signed_rank_test_has_its_tabled_values() {
        // 9 rises: 1/512 for no fall, 2/512 and 3/512 where the smallest or the second smallest fell
        let rises: Vec<f64> = (1..=9).map(f64::from).collect();
        assert!((signed_rank_p_value(&rises) - 1.0 / 512.0).abs() < 1e-12);
        let with_fall = |rank: usize| {
            let mut rises = rises.clone();
            rises[rank - 1] *= -1.0;
            signed_rank_p_value(&rises)
        };
        assert!((with_fall(1) - 2.0 / 512.0).abs() < 1e-12);
        assert!((with_fall(2) - 3.0 / 512.0).abs() < 1e-12);
        // tabled for n = 10: the rank sum 8 has the one-sided chance .0244
        let ten: Vec<f64> = (1..=10).map(|i| if i == 8 { -8.0 } else { f64::from(i) }).collect();
        assert!((signed_rank_p_value(&ten) - 0.0244).abs() < 5e-5);
        assert_eq!(signed_rank_p_value(&[0.0; 5]), 1.0);
    }

    #[test]
    fn what_jumps_or_fills_does_not_go_on() {
        assert!(goes_on(&[64.0, 26.0, 25.0, 80.0, 27.0, 27.0, 24.0, 27.0, 23.0]), "a map that doubles twice");
        assert!(!goes_on(&[1.0, 2.0, 900.0, 1.0, 2.0, 1.0, 800.0, 2.0, 1.0]), "two jumps");
        assert!(!goes_on(&[50.0, 36.0, 27.0, 19.0, 14.0, 10.0, 7.0, 5.0, 4.0]), "a cache that fills");
    }
}
