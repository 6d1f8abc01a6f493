//! The level that a series leaves and comes back to: a page cache between two reclaims, memory that a burst takes and
//! gives back. It lies at one edge of the readings. Their mean hides growth in the size of the swing, their edge does not.
//!
//! The level is the narrowest strip, even or sloped, that holds most of the stretches' edges: the idea of the least
//! median of squares (P. J. Rousseeuw, Least median of squares regression, 1984), which outliers cannot move.

use super::bins::{Point, quantile};

/// Stretches of time whose edges are compared.
const STRETCHES: usize = 16;
/// The strip holds this share of the stretches' edges.
const MOST_STRETCHES: f64 = 0.6;
/// Its width at most, and how near the level a value counts as back, as a share of the swing of all values.
pub(super) const NEAR_EDGE: f64 = 0.15;
/// So near its strip, as a share of the swing, an edge belongs to it, however narrow it is.
const LEAST_REACH: f64 = 0.02;
/// A stretch's edge is the value that this share of it lies beyond.
const EDGE: f64 = 0.05;
/// At least this share of all values lies so near the level, and at most that beyond it.
const LEAST_WITHIN: f64 = 0.4;
const MOST_BEYOND: f64 = 0.02;
/// It swings by at least this share of what its level rises.
const LEAST_SWING_OF_RISE: f64 = 0.5;
/// So often it must have come back.
const LEAST_RETURNS: usize = 3;
/// Values in a stretch, so that its edge is more than a chance.
const LEAST_OF_STRETCH: usize = 6;

/// On which side of its swings a level lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edge {
    /// Beneath bursts.
    Lower,
    /// Above dips.
    Upper,
}

/// A level that was left and returned to.
#[derive(Debug, PartialEq)]
pub(super) struct Returns {
    /// How often it was returned to.
    pub(super) times: usize,
    /// How far the values swing.
    pub(super) swing: f64,
    /// Where it lies.
    pub(super) edge: Edge,
    /// The edge of each stretch of time that reaches it.
    pub(super) level: Vec<Point>,
}

/// The level that these values keep returning to, if they do, and still did at their end.
pub(super) fn find_returns(times: &[f64], values: &[f64]) -> Option<Returns> {
    if values.len() < STRETCHES * LEAST_OF_STRETCH {
        return None;
    }
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let swing = quantile(&sorted, 0.98) - quantile(&sorted, 0.02);
    let negated: Vec<f64> = values.iter().map(|v| -v).collect();
    let upper = returns_to_lower_edge(times, &negated, swing).map(|mut found| {
        found.level.iter_mut().for_each(|point| point.value = -point.value);
        Returns { edge: Edge::Upper, ..found }
    });
    let sides = [returns_to_lower_edge(times, values, swing), upper];
    sides.into_iter().flatten().max_by_key(|found| found.level.len())
}

/// The same of what lies above its level.
fn returns_to_lower_edge(times: &[f64], values: &[f64], swing: f64) -> Option<Returns> {
    let near = NEAR_EDGE * swing;
    let edges = edges_of_stretches(times, values);
    let strip = narrowest_strip(&edges)?;
    if strip.width > near {
        return None;
    }
    let above: Vec<f64> = times.iter().zip(values).map(|(t, v)| v - strip.at(*t)).collect();
    let share = |within: &dyn Fn(f64) -> bool| {
        above.iter().filter(|v| within(**v)).count() as f64 / above.len() as f64
    };
    let mut level = edges;
    let late = level[level.len() - level.len() / 3].at_s;
    let reach = strip.width.max(LEAST_REACH * swing);
    level.retain(|edge| (edge.value - strip.at(edge.at_s)).abs() <= reach);
    if share(&|v| v.abs() <= near) < LEAST_WITHIN
        || share(&|v| v < -near) > MOST_BEYOND
        || level.iter().filter(|edge| edge.at_s >= late).count() < 2
    {
        return None;
    }
    // of what rises further than it swings the edge is a line along stairs, and the rise itself is plain to see
    let rise = (strip.slope * (times[times.len() - 1] - times[0])).abs();
    let mut sorted = above.clone();
    sorted.sort_unstable_by(f64::total_cmp);
    if quantile(&sorted, 0.98) < LEAST_SWING_OF_RISE * rise {
        return None;
    }
    let returned = count_returns(times, &above, near)?;
    Some(Returns { times: returned, swing, edge: Edge::Lower, level })
}

/// How often it came back, if often enough, and if it is not away for longer, or further, than it ever was before.
fn count_returns(times: &[f64], above: &[f64], near: f64) -> Option<usize> {
    let (mut count, mut longest_s, mut furthest) = (0, 0.0_f64, 0.0_f64);
    let mut away: Option<(f64, f64)> = None;
    for (t, v) in times.iter().zip(above) {
        if *v > near {
            let (since, far) = away.unwrap_or((*t, 0.0));
            away = Some((since, far.max(*v)));
        } else if let Some((since, far)) = away.take() {
            count += 1;
            (longest_s, furthest) = (longest_s.max(t - since), furthest.max(far));
        }
    }
    let last = times[times.len() - 1];
    let usual = away.is_none_or(|(since, far)| last - since <= longest_s && far <= furthest);
    (count >= LEAST_RETURNS && usual).then_some(count)
}

