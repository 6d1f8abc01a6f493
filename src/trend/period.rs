//! A dominant period: load that comes and goes, a day's rhythm. Fitted beside the line, so that half a cycle at the
//! end does not pass for growth.
//!
//! Harmonic regression at the frequency that explains most of what a line leaves over (the least-squares periodogram:
//! N. R. Lomb, Least-squares frequency analysis of unequally spaced data, 1976), refined between grid points. Wandering
//! noise has no frequency that explains most of it over three cycles and more.

use super::bins::{Point, midmean_bins};
use super::steps::best_steps;

/// Bins in which the period is looked for; shorter periods than four of them average out.
const BINS: usize = 240;
/// Cycles from one that is tried to the next.
const GRID_CYCLES: f64 = 0.25;
/// Whole cycles that must be seen.
const LEAST_CYCLES: f64 = 3.0;
/// Share of the variance around a line that the period with its first overtone must explain.
const EXPLAINED_SHARE: f64 = 0.65;
/// Levels of a staircase that are tried in a rhythm's place.
const MOST_LEVELS: usize = 8;
/// The fundamental and its overtones that are fitted.
const HARMONICS: usize = 3;

/// A period that explains most of a series' variation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Period {
    pub(super) seconds: f64,
}

/// The dominant period of the samples, if there is one.
pub(super) fn dominant_period(times: &[f64], values: &[f64]) -> Option<Period> {
    let points = midmean_bins(times, values, BINS);
    let n = points.len();
    if n < 24 {
        return None;
    }
    let line = LineAround::new(&points);
    let highest = (n as f64 / 4.0).min(BINS as f64 / 4.0);
    let mut best = line.best_of_grid(highest);
    if best.0 < 0.5 * EXPLAINED_SHARE {
        return None;
    }
    let mut step = 0.125;
    while step > 1e-3 {
        for cycles in [best.1 - step, best.1 + step] {
            let share = line.share_explained(cycles, 1);
            if share > best.0 && cycles >= LEAST_CYCLES {
                best = (share, cycles);
            }
        }
        step *= 0.5;
    }
    let share = line.share_explained(best.1, 2);
    // a staircase of few even steps looks like a line with a rhythm, which needs more to say the same
    let stairs = || explained_by_steps(&points, best.1.ceil() as usize + 1);
    (share >= EXPLAINED_SHARE && share > stairs()).then_some(Period { seconds: line.span_s / best.1 })
}

/// Share of the variance around a line that so many levels explain; none where they are too many to tell.
fn explained_by_steps(points: &[Point], levels: usize) -> f64 {
    if levels > MOST_LEVELS {
        return 0.0;
    }
    let times: Vec<f64> = points.iter().map(|p| p.at_s).collect();
    let values: Vec<f64> = points.iter().map(|p| p.value - points[0].value).collect();
    let line = residual_squares(vec![vec![1.0; times.len()], times], &values);
    let Some(mut steps) = best_steps(&values, levels - 1).pop() else { return 0.0 };
    steps.push(vec![1.0; values.len()]);
    if line <= 0.0 { 0.0 } else { 1.0 - residual_squares(steps, &values) / line }
}

/// Sine and cosine of the period and its overtones, averaged over what each point stands for.
pub(super) fn harmonic_columns(period: Period, times: &[f64], points: &[Point]) -> Vec<Vec<f64>> {
    let mut out = Vec::with_capacity(2 * HARMONICS);
    let origin = points.first().map_or(0.0, |p| p.at_s);
    for harmonic in 1..=HARMONICS {
        let omega = std::f64::consts::TAU * harmonic as f64 / period.seconds;
        for wave in [f64::sin, f64::cos] {
            let mean = |p: &Point| {
                // a hundred phases tell the mean of a bin as well as ten thousand
                let stride = (p.until - p.from).div_ceil(100).max(1);
                let picked = times[p.from..p.until].iter().step_by(stride);
                let (sum, n) = picked.fold((0.0, 0), |(s, n), t| (s + wave(omega * (t - origin)), n + 1));
                sum / f64::from(n)
            };
            out.push(points.iter().map(mean).collect());
        }
    }
    out
}

/// Points around the line through them.
struct LineAround {
    /// Since the first, in seconds.
    since_s: Vec<f64>,
    span_s: f64,
    /// What the line leaves over.
    rest: Remainder,
}

impl LineAround {
    fn new(points: &[Point]) -> LineAround {
        let since_s: Vec<f64> = points.iter().map(|p| p.at_s - points[0].at_s).collect();
        let span_s = since_s[since_s.len() - 1];
        let mut rest = Remainder::of(points.iter().map(|p| p.value).collect());
        rest.take_out(vec![1.0; points.len()]);
        rest.take_out(since_s.iter().map(|since| since / span_s - 0.5).collect());
        LineAround { since_s, span_s, rest }
    }

