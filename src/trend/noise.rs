//! What the residuals of a series may be: white noise, an autoregression, both together, a random walk, or ups and
//! downs that come round.
//!
//! No single guess at the autocorrelation is trusted. A fit is made under every model of a grid, and the grid is
//! averaged by how well each explains the data (see `fit`). That is what keeps a t test honest from white noise to
//! a unit root, where a single estimate is biased towards 'independent' and the interval comes out too narrow.
//!
//! Sources: A. C. Harvey, Forecasting, Structural Time Series Models and the Kalman Filter (1989), for the filter and
//! for gaps; P. Perron and T. Yabu, Estimating Deterministic Trends with an Integrated or Stationary Noise Component
//! (2009), for why the unit root must be among the models; G. U. Yule, On a Method of Investigating Periodicities in
//! Disturbed Series (1927), for cycles without a fixed period.

use std::f64::consts::TAU;

/// Correlation of neighbours, from none to a random walk. Their correlation lengths are roughly doubled at each
/// step, since how long a server's memory remembers is unknown up to its scale.
const CORRELATIONS: [f64; 8] = [0.25, 0.5, 0.7, 0.84, 0.92, 0.96, 0.98, 1.0];

/// Variance of white noise on top, as a multiple of the autoregression's innovations.
const WHITE_SHARES: [f64; 4] = [0.0, 0.5, 2.5, 12.0];

/// How much of a random walk's last step goes on in its next: memory that climbs in spells and rests in between.
const MOMENTA: [f64; 3] = [0.35, 0.6, 0.8];

/// Points from one crest of a swing to the next, a factor of one and a half apart: their peaks are wider than that. The
/// slowest has room in the blocks of an attribution alone.
const PERIODS: [f64; 6] = [6.0, 9.0, 14.0, 21.0, 32.0, 48.0];

/// How much of a swing is left from one point to the next; it forgets its phase within some five to twenty points.
const DAMPINGS: [f64; 3] = [0.8, 0.9, 0.95];

/// So many periods must have room: what a walk does once is no swing.
const LEAST_PERIODS: f64 = 3.0;

/// One model of the residuals, up to a common scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Noise {
    /// An autoregression seen through white noise: the correlation of neighbours one interval apart, where 0 is white
    /// noise and 1 a random walk, and white variance over innovation variance.
    Level { correlation: f64, white: f64 },
    /// A random walk whose neighbouring steps are so correlated.
    Spells { momentum: f64 },
    /// An autoregression of second order that swings and comes back: a heap that grows in stairs around the line of
    /// what it holds. The period in points, and what is left of it from one point to the next.
    Swings { period: f64, damping: f64 },
}

impl Noise {
    /// How likely the model is held before the data were seen, up to a common factor. White noise and the plain random
    /// walk, the two ends, each count like a whole family: a grid that is dense just below a walk would otherwise
    /// outvote it on its own data, and so find slopes in it (C. A. Sims, Bayesian skepticism on unit root econometrics,
    /// 1988). Slow wandering far below white noise is rare, and hardly seen where it is. Swings weigh more together
    /// than either end, the more the longer a series is: their spectra are so unlike a walk's that they win no walk's
    /// data.
    pub(super) fn prior(self) -> f64 {
        match self {
            Noise::Level { correlation: 0.0, .. } => 4.0,
            Noise::Level { correlation: 1.0, white: 0.0 } => 2.0,
            Noise::Level { correlation, white } if correlation > 0.9 && white > 0.0 => 0.25,
            _ => 1.0,
        }
    }

    /// How much of it is left after one interval.
    pub(super) fn correlation(self) -> f64 {
        match self {
            Noise::Level { correlation, .. } => correlation,
            Noise::Spells { .. } => 1.0,
            Noise::Swings { damping, .. } => damping,
        }
    }

    /// Whether it never returns to a level, or hardly within the length of most recordings.
    pub(super) fn wanders(self) -> bool {
        self.correlation() > 0.97
    }
}

