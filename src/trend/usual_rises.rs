//! A climb that most steps of a walk carry, rather than a few large ones.
//!
//! Under a random walk the regressions of [`fit`](super::fit) ask whether the net rise is large beside the size of the
//! steps, and few large steps hide it. The signed-rank test (F. Wilcoxon, Individual comparisons by ranking methods,
//! 1945) asks instead whether a step up is as likely as a step down of its size, which holds in every walk with
//! symmetric steps, however heavy their tails, and around every level, where neighbouring steps cancel. Steps that
//! follow each other widen it by what a first-order correlation of the signed ranks adds to the variance of their sum
//! (M. S. Bartlett, On the theoretical specification and sampling properties of autocorrelated time-series, 1946).
//! The estimate is the median of the means of two (J. L. Hodges and E. L. Lehmann, Estimates of location based on rank
//! tests, 1963).
//!
//! A fill, a warm-up and a sawtooth are not symmetric either. So the rise must be what the usual steps add up to,
//! neither taken back by falls nor made of jumps, and the later steps must keep pace over a time in which a warm-up
//! would have slowed to a seventh.

use super::bins::{level_at_end, median};
use super::decide::{Bent, upper_level};
use super::exact_readings::rises_per_step;
use super::mixture::{Mixture, Part};
use super::order::median_of;
use super::reduced_series::ReducedAs;
use super::segment_question::SegmentQuestion;
use super::segment_trend::{SegmentTrend, Slope, WINDOWS_ALLOWED_FOR};
use super::window::{Form, Window};
use crate::findings::{Direction, Found, Shape};

/// Steps from which their ranks are nearly normal, and halves of them have medians.
const LEAST_STEPS: usize = 40;
/// What the usual steps add up to is the rise within these factors.
const OF_RISE: [f64; 2] = [0.6, 1.4];
/// The later half, and the last quarter, keep pace if their median step is at least this share of the median before.
const KEPT_PACE_SHARE: f64 = 0.6;
/// A warm-up that longer windows showed would have slowed over so many of its time constants.
const TIME_CONSTANTS: f64 = 2.0;

/// The growth of a straight window by its usual steps, if they show one; none where they do not.
pub(super) fn climbs_by_usual_rises(
    asked: &SegmentQuestion<'_>,
    window: &Window,
    bent: &Bent,
) -> Option<SegmentTrend> {
    let reduced = asked.reduced;
    let points = &reduced.points[window.first..];
    let rises = rises_per_step(points, reduced.step_s);
    let bends = bent.tau_s.is_some_and(|tau_s| window.span_s < TIME_CONSTANTS * tau_s);
    if asked.kind != ReducedAs::Level || window.form != Form::Straight || bends || rises.len() < LEAST_STEPS {
        return None;
    }
    let ranks = signed_ranks(&rises);
    let z = sum_deviation(&ranks);
    let chance =
        Mixture::new(vec![Part { weight: 1.0, mean: z, scale: 1.0 }], rises.len() as f64)?.below(0.0);
    let p_value = chance * WINDOWS_ALLOWED_FOR;
    if p_value > asked.false_alarm || !goes_on(&rises) {
        return None;
    }
    let values: Vec<f64> = reduced.points.iter().map(|p| p.value).collect();
    let usual = median_of_pair_means(&rises);
    let of_rise = usual * rises.len() as f64 / rises.iter().sum::<f64>();
    let regained = window.first == 0 || level_at_end(&values) >= upper_level(&values[..window.first]);
    if !(OF_RISE[0]..=OF_RISE[1]).contains(&of_rise) || !regained {
        return None;
    }
    // the estimate lies as many of its errors above zero as the sum of the ranks does
    let part = Part { weight: 1.0, mean: usual, scale: usual / z };
    let coefficient = Mixture::new(vec![part], rises.len() as f64)?;
    Some(SegmentTrend {
        direction: Direction::Growing,
        shape: Shape::Linear,
        found: Found::Grows,
        slope: Some(Slope { coefficient, step_s: reduced.step_s }),
        span_s: window.span_s,
        p_value,
        needs_s: None,
    })
}

/// Whether later steps keep pace with earlier ones.
fn goes_on(rises: &[f64]) -> bool {
    let of = |part: &[f64]| median(part);
    let (early, late) = rises.split_at(rises.len() / 2);
    let (before, last) = rises.split_at(rises.len() - rises.len() / 4);
    let keeps_pace = |early: f64, late: f64| early > 0.0 && late >= KEPT_PACE_SHARE * early;
    keeps_pace(of(early), of(late)) && keeps_pace(of(before), of(last))
}

/// The rank of each step's size with the step's sign; 0 for none. Among equal sizes falls rank higher, which is the
/// careful choice.
fn signed_ranks(rises: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..rises.len()).filter(|i| rises[*i] != 0.0).collect();
    order.sort_unstable_by(|a, b| {
        rises[*a].abs().total_cmp(&rises[*b].abs()).then(rises[*b].total_cmp(&rises[*a]))
    });
    let mut ranks = vec![0.0; rises.len()];
    for (rank, i) in order.into_iter().enumerate() {
        ranks[i] = (rank + 1) as f64 * rises[i].signum();
    }
    ranks
}

/// The sum of the signed ranks in standard deviations of it where the signs are fair.
fn sum_deviation(ranks: &[f64]) -> f64 {
    let squares: f64 = ranks.iter().map(|r| r * r).sum();
    let mean = ranks.iter().sum::<f64>() / ranks.len() as f64;
    let variance: f64 = ranks.iter().map(|r| (r - mean).powi(2)).sum();
    let together: f64 = ranks.windows(2).map(|two| (two[0] - mean) * (two[1] - mean)).sum();
    let follows = if variance > 0.0 { (together / variance).clamp(0.0, 0.99) } else { 0.0 };
    ranks.iter().sum::<f64>() / (squares * (1.0 + follows) / (1.0 - follows)).sqrt().max(f64::MIN_POSITIVE)
}

fn median_of_pair_means(rises: &[f64]) -> f64 {
    let pairs = rises.iter().enumerate();
    median_of(pairs.flat_map(|(i, a)| rises[i..].iter().map(move |b| 0.5 * (a + b))))
}
