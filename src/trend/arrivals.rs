//! How far the rate of things that come one by one is known, whatever a regression says.
//!
//! A count that grows by arrivals at random moments is a walk with independent steps, and of its rate no more is known
//! than of a Poisson process with so many arrivals (F. Garwood, Fiducial limits for the Poisson distribution, 1936):
//! about the root of their number. A mixture of noise models leaves some weight on those that return to a level, and
//! its interval is a quarter narrower. Arrivals at even moments are known better: how uneven they are is read off the
//! counts of a few stretches, as their variance over their mean (R. A. Fisher, Statistical Methods for Research
//! Workers, 1925, the index of dispersion).

use crate::findings::Estimate;

/// Stretches whose counts are compared: enough for a variance, few enough that what goes again within one cancels.
const STRETCHES: usize = 12;
/// Half the central 95 % of a normal distribution, in standard deviations.
const NORMAL_95: f64 = 1.96;

/// The interval of a growing count's slope, at least as wide as that of a rate of so many arrivals.
pub(super) fn widen_to_arrivals(slope: Estimate, times: &[f64], values: &[f64]) -> Estimate {
    let n = times.len();
    if n <= STRETCHES || slope.value <= 0.0 {
        return slope;
    }
    let edge = |k: usize| values[k * (n - 1) / STRETCHES];
    let counts: Vec<f64> = (0..STRETCHES).map(|k| edge(k + 1) - edge(k)).collect();
    let mean = counts.iter().sum::<f64>() / STRETCHES as f64;
    let span_s = times[n - 1] - times[0];
    if mean <= 0.0 || span_s <= 0.0 {
        return slope;
    }
    let variance = counts.iter().map(|c| (c - mean).powi(2)).sum::<f64>() / (STRETCHES - 1) as f64;
    let unevenness = (variance / mean).min(1.0);
    let half = NORMAL_95 * (slope.value * unevenness / span_s).sqrt();
    Estimate { lo: slope.lo.min(slope.value - half), hi: slope.hi.max(slope.value + half), ..slope }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn half_width(count: impl Fn(f64) -> f64) -> f64 {
        let times: Vec<f64> = (0..=600).map(f64::from).collect();
        let values: Vec<f64> = times.iter().map(|t| count(*t)).collect();
        let slope = Estimate { value: 0.2, lo: 0.2, hi: 0.2 };
        let wide = widen_to_arrivals(slope, &times, &values);
        (wide.hi - wide.lo) / 2.0
    }

    #[test]
    fn even_arrivals_stay_certain_and_uneven_ones_do_not() {
        assert!(half_width(|t| (t / 5.0).floor()) < 1e-9);
        // all that came in a stretch came at once, or none: as uneven as chance, or more
        let uneven = half_width(|t| 20.0 * (t / 100.0).floor());
        assert!((uneven - 1.96 * (0.2_f64 / 600.0).sqrt()).abs() < 1e-9, "{uneven}");
        assert_eq!(half_width(|_| 7.0), 0.0);
    }
}