/// Every model that is averaged over, for so many points.
pub(super) fn models(points: usize) -> impl Iterator<Item = Noise> {
    let levels = CORRELATIONS.into_iter().flat_map(|correlation| {
        WHITE_SHARES.into_iter().map(move |white| Noise::Level { correlation, white })
    });
    let spells = MOMENTA.into_iter().map(|momentum| Noise::Spells { momentum });
    let swings = PERIODS
        .into_iter()
        .filter(move |period| LEAST_PERIODS * period <= points as f64)
        .flat_map(|period| DAMPINGS.into_iter().map(move |damping| Noise::Swings { period, damping }));
    std::iter::once(Noise::Level { correlation: 0.0, white: 0.0 }).chain(levels).chain(spells).chain(swings)
}

/// The whitening filter of one model for moments at given distances: makes residuals of that model independent and
/// of one variance.
#[derive(Debug)]
pub(super) struct Whitener {
    filter: Filter,
    /// Logarithm of the covariance's determinant.
    pub(super) log_determinant: f64,
}

#[derive(Debug)]
enum Filter {
    /// A Kalman filter, so a gap is only a longer step; then how much of a surprise goes on in the next.
    Level { steps: Steps, momentum: f64 },
    /// What of the last two values is in the next, taken away. A gap is one step: where a swing was after it is
    /// unknown.
    Swings { last: f64, before: f64, first: f64, second: f64 },
}

impl Whitener {
    /// The filter for moments `at`, in units of their usual distance.
    pub(super) fn new(noise: Noise, at: &[f64]) -> Whitener {
        match noise {
            Noise::Level { correlation, white } => {
                let (steps, log_determinant) = level(correlation, white, at);
                Whitener { filter: Filter::Level { steps, momentum: 0.0 }, log_determinant }
            }
            Noise::Spells { momentum } => {
                let (steps, walk) = level(1.0, 0.0, at);
                let log_determinant = walk - (1.0 - momentum * momentum).ln();
                Whitener { filter: Filter::Level { steps, momentum }, log_determinant }
            }
            Noise::Swings { period, damping } => {
                let (last, before) = (2.0 * damping * (TAU / period).cos(), -damping * damping);
                // by Yule's equations: the correlation of neighbours, and the variance in units of the innovations'
                let neighbours = last / (1.0 - before);
                let variance = 1.0 / (1.0 - last * neighbours - before * (last * neighbours + before));
                let second = variance * (1.0 - neighbours * neighbours);
                Whitener {
                    filter: Filter::Swings { last, before, first: variance.sqrt(), second: second.sqrt() },
                    log_determinant: variance.ln() + second.ln(),
                }
            }
        }
    }

    /// The column, whitened into `out`.
    pub(super) fn apply(&self, column: &[f64], out: &mut Vec<f64>) {
        out.clear();
        match &self.filter {
            Filter::Level { steps, momentum } => {
                // plain indices: see `dot` in `fit`
                let steps = &steps[..column.len()];
                let (mut state, mut i) = (0.0, 0);
                while i < column.len() {
                    let (keep, gain, scale) = steps[i];
                    state *= keep;
                    let innovation = column[i] - state;
                    out.push(innovation * scale);
                    state += gain * innovation;
                    i += 1;
                }
                if *momentum > 0.0 {
                    // the first step has the variance of any step, which the momentum raises
                    let first = (1.0 - momentum * momentum).sqrt();
                    for i in (1..out.len()).rev() {
                        out[i] = if i == 1 { first * out[1] } else { out[i] - momentum * out[i - 1] };
                    }
                }
            }
            Filter::Swings { last, before, first, second } => {
                let neighbours = last / (1.0 - before);
                out.extend(column.iter().take(1).map(|value| value / first));
                out.extend(column.windows(2).take(1).map(|two| (two[1] - neighbours * two[0]) / second));
                let mut i = 2;
                while i < column.len() {
                    out.push(column[i] - last * column[i - 1] - before * column[i - 2]);
                    i += 1;
                }
            }
        }
    }
}

/// By moment: how much of the state is kept since the moment before, the gain, and 1/√(innovation variance).
type Steps = Vec<(f64, f64, f64)>;

