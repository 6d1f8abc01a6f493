//! What the residuals of a series may be: white noise, first-order autoregression, both together, or a random walk.
//!
//! No single guess at the autocorrelation is trusted. A fit is made under every model of a grid, and the grid is
//! averaged by how well each explains the data (see `fit`). That is what keeps a t test honest from white noise to
//! a unit root, where a single estimate is biased towards 'independent' and the interval comes out too narrow.
//!
//! Sources: A. C. Harvey, Forecasting, Structural Time Series Models and the Kalman Filter (1989), for the filter and
//! for gaps; P. Perron and T. Yabu, Estimating Deterministic Trends with an Integrated or Stationary Noise Component
//! (2009), for why the unit root must be among the models.

/// Correlation of neighbours, from none to a random walk. Their correlation lengths are roughly doubled at each
/// step, since how long a server's memory remembers is unknown up to its scale.
const CORRELATIONS: [f64; 8] = [0.25, 0.5, 0.7, 0.84, 0.92, 0.96, 0.98, 1.0];

/// Variance of white noise on top, as a multiple of the autoregression's innovations.
const WHITE_SHARES: [f64; 4] = [0.0, 0.5, 2.5, 12.0];

/// How much of a random walk's last step goes on in its next: memory that climbs in spells and rests in between.
const MOMENTA: [f64; 3] = [0.35, 0.6, 0.8];

/// One model of the residuals: an autoregression seen through white noise, up to a common scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Noise {
    /// Correlation of neighbours one interval apart; 1 is a random walk.
    pub(super) correlation: f64,
    /// White variance over innovation variance.
    pub(super) white: f64,
    /// Correlation of a walk's neighbouring steps; only a walk without white noise has any.
    pub(super) momentum: f64,
}

impl Noise {
    /// How likely the model is held before the data were seen, up to a common factor. White noise and the plain random
    /// walk, the two ends, each count like a whole family: a grid that is dense just below a walk would otherwise
    /// outvote it on its own data, and so find slopes in it (C. A. Sims, Bayesian skepticism on unit root econometrics,
    /// 1988). Slow wandering far below white noise is rare, and hardly seen where it is.
    pub(super) fn prior(self) -> f64 {
        match (self.correlation, self.white) {
            (0.0, _) => 4.0,
            (1.0, 0.0) if self.momentum == 0.0 => 2.0,
            (r, w) if r > 0.9 && w > 0.0 => 0.25,
            _ => 1.0,
        }
    }

    /// Whether it never returns to a level, or hardly within the length of most recordings.
    pub(super) fn wanders(self) -> bool {
        self.correlation > 0.97
    }
}

/// Every model that is averaged over.
pub(super) fn models() -> impl Iterator<Item = Noise> {
    let autoregressions = CORRELATIONS.into_iter().flat_map(|correlation| {
        WHITE_SHARES.into_iter().map(move |white| Noise { correlation, white, momentum: 0.0 })
    });
    let walks = MOMENTA.into_iter().map(|momentum| Noise { correlation: 1.0, white: 0.0, momentum });
    std::iter::once(Noise { correlation: 0.0, white: 0.0, momentum: 0.0 }).chain(autoregressions).chain(walks)
}

/// The whitening filter of one model for moments at given distances: makes residuals of that model independent and
/// of one variance. A Kalman filter, so a gap is only a longer step.
#[derive(Debug, Default)]
pub(super) struct Whitener {
    /// By moment: how much of the state is kept since the moment before, the gain, and 1/√(innovation variance).
    steps: Vec<(f64, f64, f64)>,
    /// Logarithm of the covariance's determinant.
    pub(super) log_determinant: f64,
    momentum: f64,
}

