//! Generalised least squares under every noise model, averaged by integrated likelihood.
//!
//! For each model of [`noise::models`] the columns are whitened and regressed. With flat priors on coefficients and
//! on the logarithm of the scale, the integrated likelihood of a model is |V|^-½ |X'V⁻¹X|^-½ RSS^-(n-p)/2, the
//! restricted likelihood; given the model a coefficient is Student t with n - p degrees of freedom. The average is a
//! mixture of these. For comparing different sets of columns the maximised likelihood with Schwarz's penalty is
//! used, since restricted likelihoods of different columns do not compare.
//!
//! Sources: D. A. Harville, Bayesian inference for variance components using only error contrasts (1974); G. Schwarz,
//! Estimating the dimension of a model (1978).

use super::mixture::{Mixture, Part};
use super::noise::{self, Noise, Whitener};

/// Residuals below this share of the data's own range are rounding.
const ROUNDING: f64 = 1e-7;

/// Points to be explained: values at moments counted in units of their usual distance.
#[derive(Debug, Clone, Copy)]
pub(super) struct Points<'a> {
    pub(super) at: &'a [f64],
    pub(super) values: &'a [f64],
}

/// A regression, averaged over the noise models.
#[derive(Debug, Clone)]
pub(super) struct Fit {
    /// The coefficient asked for.
    pub(super) coefficient: Mixture,
    /// Schwarz's criterion, smaller is better; comparable among fits of the same points.
    pub(super) criterion: f64,
    /// The average correlation of neighbours.
    pub(super) correlation: f64,
    /// The probability that the noise wanders off for good.
    pub(super) wandering: f64,
    /// Coefficients under the likeliest noise model, in the order of the columns.
    pub(super) coefficients: Vec<f64>,
}

/// Regresses the points on the columns and asks for the coefficient of column `asked`; `free` counts parameters that
/// were chosen by looking at the points (a changepoint, a time constant) beside the columns. None where the points are
/// too few or the columns are not independent.
pub(super) fn fit(points: Points<'_>, columns: &[Vec<f64>], asked: usize, free: f64) -> Option<Fit> {
    let n = points.values.len();
    let p = columns.len();
    if n < p + 2 {
        return None;
    }
    let (low, high) = range(points.values);
    let floor = (n - p) as f64 * ((high - low) * ROUNDING).powi(2).max(f64::MIN_POSITIVE);
    let mut whitener = Whitener::default();
    let mut white = vec![Vec::with_capacity(n); p + 1];
    let mut tried: Vec<(Noise, f64, f64, Solution)> = Vec::new();
    for model in noise::models() {
        whitener.prepare(model, points.at);
        for (column, out) in columns.iter().zip(&mut white) {
            whitener.apply(column, out);
        }
        whitener.apply(points.values, &mut white[p]);
        let Some(solution) = solve(&white, floor) else { continue };
        let rest = (n - p) as f64;
        let integrated =
            -0.5 * (whitener.log_determinant + solution.log_determinant + rest * solution.rss.ln());
        let maximised = -0.5 * (n as f64 * (solution.rss / n as f64).ln() + whitener.log_determinant);
        tried.push((model, integrated, maximised, solution));
    }
    let best = tried.iter().map(|t| t.1).fold(f64::NEG_INFINITY, f64::max);
    let likeliest = tried.iter().map(|t| t.2).fold(f64::NEG_INFINITY, f64::max);
    let mut parts = Vec::with_capacity(tried.len());
    let (mut sum, mut correlation, mut wandering) = (0.0, 0.0, 0.0);
    for (model, integrated, _, solution) in &tried {
        let weight = model.prior() * (integrated - best).exp();
        sum += weight;
        correlation += weight * model.correlation;
        wandering += if model.wanders() { weight } else { 0.0 };
        let scale = (solution.rss / (n - p) as f64 * solution.inverse[asked]).sqrt();
        parts.push(Part { weight, mean: solution.coefficients[asked], scale });
    }
    let top = tried.into_iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
    Some(Fit {
        coefficient: Mixture::new(parts, (n - p) as f64)?,
        criterion: -2.0 * likeliest + (p as f64 + free) * (n as f64).ln(),
        correlation: correlation / sum,
        wandering: wandering / sum,
        coefficients: top.3.coefficients,
    })
}

/// Smallest and largest value.
pub(super) fn range(values: &[f64]) -> (f64, f64) {
    values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), v| (lo.min(*v), hi.max(*v)))
}