/// The Kalman filter of an autoregression seen through white noise, and its covariance's determinant as a logarithm.
fn level(r: f64, white: f64, at: &[f64]) -> (Steps, f64) {
    let mut steps = Vec::with_capacity(at.len());
    let mut log_determinant = 0.0;
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
        log_determinant += total.ln();
        steps.push((keep, gain, 1.0 / total.sqrt()));
    }
    (steps, log_determinant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_noise_is_left_alone() {
        let w = Whitener::new(Noise::Level { correlation: 0.0, white: 0.0 }, &[0.0, 1.0, 2.0]);
        let mut out = Vec::new();
        w.apply(&[3.0, -1.0, 2.0], &mut out);
        assert_eq!(out, [3.0, -1.0, 2.0]);
        assert!(w.log_determinant.abs() < 1e-12);
    }

    #[test]
    fn an_autoregression_becomes_its_innovations() {
        let w = Whitener::new(Noise::Level { correlation: 0.5, white: 0.0 }, &[0.0, 1.0, 2.0, 4.0]);
        let mut out = Vec::new();
        w.apply(&[4.0, 3.0, 2.5, 1.625], &mut out);
        assert!((out[1] - 1.0).abs() < 1e-12 && (out[2] - 1.0).abs() < 1e-12);
        // two steps at once: 2.5 → 0.625 and an innovation of 1 with variance 1 + 0.25
        assert!((out[3] - 1.0 / 1.25f64.sqrt()).abs() < 1e-12, "{out:?}");
    }

    #[test]
    fn a_walk_with_momentum_becomes_its_surprises() {
        let w = Whitener::new(Noise::Spells { momentum: 0.5 }, &[0.0, 1.0, 2.0, 3.0]);
        let mut out = Vec::new();
        w.apply(&[0.0, 4.0, 6.0, 8.0], &mut out);
        assert_eq!(out[2..], [0.0, 1.0]);
    }

    #[test]
    fn a_random_walk_becomes_its_increments() {
        let w = Whitener::new(Noise::Level { correlation: 1.0, white: 0.0 }, &[0.0, 1.0, 5.0]);
        let mut out = Vec::new();
        w.apply(&[10.0, 12.0, 16.0], &mut out);
        assert_eq!(out[1..], [2.0, 2.0]);
    }

    #[test]
    fn a_swing_becomes_its_innovations() {
        let (period, damping) = (6.0, 0.9);
        let w = Whitener::new(Noise::Swings { period, damping }, &[0.0, 1.0, 2.0, 3.0, 4.0]);
        // left alone it swings down, and a push of 1 is a surprise of 1
        let mut swing: Vec<f64> =
            (0..5).map(f64::from).map(|k| damping.powf(k) * (TAU * k / period).cos()).collect();
        swing[4] += 1.0;
        let mut out = Vec::new();
        w.apply(&swing, &mut out);
        assert!(out[2].abs() < 1e-12 && out[3].abs() < 1e-12 && (out[4] - 1.0).abs() < 1e-12, "{out:?}");
    }

    #[test]
    fn the_first_points_of_a_swing_vary_as_they_must() {
        // covariance of two neighbours by summing the response to every earlier innovation
        let (period, damping) = (9.0, 0.8);
        let (last, before) = (2.0 * damping * (TAU / period).cos(), -damping * damping);
        let mut response = vec![1.0, last];
        (2..400).for_each(|k| response.push(last * response[k - 1] + before * response[k - 2]));
        let variance: f64 = response.iter().map(|x| x * x).sum();
        let together: f64 = response.windows(2).map(|two| two[0] * two[1]).sum();
        let w = Whitener::new(Noise::Swings { period, damping }, &[0.0, 1.0]);
        assert!((w.log_determinant - (variance * variance - together * together).ln()).abs() < 1e-9);
        let mut out = Vec::new();
        w.apply(&[variance.sqrt(), together / variance.sqrt()], &mut out);
        assert!((out[0] - 1.0).abs() < 1e-9 && out[1].abs() < 1e-9, "{out:?}");
    }

    #[test]
    fn of_few_points_no_slow_swing_is_looked_for() {
        let slowest = |points| {
            models(points)
                .filter_map(|n| if let Noise::Swings { period, .. } = n { Some(period) } else { None })
                .fold(0.0, f64::max)
        };
        assert_eq!((slowest(10), slowest(50), slowest(96)), (0.0, 14.0, 32.0));
    }
}
