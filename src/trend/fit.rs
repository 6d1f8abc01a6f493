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
const ROUNDING_SHARE: f64 = 1e-7;

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
    /// How much of the noise is left after one step, on average.
    pub(super) correlation: f64,
    /// The probability that the noise wanders off for good.
    pub(super) wandering: f64,
    /// Coefficients under the likeliest noise model, in the order of the columns.
    pub(super) coefficients: Vec<f64>,
}

/// One set of points under every noise model, whitened once for all the regressions that are tried on it: the
/// intercept, time, and what stands beside every line.
pub(super) struct Frame<'a> {
    points: Points<'a>,
    models: Vec<Whitened>,
    /// Columns that every regression has.
    common: usize,
    /// Residuals below this are rounding.
    floor: f64,
}

struct Whitened {
    noise: Noise,
    whitener: Whitener,
    /// What every regression has: the intercept, time, what stands beside every line, and the values.
    columns: Vec<Vec<f64>>,
    /// The scalar products of any two of these, row by row.
    products: Vec<f64>,
}

impl Whitened {
    fn product(&self, a: usize, b: usize) -> f64 {
        self.products[a * self.columns.len() + b]
    }
}

/// Where [`Whitened::columns`] have the intercept, time, and the first of what stands beside every line.
const INTERCEPT: usize = 0;
const TIME: usize = 1;
const BESIDE: usize = 2;

/// A column of a regression beside the intercept.
#[derive(Debug, Clone, Copy)]
pub(super) enum Column<'a> {
    /// Time.
    Time,
    /// Any other.
    Values(&'a [f64]),
}