impl Whitener {
    /// Prepares the filter for moments `at`, in units of their usual distance.
    pub(super) fn prepare(&mut self, noise: Noise, at: &[f64]) {
        let Noise { correlation: r, white, momentum } = noise;
        self.momentum = momentum;
        self.steps.clear();
        self.log_determinant = 0.0;
        let walk = r >= 1.0;
        // a walk's first state is absorbed by the intercept, whatever its variance
        let mut variance = if walk { 1.0 } else { 1.0 / (1.0 - r * r) };
        let mut keep = 1.0;
        let mut gain = 0.0;
        for i in 0..at.len() {
            if i > 0 {
                let gap = at[i] - at[i - 1];
                let after = variance * (1.0 - gain);
                if walk {
                    keep = 1.0;
                    variance = after + gap;
                } else if r == 0.0 {
                    keep = 0.0;
                    variance = 1.0;
                } else {
                    keep = if (gap - 1.0).abs() < 1e-9 { r } else { r.powf(gap) };
                    variance = keep * keep * after + (1.0 - keep * keep) / (1.0 - r * r);
                }
            }
            let total = variance + white;
            gain = variance / total;
            self.log_determinant += total.ln();
            self.steps.push((keep, gain, 1.0 / total.sqrt()));
        }
        if momentum > 0.0 {
            self.log_determinant -= (1.0 - momentum * momentum).ln();
        }
    }

    /// The column, whitened into `out`.
    pub(super) fn apply(&self, column: &[f64], out: &mut Vec<f64>) {
        out.clear();
        let mut state = 0.0;
        for (value, (keep, gain, scale)) in column.iter().zip(&self.steps) {
            state *= keep;
            let innovation = value - state;
            out.push(innovation * scale);
            state += gain * innovation;
        }
        if self.momentum > 0.0 {
            // the first step has the variance of any step, which the momentum raises
            let first = (1.0 - self.momentum * self.momentum).sqrt();
            for i in (1..out.len()).rev() {
                out[i] = if i == 1 { first * out[1] } else { out[i] - self.momentum * out[i - 1] };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_noise_is_left_alone() {
        let mut w = Whitener::default();
        w.prepare(Noise { correlation: 0.0, white: 0.0, momentum: 0.0 }, &[0.0, 1.0, 2.0]);
        let mut out = Vec::new();
        w.apply(&[3.0, -1.0, 2.0], &mut out);
        assert_eq!(out, [3.0, -1.0, 2.0]);
        assert!(w.log_determinant.abs() < 1e-12);
    }

    #[test]
    fn an_autoregression_becomes_its_innovations() {
        let mut w = Whitener::default();
        w.prepare(Noise { correlation: 0.5, white: 0.0, momentum: 0.0 }, &[0.0, 1.0, 2.0, 4.0]);
        let mut out = Vec::new();
        w.apply(&[4.0, 3.0, 2.5, 1.625], &mut out);
        assert!((out[1] - 1.0).abs() < 1e-12 && (out[2] - 1.0).abs() < 1e-12);
        // two steps at once: 2.5 → 0.625 and an innovation of 1 with variance 1 + 0.25
        assert!((out[3] - 1.0 / 1.25f64.sqrt()).abs() < 1e-12, "{out:?}");
    }

    #[test]
    fn a_walk_with_momentum_becomes_its_surprises() {
        let mut w = Whitener::default();
        w.prepare(Noise { correlation: 1.0, white: 0.0, momentum: 0.5 }, &[0.0, 1.0, 2.0, 3.0]);
        let mut out = Vec::new();
        w.apply(&[0.0, 4.0, 6.0, 8.0], &mut out);
        assert_eq!(out[2..], [0.0, 1.0]);
    }

    #[test]
    fn a_random_walk_becomes_its_increments() {
        let mut w = Whitener::default();
        w.prepare(Noise { correlation: 1.0, white: 0.0, momentum: 0.0 }, &[0.0, 1.0, 5.0]);
        let mut out = Vec::new();
        w.apply(&[10.0, 12.0, 16.0], &mut out);
        assert_eq!(out[1..], [2.0, 2.0]);
    }
}
