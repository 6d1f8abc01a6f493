//! Rules by ranks: the Mann–Kendall test (H. B. Mann, Nonparametric tests against trend, 1945) and the median of slopes
//! (P. K. Sen, Estimates of the regression coefficient based on Kendall's tau, 1968) with a bootstrap of its points
//! (B. Efron, Bootstrap methods: another look at the jackknife, 1979).

use rand::{RngExt, SeedableRng, rngs::SmallRng};
use statrs::distribution::{ContinuousCDF, Normal};

use super::regression::SIGNIFICANT;

/// Points that the slopes are taken between: all pairs of a day at a sample a second would take hours.
const POINTS: usize = 60;
/// Resamples of the bootstrap.
const RESAMPLES: usize = 200;

/// Whether values rise, with p below .05, two-sided; ties are allowed for.
pub(super) fn mann_kendall(values: &[f64]) -> bool {
    let n = values.len() as f64;
    let mut sorted = values.to_vec();
    let falls = count_falls(&mut sorted);
    let terms = |n: f64| n * (n - 1.0) * (2.0 * n + 5.0);
    let (mut tied_pairs, mut tied_terms, mut from) = (0.0, 0.0, 0);
    while from < sorted.len() {
        let many = sorted[from..].partition_point(|v| *v <= sorted[from]);
        let alike = many as f64;
        tied_pairs += alike * (alike - 1.0) / 2.0;
        tied_terms += terms(alike);
        from += many;
    }
    let rises = n * (n - 1.0) / 2.0 - tied_pairs - falls;
    let score = rises - falls;
    let spread = ((terms(n) - tied_terms) / 18.0).sqrt();
    // one less for the step from a count to a continuous distribution
    score > 1.0 && 2.0 * Normal::standard().cdf(-(score - 1.0) / spread) < SIGNIFICANT
}

/// Pairs of which the later value is the smaller; sorts on the way (merge sort: W. R. Knight, A computer method for
/// calculating Kendall's tau with ungrouped data, 1966).
fn count_falls(values: &mut [f64]) -> f64 {
    if values.len() < 2 {
        return 0.0;
    }
    let (early, late) = values.split_at_mut(values.len() / 2);
    let mut falls = count_falls(early) + count_falls(late);
    let mut merged = Vec::with_capacity(early.len() + late.len());
    let (mut i, mut j) = (0, 0);
    while i < early.len() && j < late.len() {
        if late[j] < early[i] {
            falls += (early.len() - i) as f64;
            merged.push(late[j]);
            j += 1;
        } else {
            merged.push(early[i]);
            i += 1;
        }
    }
    merged.extend_from_slice(&early[i..]);
    merged.extend_from_slice(&late[j..]);
    values.copy_from_slice(&merged);
    falls
}

/// Whether at least 97.5 % of the bootstrap's slopes are above zero.
pub(super) fn theil_sen(times: &[f64], values: &[f64]) -> bool {
    let n = values.len().min(POINTS);
    let at = |k: usize| if n < 2 { 0 } else { k * (values.len() - 1) / (n - 1) };
    let points: Vec<(f64, f64)> = (0..n).map(|k| (times[at(k)], values[at(k)])).collect();
    let mut rng = SmallRng::seed_from_u64(points.len() as u64);
    let not_above = (0..RESAMPLES)
        .filter(|_| {
            let drawn: Vec<(f64, f64)> = (0..n).map(|_| points[rng.random_range(0..n)]).collect();
            median_slope(&drawn).is_none_or(|slope| slope <= 0.0)
        })
        .count();
    (not_above as f64) < 0.025 * RESAMPLES as f64
}

/// The median of the slopes between all pairs of points at different moments.
fn median_slope(points: &[(f64, f64)]) -> Option<f64> {
    let mut slopes = Vec::with_capacity(points.len() * points.len() / 2);
    for (i, (t, v)) in points.iter().enumerate() {
        slopes.extend(points[..i].iter().filter(|(at, _)| at != t).map(|(at, value)| (v - value) / (t - at)));
    }
    let middle = slopes.len() / 2;
    (!slopes.is_empty()).then(|| *slopes.select_nth_unstable_by(middle, f64::total_cmp).1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn falls_are_counted_as_one_counts_pairs() {
        let mut values = [3.0, 1.0, 2.0, 2.0, 0.0];
        assert_eq!(count_falls(&mut values), 7.0);
        assert_eq!(values, [0.0, 1.0, 2.0, 2.0, 3.0]);
    }

    #[test]
    fn five_rises_in_a_row_are_significant_and_four_are_not() {
        // S = 10, its variance 16 2/3: z = 9/4.08 = 2.2; S = 6, variance 8 2/3: z = 5/2.94 = 1.7
        assert!(mann_kendall(&[1.0, 2.0, 3.0, 4.0, 5.0]));
        assert!(!mann_kendall(&[1.0, 2.0, 3.0, 4.0]));
        assert!(!mann_kendall(&[5.0, 4.0, 3.0, 2.0, 1.0]));
        assert!(!mann_kendall(&[7.0; 50]));
    }

    #[test]
    fn the_median_slope_forgives_an_outlier() {
        let points = [(0.0, 0.0), (1.0, 1.0), (2.0, 2.0), (3.0, 90.0), (4.0, 4.0)];
        assert_eq!(median_slope(&points), Some(1.0));
        assert_eq!(median_slope(&[(2.0, 1.0), (2.0, 5.0)]), None);
    }

    #[test]
    fn a_bootstrap_is_sure_of_a_line_and_not_of_ups_and_downs() {
        let times: Vec<f64> = (0..300).map(f64::from).collect();
        let line: Vec<f64> = times.iter().map(|t| t + (t * 7.0) % 5.0).collect();
        let swings: Vec<f64> = times.iter().map(|t| (t * 7.0) % 5.0).collect();
        assert!(theil_sen(&times, &line) && !theil_sen(&times, &swings));
    }
}
