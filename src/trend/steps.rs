//! The best partition of a series into a few levels, by dynamic programming: I. E. Auger and C. E. Lawrence, Algorithms
//! for the optimal identification of segment neighborhoods (1989).

/// Where the steps of the least-squares partition into so many levels and one more begin, the last first.
pub(super) fn step_starts(values: &[f64], steps: usize) -> Vec<usize> {
    let columns = best_steps(values, steps).pop().unwrap_or_default();
    columns.iter().filter_map(|column| column.iter().position(|x| *x > 0.5)).collect()
}

/// For one step, two steps, … the columns of the least-squares partition into levels.
pub(super) fn best_steps(values: &[f64], most: usize) -> Vec<Vec<Vec<f64>>> {
    let n = values.len();
    let mut sums = vec![(0.0, 0.0)];
    for v in values {
        let (s, q) = sums[sums.len() - 1];
        sums.push((s + v, q + v * v));
    }
    // squared error of one level over from..until
    let cost = |from: usize, until: usize| {
        let s: f64 = sums[until].0 - sums[from].0;
        (sums[until].1 - sums[from].1 - s * s / (until - from) as f64).max(0.0)
    };
    let mut best: Vec<f64> = (0..=n).map(|end| if end == 0 { 0.0 } else { cost(0, end) }).collect();
    let mut from: Vec<Vec<usize>> = Vec::new();
    let mut out = Vec::new();
    for levels in 2..=most + 1 {
        let mut next = vec![f64::INFINITY; n + 1];
        let mut cut = vec![0; n + 1];
        for end in levels..=n {
            // plain indices: see `dot` in `fit`
            let mut last = levels - 1;
            while last < end {
                let c = best[last] + cost(last, end);
                if c < next[end] {
                    next[end] = c;
                    cut[end] = last;
                }
                last += 1;
            }
        }
        best = next;
        from.push(cut);
        let mut end = n;
        let mut columns = Vec::new();
        for cuts in from.iter().rev() {
            end = cuts[end];
            columns.push((0..n).map(|i| if i >= end { 1.0 } else { 0.0 }).collect());
        }
        out.push(columns);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_steps_are_where_the_levels_change() {
        let values: Vec<f64> = (0..30)
            .map(|i| {
                if i < 10 {
                    0.0
                } else if i < 22 {
                    5.0
                } else {
                    9.0
                }
            })
            .collect();
        let two = &best_steps(&values, 3)[1];
        let starts: Vec<usize> = two.iter().map(|c| c.iter().position(|x| *x > 0.5).unwrap()).collect();
        assert_eq!(starts, [22, 10]);
    }
}
