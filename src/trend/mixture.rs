//! What is known of a coefficient after averaging over models: a mixture of Student's t distributions.

use statrs::distribution::{ContinuousCDF, StudentsT};

use crate::findings::Estimate;

/// One model's share of the answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub(super) weight: f64,
    pub(super) mean: f64,
    pub(super) scale: f64,
}

/// A weighted mixture of t distributions with common degrees of freedom.
#[derive(Debug, Clone)]
pub(super) struct Mixture {
    parts: Vec<Part>,
    standard: StudentsT,
}

impl Mixture {
    /// Parts with weights that need not sum to one; none of them may be empty of weight altogether.
    pub(super) fn new(mut parts: Vec<Part>, freedom: f64) -> Option<Mixture> {
        let heaviest = parts.iter().map(|p| p.weight).fold(0.0, f64::max);
        parts.retain(|p| p.weight > 1e-5 * heaviest && p.mean.is_finite() && p.scale.is_finite());
        let sum: f64 = parts.iter().map(|p| p.weight).sum();
        if parts.is_empty() || sum <= 0.0 {
            return None;
        }
        for p in &mut parts {
            p.weight /= sum;
            p.scale = p.scale.max(f64::MIN_POSITIVE);
        }
        let standard = StudentsT::new(0.0, 1.0, freedom.max(1.0)).ok()?;
        Some(Mixture { parts, standard })
    }

    /// The probability that the coefficient is below `x`.
    pub(super) fn below(&self, x: f64) -> f64 {
        self.parts.iter().map(|p| p.weight * self.standard.cdf((x - p.mean) / p.scale)).sum()
    }

    /// The mean of the models' estimates.
    pub(super) fn mean(&self) -> f64 {
        self.parts.iter().map(|p| p.weight * p.mean).sum()
    }

    /// The spread, as if it were normal: half the central 68 %.
    pub(super) fn spread(&self) -> f64 {
        let mean = self.mean();
        self.parts
            .iter()
            .map(|p| p.weight * (p.scale * p.scale + (p.mean - mean).powi(2)))
            .sum::<f64>()
            .sqrt()
    }

    /// The value that holds the probability `q` below it: false position between brackets, each end that stays put
    /// halved in weight (the Illinois algorithm: M. Dowell and P. Jarratt, A modified regula falsi method for computing
    /// the root of an equation, 1971).
    pub(super) fn quantile(&self, q: f64) -> f64 {
        let mut lo = f64::INFINITY;
        let mut hi = f64::NEG_INFINITY;
        for p in &self.parts {
            lo = lo.min(p.mean - 4.0 * p.scale);
            hi = hi.max(p.mean + 4.0 * p.scale);
        }
        let step = (hi - lo).max(f64::MIN_POSITIVE);
        let (mut below, mut above) = (self.below(lo) - q, self.below(hi) - q);
        for _ in 0..60 {
            if below <= 0.0 {
                break;
            }
            lo -= step;
            below = self.below(lo) - q;
        }
        for _ in 0..60 {
            if above >= 0.0 {
                break;
            }
            hi += step;
            above = self.below(hi) - q;
        }
        let enough = 1e-9 * (hi - lo);
        let mut side = 0;
        for round in 0..80 {
            if hi - lo <= enough || above - below <= 0.0 {
                break;
            }
            // tails are far from straight: every third round halves the bracket
            let middle =
                if round % 3 == 2 { 0.5 * (lo + hi) } else { (lo * above - hi * below) / (above - below) };
            let there = self.below(middle) - q;
            if there.abs() < 1e-13 {
                return middle;
            }
            if there < 0.0 {
                (lo, below) = (middle, there);
                above *= if side == -1 { 0.5 } else { 1.0 };
                side = -1;
            } else {
                (hi, above) = (middle, there);
                below *= if side == 1 { 0.5 } else { 1.0 };
                side = 1;
            }
        }
        0.5 * (lo + hi)
    }

    /// The mean with the central interval of probability `level`.
    pub(super) fn estimate(&self, level: f64) -> Estimate {
        let tail = 0.5 * (1.0 - level);
        let value = self.mean();
        Estimate { value, lo: self.quantile(tail).min(value), hi: self.quantile(1.0 - tail).max(value) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_part_is_students_t() {
        let m = Mixture::new(vec![Part { weight: 3.0, mean: 2.0, scale: 0.5 }], 10.0).unwrap();
        assert!((m.below(2.0) - 0.5).abs() < 1e-12);
        let e = m.estimate(0.95);
        assert!((e.hi - (2.0 + 0.5 * 2.228)).abs() < 1e-3, "{e:?}");
    }

    #[test]
    fn a_wide_part_widens_the_interval() {
        let narrow = Part { weight: 0.9, mean: 0.0, scale: 1.0 };
        let wide = Part { weight: 0.1, mean: 0.0, scale: 10.0 };
        let m = Mixture::new(vec![narrow, wide], 50.0).unwrap();
        assert!(m.estimate(0.95).hi > 4.0);
        assert!((m.below(m.quantile(0.975)) - 0.975).abs() < 1e-6);
    }

    #[test]
    fn nothing_is_known_from_nothing() {
        assert!(Mixture::new(Vec::new(), 3.0).is_none());
    }
}