/// The lower edge of each stretch of time, at the middle of that.
fn edges_of_stretches(times: &[f64], values: &[f64]) -> Vec<Point> {
    let (first, last) = (times[0], times[times.len() - 1]);
    let width = (last - first) / STRETCHES as f64;
    let mut from = 0;
    let mut edges = Vec::with_capacity(STRETCHES);
    for k in 1..=STRETCHES {
        let until = match k {
            STRETCHES => times.len(),
            _ => times.partition_point(|t| *t < first + k as f64 * width),
        };
        if until - from >= LEAST_OF_STRETCH {
            let mut sorted = values[from..until].to_vec();
            sorted.sort_unstable_by(f64::total_cmp);
            let at_s = first + (k as f64 - 0.5) * width;
            edges.push(Point { at_s, value: quantile(&sorted, EDGE), from, until });
        }
        from = until;
    }
    edges
}

/// A line with so much room between the edges that it holds.
#[derive(Debug, Clone, Copy)]
struct Strip {
    middle: f64,
    slope: f64,
    width: f64,
}

impl Strip {
    fn at(&self, t: f64) -> f64 {
        self.middle + self.slope * t
    }
}

/// The narrowest strip that holds most of the edges; none where there are too few of them.
fn narrowest_strip(edges: &[Point]) -> Option<Strip> {
    let held = (MOST_STRETCHES * STRETCHES as f64).ceil() as usize;
    let pairs = (0..edges.len()).flat_map(|i| (i + 1..edges.len()).map(move |j| (i, j)));
    let rise = |from: &Point, to: &Point| (to.value - from.value) / (to.at_s - from.at_s);
    let slopes = pairs.map(|(i, j)| rise(&edges[i], &edges[j]));
    let strips = slopes.chain([0.0]).filter_map(|slope| {
        let mut rest: Vec<f64> = edges.iter().map(|edge| edge.value - slope * edge.at_s).collect();
        rest.sort_unstable_by(f64::total_cmp);
        let narrowest =
            rest.windows(held).min_by(|a, b| (a[held - 1] - a[0]).total_cmp(&(b[held - 1] - b[0])))?;
        let width = narrowest[held - 1] - narrowest[0];
        Some(Strip { middle: narrowest[0] + 0.5 * width, slope, width })
    });
    strips.min_by(|a, b| a.width.total_cmp(&b.width))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 400 values that are at a level, but for bursts that die away.
    fn bursts(slope: f64, at: &[usize]) -> (Vec<f64>, Vec<f64>) {
        let times: Vec<f64> = (0..400).map(f64::from).collect();
        let value = |i: usize| {
            let burst = at.iter().filter(|b| **b <= i).map(|b| 50.0 * (-((i - b) as f64) / 8.0).exp());
            100.0 + slope * i as f64 + 0.1 * ((i * 7919) % 13) as f64 + burst.sum::<f64>()
        };
        (times, (0..400).map(value).collect())
    }

    #[test]
    fn bursts_that_die_away_return_to_their_level_and_dips_from_below() {
        let (times, values) = bursts(0.0, &[30, 90, 170, 210, 300]);
        let found = find_returns(&times, &values).unwrap();
        assert_eq!(found.times, 5);
        assert!(found.level.iter().all(|edge| edge.value < 102.0), "{found:?}");
        let dips: Vec<f64> = values.iter().map(|v| -v).collect();
        let below = find_returns(&times, &dips).unwrap();
        assert!((below.times, below.level.len()) == (found.times, found.level.len()));
        assert_eq!(below.level[3].value, -found.level[3].value);
    }

    #[test]
    fn a_level_that_rises_is_followed() {
        let (times, values) = bursts(0.05, &[30, 90, 170, 210, 300]);
        let found = find_returns(&times, &values).unwrap();
        let last = found.level.last().unwrap();
        assert!(last.at_s > 350.0 && last.value > 117.0, "{found:?}");
    }

    #[test]
    fn what_is_away_for_longer_or_further_than_ever_may_not_come_back() {
        let (times, mut values) = bursts(0.0, &[30, 90, 170, 210, 300]);
        for v in &mut values[340..] {
            *v += 40.0;
        }
        assert_eq!(find_returns(&times, &values), None);
        let (times, mut values) = bursts(0.0, &[30, 90, 170, 210, 300]);
        values[399] = 170.0;
        assert_eq!(find_returns(&times, &values), None);
    }

    #[test]
    fn noise_around_its_level_and_few_returns_are_none() {
        let times: Vec<f64> = (0..400).map(f64::from).collect();
        let noise: Vec<f64> = (0..400).map(|i| f64::from((i * 7919) % 401)).collect();
        assert_eq!(find_returns(&times, &noise), None);
        let (times, few) = bursts(0.0, &[30, 300]);
        assert_eq!(find_returns(&times, &few), None);
    }
}