    /// Of so many cycles on a grid up to `highest` those that explain most, and the share that they do. A sine at the
    /// next of the grid is that at the last, turned by as much at each step: that only chooses, since it rounds.
    fn best_of_grid(&self, highest: f64) -> (f64, f64) {
        let phases = |cycles: f64| -> Vec<(f64, f64)> {
            let omega = std::f64::consts::TAU / (self.span_s / cycles);
            self.since_s.iter().map(|since| (omega * since).sin_cos()).collect()
        };
        let turns = phases(GRID_CYCLES);
        let mut waves = phases(LEAST_CYCLES);
        let mut best = (f64::INFINITY, 0.0);
        let mut cycles = LEAST_CYCLES;
        while cycles <= highest {
            let (sines, cosines) = waves.iter().copied().unzip();
            let left = self.rest.without([sines, cosines]);
            if left < best.0 {
                best = (left, cycles);
            }
            for ((sine, cosine), (by_sine, by_cosine)) in waves.iter_mut().zip(&turns) {
                (*sine, *cosine) =
                    (*sine * by_cosine + *cosine * by_sine, *cosine * by_cosine - *sine * by_sine);
            }
            cycles += GRID_CYCLES;
        }
        match self.share_explained(best.1, 1) {
            share if share > 0.0 => (share, best.1),
            _ => (0.0, 0.0),
        }
    }

    /// Share of the variance around the line that so many cycles explain, all fitted together.
    fn share_explained(&self, cycles: f64, harmonics: usize) -> f64 {
        let seconds = self.span_s / cycles;
        let mut columns = Vec::with_capacity(2 * harmonics);
        for h in 1..=harmonics {
            let omega = std::f64::consts::TAU * h as f64 / seconds;
            let (s, c) = self.since_s.iter().map(|since| (omega * since).sin_cos()).unzip();
            columns.extend([s, c]);
        }
        let alone = self.rest.squares();
        if alone <= 0.0 { 0.0 } else { 1.0 - self.rest.without(columns) / alone }
    }
}

/// What a regression leaves over, by modified Gram–Schmidt.
#[derive(Clone)]
struct Remainder {
    /// The columns that were taken out, each at right angles to the others and of length one.
    basis: Vec<Vec<f64>>,
    rest: Vec<f64>,
}

impl Remainder {
    fn of(values: Vec<f64>) -> Remainder {
        Remainder { basis: Vec::new(), rest: values }
    }

    fn take_out(&mut self, mut column: Vec<f64>) {
        let before = dot(&column, &column);
        for b in &self.basis {
            let k = dot(&column, b);
            column.iter_mut().zip(b).for_each(|(x, y)| *x -= k * y);
        }
        let norm = dot(&column, &column);
        if norm <= 1e-9 * before {
            return;
        }
        let scale = norm.sqrt();
        column.iter_mut().for_each(|x| *x /= scale);
        let k = dot(&self.rest, &column);
        self.rest.iter_mut().zip(&column).for_each(|(x, y)| *x -= k * y);
        self.basis.push(column);
    }

    /// The sum of squares.
    fn squares(&self) -> f64 {
        dot(&self.rest, &self.rest)
    }

    /// The sum of squares without these columns as well.
    fn without(&self, columns: impl IntoIterator<Item = Vec<f64>>) -> f64 {
        let mut less = self.clone();
        columns.into_iter().for_each(|column| less.take_out(column));
        less.squares()
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// Sum of squares left after regression on the columns.
fn residual_squares(columns: Vec<Vec<f64>>, y: &[f64]) -> f64 {
    Remainder::of(y.to_vec()).without(columns)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wave(n: usize, period: f64, slope: f64) -> (Vec<f64>, Vec<f64>) {
        let t: Vec<f64> = (0..n).map(|i| i as f64).collect();
        let v =
            t.iter().map(|t| slope * t + 10.0 * (t / period * std::f64::consts::TAU + 1.0).sin()).collect();
        (t, v)
    }

    #[test]
    fn a_period_is_found_with_and_without_growth() {
        for slope in [0.0, 0.01, 0.2] {
            let (t, v) = wave(2000, 370.0, slope);
            let p = dominant_period(&t, &v).unwrap();
            assert!((p.seconds - 370.0).abs() < 8.0, "{p:?} at slope {slope}");
        }
    }

    #[test]
    fn a_line_and_a_bend_have_none() {
        let t: Vec<f64> = (0..1000).map(f64::from).collect();
        let line: Vec<f64> = t.iter().map(|t| 2.0 * t + (t * 12.9898).sin() * 43.0 % 1.0).collect();
        assert_eq!(dominant_period(&t, &line), None);
        let bend: Vec<f64> = t.iter().map(|t| 1.0 - (-t / 200.0).exp()).collect();
        assert_eq!(dominant_period(&t, &bend), None);
    }
}
