//! Several segments of one target, one answer: growth is judged in each and weighed by how precisely each shows it.
//!
//! The inverse-variance mean of the segments' slopes (W. G. Cochran, Problems arising in the analysis of a series of
//! similar experiments, 1937), its spread widened where the segments disagree by more than their own errors allow (R.
//! T. Birge, The calculation of errors by the method of least squares, 1932).

use statrs::distribution::{ContinuousCDF, Normal};

use super::segment_trend::{SegmentTrend, WINDOWS_ALLOWED_FOR};
use crate::findings::{Direction, Estimate};

/// A segment counts from this share of the longest.
const SHARE_OF_LONGEST: f64 = 0.15;
/// A segment that does not grow stands against growth from this share of the longest.
const WEIGHTY_SHARE: f64 = 0.6;

/// Of one segment: its answer and its length in seconds.
pub(super) type JudgedSegment = (SegmentTrend, f64);

/// The answer over all segments and its slope per second; segments are not empty.
pub(super) fn pool_segments(
    mut segments: Vec<JudgedSegment>,
    false_alarm: f64,
) -> Option<(SegmentTrend, Option<Estimate>)> {
    let longest = segments.iter().map(|l| l.1).fold(0.0, f64::max);
    segments.retain(|l| l.1 >= SHARE_OF_LONGEST * longest);
    if segments.len() == 1 {
        let (answer, _) = segments.pop()?;
        let slope = answer.slope.as_ref().map(|s| s.coefficient.estimate(0.95).scaled(1.0 / s.step_s));
        return Some((answer, slope));
    }
    let parts: Vec<(f64, f64)> = segments
        .iter()
        .filter_map(|(a, _)| a.slope.as_ref())
        .map(|s| (s.coefficient.mean() / s.step_s, s.coefficient.spread() / s.step_s))
        .collect();
    let weights: f64 = parts.iter().map(|(_, s)| 1.0 / (s * s)).sum();
    let estimate = (weights > 0.0 && weights.is_finite()).then(|| {
        let mean = parts.iter().map(|(m, s)| m / (s * s)).sum::<f64>() / weights;
        let chi = parts.iter().map(|(m, s)| ((m - mean) / s).powi(2)).sum::<f64>();
        let birge = (chi / (parts.len().max(2) - 1) as f64).sqrt().max(1.0);
        (mean, birge / weights.sqrt())
    });
    let grows = |a: &SegmentTrend| a.direction == Direction::Growing;
    let stands_still =
        |(a, length): &JudgedSegment| a.direction == Direction::Stable && *length >= WEIGHTY_SHARE * longest;
    let growing = segments.iter().any(|l| grows(&l.0)) && !segments.iter().any(stands_still);
    let stable = !segments.iter().any(|l| grows(&l.0)) && segments.iter().any(stands_still);
    let p = estimate.and_then(|(m, s)| normal_probability(-m / s)).unwrap_or(1.0);
    let p_value = (p * WINDOWS_ALLOWED_FOR).min(1.0);
    let direction = match (growing && p_value <= false_alarm, stable) {
        (true, _) => Direction::Growing,
        (_, true) => Direction::Stable,
        _ => Direction::Inconclusive,
    };
    // the reason is that of the longest segment that says so
    segments.sort_by(|a, b| b.1.total_cmp(&a.1));
    let at = segments.iter().position(|l| l.0.direction == direction).unwrap_or(0);
    let (mut answer, _) = segments.swap_remove(at);
    answer.direction = direction;
    answer.p_value = p_value;
    let slope = estimate.map(|(m, s)| Estimate { value: m, lo: m - 1.96 * s, hi: m + 1.96 * s });
    Some((answer, slope))
}

/// The standard normal distribution function, where it has a value.
fn normal_probability(x: f64) -> Option<f64> {
    x.is_finite().then(|| Normal::standard().cdf(x))
}