struct Solution {
    coefficients: Vec<f64>,
    /// Diagonal of (X'X)⁻¹.
    inverse: Vec<f64>,
    rss: f64,
    log_determinant: f64,
}

/// Ordinary least squares of the last column on the others, by Cholesky's decomposition of the normal equations.
fn solve(columns: &[Vec<f64>], floor: f64) -> Option<Solution> {
    let p = columns.len() - 1;
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
    let mut l = vec![0.0; p * p];
    let mut log_determinant = 0.0;
    for i in 0..p {
        for j in 0..=i {
            let full = dot(&columns[i], &columns[j]);
            let s = full - (0..j).map(|k| l[i * p + k] * l[j * p + k]).sum::<f64>();
            if i == j {
                if s <= 1e-9 * full {
                    return None;
                }
                l[i * p + i] = s.sqrt();
                log_determinant += s.ln();
            } else {
                l[i * p + j] = s / l[j * p + j];
            }
        }
    }
    let mut half = vec![0.0; p];
    for i in 0..p {
        let s: f64 = (0..i).map(|k| l[i * p + k] * half[k]).sum();
        half[i] = (dot(&columns[i], &columns[p]) - s) / l[i * p + i];
    }
    let mut coefficients = vec![0.0; p];
    for i in (0..p).rev() {
        let s: f64 = (i + 1..p).map(|k| l[k * p + i] * coefficients[k]).sum();
        coefficients[i] = (half[i] - s) / l[i * p + i];
    }
    let rss: f64 = columns[p]
        .iter()
        .enumerate()
        .map(|(row, y)| (y - (0..p).map(|k| coefficients[k] * columns[k][row]).sum::<f64>()).powi(2))
        .sum();
    let mut inverse = vec![0.0; p];
    for (asked, out) in inverse.iter_mut().enumerate() {
        let mut column = vec![0.0; p];
        for i in asked..p {
            let unit = if i == asked { 1.0 } else { 0.0 };
            let s: f64 = (asked..i).map(|k| l[i * p + k] * column[k]).sum();
            column[i] = (unit - s) / l[i * p + i];
        }
        *out = column.iter().map(|c| c * c).sum();
    }
    Some(Solution { coefficients, inverse, rss: rss.max(floor), log_determinant })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng, rngs::SmallRng};

    fn line(n: usize) -> (Vec<f64>, Vec<Vec<f64>>) {
        let at: Vec<f64> = (0..n).map(|i| i as f64).collect();
        let columns = vec![vec![1.0; n], at.clone()];
        (at, columns)
    }

    fn gauss(rng: &mut SmallRng) -> f64 {
        (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0
    }

    #[test]
    fn a_line_is_found() {
        let (at, columns) = line(50);
        let mut rng = SmallRng::seed_from_u64(1);
        let values: Vec<f64> = at.iter().map(|t| 5.0 + 0.3 * t + gauss(&mut rng)).collect();
        let f = fit(Points { at: &at, values: &values }, &columns, 1, 0.0).unwrap();
        let e = f.coefficient.estimate(0.95);
        assert!(e.lo < 0.3 && 0.3 < e.hi && e.hi - e.lo < 0.12, "{e:?}");
        assert!(f.coefficient.below(0.0) < 1e-6);
        assert!(f.correlation < 0.5, "{}", f.correlation);
    }

    #[test]
    fn a_random_walk_shows_no_slope() {
        let (at, columns) = line(100);
        let mut sure = 0;
        for seed in 0..100 {
            let mut rng = SmallRng::seed_from_u64(seed);
            let mut level = 0.0;
            let values: Vec<f64> = at
                .iter()
                .map(|_| {
                    level += gauss(&mut rng);
                    level
                })
                .collect();
            let f = fit(Points { at: &at, values: &values }, &columns, 1, 0.0).unwrap();
            sure += usize::from(f.coefficient.below(0.0) < 0.005);
        }
        assert!(sure <= 2, "{sure} of 100 walks have a slope");
    }

    #[test]
    fn columns_that_depend_on_each_other_have_no_fit() {
        let (at, mut columns) = line(20);
        columns.push(at.iter().map(|t| 2.0 * t + 3.0).collect());
        assert!(fit(Points { at: &at, values: &at }, &columns, 1, 0.0).is_none());
    }
}
