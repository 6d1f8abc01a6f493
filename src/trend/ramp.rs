//! Level, ramp, level: what rose for a while between two levels, as under a load that began and ended.
//!
//! The column is continuous, with two bends that are found by least squares over a grid of pairs: two-phase regression
//! (D. V. Hinkley, Inference in two-phase regression, 1971) with one phase more. It competes with the other rivals of a
//! line by Schwarz's criterion; whether it wins is decided there.

/// Moments tried for each bend.
const GRID: usize = 24;

/// A ramp between two levels: 0 before it, 1 after.
#[derive(Debug, Clone)]
pub(super) struct Ramp {
    /// Index of the last point before the rise.
    pub(super) from: usize,
    /// Index of the first point after it.
    pub(super) until: usize,
    /// The column of a regression.
    pub(super) column: Vec<f64>,
}

/// The ramp that leaves the least squares over, with at least so many points on the level before it and after it; none
/// where there is no room for one.
pub(super) fn best_ramp(at: &[f64], values: &[f64], levels: [usize; 2]) -> Option<Ramp> {
    let [before, after] = levels;
    let n = at.len();
    let room = n.checked_sub(before + after + 1)?;
    let step = (room / GRID).max(1);
    let mut best: Option<(f64, usize, usize)> = None;
    for from in (before - 1..n - after).step_by(step) {
        for until in (from + 2..=n - after).step_by(step) {
            let left = residual(&column(at, from, until), values);
            if best.is_none_or(|(least, ..)| left < least) {
                best = Some((left, from, until));
            }
        }
    }
    best.map(|(_, from, until)| Ramp { from, until, column: column(at, from, until) })
}

fn column(at: &[f64], from: usize, until: usize) -> Vec<f64> {
    at.iter().map(|t| ((t - at[from]) / (at[until] - at[from])).clamp(0.0, 1.0)).collect()
}

/// The sum of squares that a level and so many times this column leave over.
pub(super) fn residual(column: &[f64], values: &[f64]) -> f64 {
    let n = column.len() as f64;
    let (mut x, mut y, mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (height, value) in column.iter().zip(values) {
        x += height;
        y += value;
        xx += height * height;
        xy += height * value;
        yy += value * value;
    }
    let (sxx, sxy, syy) = (xx - x * x / n, xy - x * y / n, yy - y * y / n);
    if sxx <= 0.0 { syy } else { syy - sxy * sxy / sxx }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bends_are_found() {
        let at: Vec<f64> = (0..100).map(f64::from).collect();
        let values: Vec<f64> = at.iter().map(|t| (t - 30.0).clamp(0.0, 20.0)).collect();
        let ramp = best_ramp(&at, &values, [5, 5]).unwrap();
        assert!((28..=32).contains(&ramp.from) && (48..=52).contains(&ramp.until), "{ramp:?}");
        assert_eq!((ramp.column[0], ramp.column[99]), (0.0, 1.0));
        assert!(best_ramp(&at[..9], &values[..9], [5, 5]).is_none());
    }
}
