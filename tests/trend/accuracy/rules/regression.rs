//! Rules by ordinary least squares: the significance of a slope, and an alert on what Prometheus calls `deriv()`, which is
//! the same slope over a window.

use statrs::distribution::{ContinuousCDF, StudentsT};

/// The usual bound of a p value.
pub(super) const SIGNIFICANT: f64 = 0.05;
/// The alert's window, as a share of the recording.
const WINDOW_SHARE: f64 = 0.2;
/// The alert must hold for this share of the recording; it is evaluated this often within.
const HOLDS_SHARE: f64 = 0.1;
/// See [`HOLDS_SHARE`].
const EVALUATIONS: usize = 10;

/// The slope per second; none of fewer than two moments.
pub(super) fn slope(times: &[f64], values: &[f64]) -> Option<f64> {
    Some(fit(times, values)?.0)
}

/// Whether the slope is above zero and Student's t test, two-sided, has p below .05.
pub(super) fn slope_is_significant(times: &[f64], values: &[f64]) -> bool {
    let Some((slope, error)) = fit(times, values) else { return false };
    if slope <= 0.0 || error == 0.0 {
        return slope > 0.0;
    }
    StudentsT::new(0.0, 1.0, values.len() as f64 - 2.0)
        .is_ok_and(|t| 2.0 * t.cdf(-slope / error) < SIGNIFICANT)
}

/// Whether the slope over the last fifth is above zero whenever it is evaluated during the last tenth.
pub(super) fn deriv_alert(times: &[f64], values: &[f64]) -> bool {
    let (first, last) = (times[0], times[times.len() - 1]);
    let span = last - first;
    (0..=EVALUATIONS).all(|k| {
        let until = last - HOLDS_SHARE * span * k as f64 / EVALUATIONS as f64;
        let from = times.partition_point(|t| *t < until - WINDOW_SHARE * span);
        let to = times.partition_point(|t| *t <= until);
        slope(&times[from..to], &values[from..to]).is_some_and(|slope| slope > 0.0)
    })
}

/// The slope and its standard error.
fn fit(times: &[f64], values: &[f64]) -> Option<(f64, f64)> {
    let n = times.len() as f64;
    let (mid, level) = (times.iter().sum::<f64>() / n, values.iter().sum::<f64>() / n);
    let spread: f64 = times.iter().map(|t| (t - mid).powi(2)).sum();
    if times.len() < 3 || spread <= 0.0 {
        return None;
    }
    let slope = times.iter().zip(values).map(|(t, v)| (t - mid) * (v - level)).sum::<f64>() / spread;
    let rest: f64 = times.iter().zip(values).map(|(t, v)| (v - level - slope * (t - mid)).powi(2)).sum();
    Some((slope, (rest / (n - 2.0) / spread).sqrt()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slope_and_its_error_are_those_of_the_textbook() {
        // residuals -0.1, 0.2, -0.1 about 1.1 + 1.5 t
        let (slope, error) = fit(&[0.0, 1.0, 2.0], &[1.0, 2.8, 4.0]).unwrap();
        assert!((slope - 1.5).abs() < 1e-12);
        assert!((error - (0.06f64 / 2.0).sqrt()).abs() < 1e-12, "{error}");
    }

    #[test]
    fn of_four_points_only_a_straight_line_is_significant() {
        let times = [0.0, 1.0, 2.0, 3.0];
        assert!(slope_is_significant(&times, &[0.0, 1.1, 1.9, 3.0]));
        assert!(!slope_is_significant(&times, &[0.0, 3.0, 0.0, 3.0]));
        assert!(!slope_is_significant(&times, &[3.0, 2.0, 1.0, 0.0]));
    }

    #[test]
    fn an_alert_looks_at_the_end_alone() {
        let times: Vec<f64> = (0..100).map(f64::from).collect();
        let alert = |value: fn(f64) -> f64| {
            let values: Vec<f64> = times.iter().map(|t| value(*t)).collect();
            deriv_alert(&times, &values)
        };
        assert!(alert(|t| (t - 60.0).max(0.0)));
        assert!(!alert(|t| t.min(60.0)));
        assert!(!alert(|t| if t < 95.0 { t } else { 0.0 }));
    }
}