impl<'a> Frame<'a> {
    /// Whitens the points and the columns `beside`.
    pub(super) fn new(points: Points<'a>, beside: &[Vec<f64>]) -> Frame<'a> {
        let (low, high) = range(points.values);
        let ones = vec![1.0; points.at.len()];
        let known = [&ones[..], points.at].into_iter().chain(beside.iter().map(|c| &c[..]));
        let known: Vec<&[f64]> = known.chain([points.values]).collect();
        let models = noise::models(points.at.len())
            .map(|noise| {
                let whitener = Whitener::new(noise, points.at);
                let white = |column: &&[f64]| {
                    let mut out = Vec::with_capacity(column.len());
                    whitener.apply(column, &mut out);
                    out
                };
                let columns: Vec<Vec<f64>> = known.iter().map(white).collect();
                let products = columns.iter().flat_map(|a| columns.iter().map(|b| dot(a, b))).collect();
                Whitened { noise, columns, products, whitener }
            })
            .collect();
        let floor = ((high - low) * ROUNDING_SHARE).powi(2).max(f64::MIN_POSITIVE);
        Frame { points, models, common: 1 + beside.len(), floor }
    }

    /// Regresses the points on the intercept, the columns, and what stands beside every line, and asks for the
    /// coefficient `asked` in that order; `free` counts parameters that were chosen by looking at the points (a
    /// changepoint, a time constant) beside the columns. None where the points are too few or the columns are not
    /// independent.
    pub(super) fn fit(&self, columns: &[Column<'_>], asked: usize, free: f64) -> Option<Fit> {
        let (n, p) = (self.points.values.len(), self.common + columns.len());
        average_models(&self.fit_all_models(columns)?, n, p, asked, free)
    }

    /// The same for the coefficient of each column, in their order.
    pub(super) fn fit_each(&self, columns: &[Column<'_>]) -> Option<Vec<Mixture>> {
        let (n, p) = (self.points.values.len(), self.common + columns.len());
        let tried = self.fit_all_models(columns)?;
        (1..=columns.len()).map(|asked| Some(average_models(&tried, n, p, asked, 0.0)?.coefficient)).collect()
    }

    /// The regression under every noise model.
    fn fit_all_models(&self, columns: &[Column<'_>]) -> Option<Vec<ModelFit>> {
        let n = self.points.values.len();
        let p = self.common + columns.len();
        if n < p + 2 {
            return None;
        }
        let floor = (n - p) as f64 * self.floor;
        let mut fresh = vec![Vec::with_capacity(n); columns.len()];
        let mut tried: Vec<ModelFit> = Vec::with_capacity(self.models.len());
        let mut workspace = Workspace::default();
        for model in &self.models {
            for (column, out) in columns.iter().zip(&mut fresh) {
                if let Column::Values(column) = column {
                    model.whitener.apply(column, out);
                }
            }
            let known = |at: usize| White { values: &model.columns[at], known: Some(at) };
            let mut white: Vec<White<'_>> = Vec::with_capacity(p + 1);
            white.push(known(INTERCEPT));
            white.extend(columns.iter().zip(&fresh).map(|(column, fresh)| match column {
                Column::Time => known(TIME),
                Column::Values(_) => White { values: fresh, known: None },
            }));
            white.extend((BESIDE..model.columns.len()).map(known));
            let product = |a: usize, b: usize| match (white[a].known, white[b].known) {
                (Some(a), Some(b)) => model.product(a, b),
                _ => dot(white[a].values, white[b].values),
            };
            let Some(solution) = workspace.solve(&white, product, floor) else { continue };
            let rest = (n - p) as f64;
            let determinant = model.whitener.log_determinant;
            let integrated = -0.5 * (determinant + solution.log_determinant + rest * solution.rss.ln());
            let maximised = -0.5 * (n as f64 * (solution.rss / n as f64).ln() + determinant);
            tried.push((model.noise, integrated, maximised, solution));
        }
        Some(tried)
    }
}

/// A noise model, its integrated and its maximised likelihood as logarithms, and what it comes to.
type ModelFit = (Noise, f64, f64, Solution);

/// The average over the models that were tried.
fn average_models(tried: &[ModelFit], n: usize, p: usize, asked: usize, free: f64) -> Option<Fit> {
    let best = tried.iter().map(|t| t.1).fold(f64::NEG_INFINITY, f64::max);
    let likeliest = tried.iter().map(|t| t.2).fold(f64::NEG_INFINITY, f64::max);
    let mut parts = Vec::with_capacity(tried.len());
    let (mut sum, mut correlation, mut wandering) = (0.0, 0.0, 0.0);
    for (model, integrated, _, solution) in tried {
        let weight = model.prior() * (integrated - best).exp();
        sum += weight;
        correlation += weight * model.correlation();
        wandering += if model.wanders() { weight } else { 0.0 };
        let scale = (solution.rss / (n - p) as f64 * solution.inverse[asked]).sqrt();
        parts.push(Part { weight, mean: solution.coefficients[asked], scale });
    }
    let top = tried.iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
    Some(Fit {
        coefficient: Mixture::new(parts, (n - p) as f64)?,
        criterion: -2.0 * likeliest + (p as f64 + free) * (n as f64).ln(),
        correlation: correlation / sum,
        wandering: wandering / sum,
        coefficients: top.3.coefficients.clone(),
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

/// A whitened column of a regression.
struct White<'a> {
    values: &'a [f64],
    /// Where it is among the columns that every regression has.
    known: Option<usize>,
}

/// What regressions are worked out in, kept from one to the next.
#[derive(Default)]
struct Workspace {
    l: Vec<f64>,
    half: Vec<f64>,
    rest: Vec<f64>,
    unit: Vec<f64>,
}

impl Workspace {
    /// Ordinary least squares of the last column on the others, by Cholesky's decomposition of the normal equations;
    /// `product` is the scalar product of two columns.
    fn solve(
        &mut self,
        columns: &[White<'_>],
        product: impl Fn(usize, usize) -> f64,
        floor: f64,
    ) -> Option<Solution> {
        let p = columns.len() - 1;
        let Workspace { l, half, rest, unit } = self;
        l.clear();
        l.resize(p * p, 0.0);
        let mut log_determinant = 0.0;
        for i in 0..p {
            for j in 0..=i {
                let full = product(i, j);
                let s = full - sum_of_products(&l[i * p..i * p + j], &l[j * p..j * p + j]);
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
        half.clear();
        for i in 0..p {
            let s = sum_of_products(&l[i * p..i * p + i], half);
            half.push((product(i, p) - s) / l[i * p + i]);
        }
        let mut coefficients = vec![0.0; p];
        for i in (0..p).rev() {
            let s: f64 = (i + 1..p).map(|k| l[k * p + i] * coefficients[k]).sum();
            coefficients[i] = (half[i] - s) / l[i * p + i];
        }
        rest.clear();
        rest.extend_from_slice(columns[p].values);
        for (c, column) in coefficients.iter().zip(columns) {
            subtract(rest, *c, column.values);
        }
        let rss = dot(rest, rest);
        let mut inverse = vec![0.0; p];
        for (asked, out) in inverse.iter_mut().enumerate() {
            unit.clear();
            unit.resize(p, 0.0);
            for i in asked..p {
                let one = if i == asked { 1.0 } else { 0.0 };
                let s = sum_of_products(&l[i * p + asked..i * p + i], &unit[asked..i]);
                unit[i] = (one - s) / l[i * p + i];
            }
            *out = unit.iter().map(|c| c * c).sum();
        }
        Some(Solution { coefficients, inverse, rss: rss.max(floor), log_determinant })
    }
}

/// The scalar product, in four sums at a time as processors like it. By plain indices: most of a test run's time is
/// spent here, and without optimisation an iterator costs ten times the arithmetic.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len().min(b.len());
    let (a, b) = (&a[..n], &b[..n]);
    let [mut first, mut second, mut third, mut fourth] = [0.0; 4];
    let mut i = 0;
    while i + 4 <= n {
        first += a[i] * b[i];
        second += a[i + 1] * b[i + 1];
        third += a[i + 2] * b[i + 2];
        fourth += a[i + 3] * b[i + 3];
        i += 4;
    }
    let mut rest = 0.0;
    while i < n {
        rest += a[i] * b[i];
        i += 1;
    }
    first + second + third + fourth + rest
}

/// The scalar product of a few numbers, in their order.
fn sum_of_products(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len().min(b.len());
    let (mut sum, mut i) = (0.0, 0);
    while i < n {
        sum += a[i] * b[i];
        i += 1;
    }
    sum
}

/// Takes `factor` times the column away.
fn subtract(from: &mut [f64], factor: f64, column: &[f64]) {
    let n = from.len().min(column.len());
    let (from, column) = (&mut from[..n], &column[..n]);
    let mut i = 0;
    while i < n {
        from[i] -= factor * column[i];
        i += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng, rngs::SmallRng};

    fn moments(n: usize) -> Vec<f64> {
        (0..n).map(|i| i as f64).collect()
    }

    /// The line through values at even moments.
    fn line(at: &[f64], values: &[f64]) -> Fit {
        Frame::new(Points { at, values }, &[]).fit(&[Column::Time], 1, 0.0).unwrap()
    }

    fn gauss(rng: &mut SmallRng) -> f64 {
        (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0
    }

    #[test]
    fn a_line_is_found() {
        let at = moments(50);
        let mut rng = SmallRng::seed_from_u64(1);
        let values: Vec<f64> = at.iter().map(|t| 5.0 + 0.3 * t + gauss(&mut rng)).collect();
        let f = line(&at, &values);
        let e = f.coefficient.estimate(0.95);
        assert!(e.lo < 0.3 && 0.3 < e.hi && e.hi - e.lo < 0.12, "{e:?}");
        assert!(f.coefficient.below(0.0) < 1e-6);
        assert!(f.correlation < 0.5, "{}", f.correlation);
    }

    #[test]
    fn a_random_walk_shows_no_slope() {
        let at = moments(100);
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
            let f = line(&at, &values);
            sure += usize::from(f.coefficient.below(0.0) < 0.005);
        }
        assert!(sure <= 2, "{sure} of 100 walks have a slope");
    }

    #[test]
    fn columns_that_depend_on_each_other_have_no_fit() {
        let at = moments(20);
        let twice: Vec<f64> = at.iter().map(|t| 2.0 * t + 3.0).collect();
        let frame = Frame::new(Points { at: &at, values: &at }, &[]);
        assert!(frame.fit(&[Column::Time, Column::Values(&twice)], 1, 0.0).is_none());
    }
}
