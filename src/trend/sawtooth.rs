//! Sawtooth: a collector or an allocator lets memory climb and drop, again and again; or bursts drive it up and it
//! drains. What can leak is the floor, so a cycle becomes one point: its floor.
//!
//! A tooth is distinguished from noise by its asymmetry: what goes one way slowly goes the other way within
//! [`ABRUPT_WITHIN`] samples, and hardly ever the reverse. Noise, spikes and levels that jump both ways are as abrupt
//! upwards as downwards.

use super::bins::{Point, median};
use super::order::median_of;
use super::values::{ABRUPT_WITHIN, Values};

/// A move counts as a tooth's from this share of a typical large one.
const TOOTH_SHARE: f64 = 0.4;
/// Abrupt moves the wrong way that are forgiven, as a share of those the right way.
const WRONG_WAY_SHARE: f64 = 0.2;
/// A tooth stands out from the usual move between samples by this factor.
const TIMES_USUAL_STEP: f64 = 5.0;
/// A floor this share of a tooth above both of its neighbours was no whole collection.
const PARTIAL_COLLECTION_SHARE: f64 = 0.25;

/// A drop that takes back less than this share of the whole range is a dent in a climb and no tooth.
const DROP_OF_RANGE: f64 = 0.2;
/// Drops that are too few to be a sawtooth.
const FEW_DROPS: usize = 3;

/// The floors of a sawtooth.
#[derive(Debug, Clone)]
pub(super) struct Sawtooth {
    /// One point a cycle.
    pub(super) floors: Vec<Point>,
    /// How high a typical tooth is.
    pub(super) tooth: f64,
    /// Steep sides seen: whole cycles and one more.
    pub(super) edges: usize,
}

/// The sawtooth in a series, if there is one of two steep sides or more.
pub(super) fn find_sawtooth(times: &[f64], readings: &Values<'_>) -> Option<Sawtooth> {
    let values = readings.all();
    if values.len() < 12 {
        return None;
    }
    let usual = readings.usual_step();
    // no tooth is larger than the largest step: most series need no closer look
    if TOOTH_SHARE * readings.largest_step() < TIMES_USUAL_STEP * usual {
        return None;
    }
    if let Some(s) = find_teeth(times, values, usual) {
        return Some(s);
    }
    // bursts that drain: the same, read backwards
    let n = times.len();
    let back_times: Vec<f64> = times.iter().rev().map(|t| -t).collect();
    let back_values: Vec<f64> = values.iter().rev().copied().collect();
    let mut s = find_teeth(&back_times, &back_values, usual)?;
    s.floors.reverse();
    for p in &mut s.floors {
        *p = Point { at_s: -p.at_s, value: p.value, from: n - p.until, until: n - p.from };
    }
    Some(s)
}

/// How often a series dropped that climbs all the while, where it dropped once to three times: too few to know whether
/// the next drop goes as low. None where it does not climb before and after, or is level by the end: then it is
/// a step down, or a warm-up begun anew.
pub(super) fn count_few_teeth(readings: &Values<'_>) -> Option<usize> {
    let values = readings.all();
    let n = values.len();
    let usual = readings.usual_step();
    if readings.largest_step() < 2.0 * TIMES_USUAL_STEP * usual {
        return None;
    }
    let falls = abrupt_moves(values, |a, b| a - b);
    let rises = abrupt_moves(values, |a, b| b - a);
    let deepest = falls.iter().map(|f| f.size).fold(0.0, f64::max);
    let (low, high) = readings.range();
    if deepest < DROP_OF_RANGE * (high - low) {
        return None;
    }
    let drops: Vec<&Move> = falls.iter().filter(|f| f.size >= TOOTH_SHARE * deepest).collect();
    let (first, last) = (drops.first()?, drops.last()?);
    if drops.len() > FEW_DROPS
        || rises.iter().any(|r| r.size >= TOOTH_SHARE * deepest)
        || deepest < 2.0 * TIMES_USUAL_STEP * usual
    {
        return None;
    }
    let climbs = |from: usize, until: usize, least: f64| {
        if until < from + 9 {
            return false;
        }
        let third = (until - from) / 3;
        let mid = |from: usize, until: usize| median(&values[from..until]);
        let (a, b) = (mid(from, from + third), mid(from + third, until - third));
        let c = mid(until - third, until);
        // straight on: the later half climbs as well as the earlier
        c - a >= least * deepest && c - b >= 0.25 * (c - a)
    };
    (climbs(0, first.from + 1, 0.2) && climbs(last.until, n, 0.1)).then_some(drops.len())
}

fn find_teeth(times: &[f64], values: &[f64], usual: f64) -> Option<Sawtooth> {
    let falls = abrupt_moves(values, |a, b| a - b);
    let rises = abrupt_moves(values, |a, b| b - a);
    let mut sizes: Vec<f64> = falls.iter().map(|f| f.size).collect();
    // the third largest: one odd drop does not set the scale
    let third = 2.min(sizes.len().checked_sub(1)?);
    let typical = *sizes.select_nth_unstable_by(third, |a, b| b.total_cmp(a)).1;
    let least = TOOTH_SHARE * typical;
    let edges: Vec<&Move> = falls.iter().filter(|f| f.size >= least).collect();
    let wrong = rises.iter().filter(|r| r.size >= least).count();
    if edges.len() < 2
        || wrong as f64 > WRONG_WAY_SHARE * edges.len() as f64
        || least < TIMES_USUAL_STEP * usual
    {
        return None;
    }
    let mut floors = Vec::with_capacity(edges.len());
    for (k, edge) in edges.iter().enumerate() {
        let until = edges.get(k + 1).map_or(values.len(), |next| next.from + 1);
        if until <= edge.until {
            continue;
        }
        let lowest = (edge.until..until).min_by(|a, b| values[*a].total_cmp(&values[*b]))?;
        floors.push(Point { at_s: times[lowest], value: values[lowest], from: lowest, until: lowest + 1 });
    }
    // without a climb back it is a staircase downwards
    let climbs = |w: &[&Move]| values[w[1].from] - values[w[0].until] >= least;
    if edges.windows(2).filter(|w| climbs(w)).count() * 2 < edges.len() - 1 {
        return None;
    }
    let tooth = median_of(edges.iter().map(|e| e.size));
    let edges = edges.len();
    Some(Sawtooth { floors: whole_collections(floors, PARTIAL_COLLECTION_SHARE * tooth), tooth, edges })
}

/// Leaves out floors that stand above both of their neighbours by more than `partial`.
fn whole_collections(floors: Vec<Point>, partial: f64) -> Vec<Point> {
    let high = |i: usize| {
        i > 0
            && i + 1 < floors.len()
            && floors[i].value > floors[i - 1].value.max(floors[i + 1].value) + partial
    };
    (0..floors.len()).filter(|i| !high(*i)).map(|i| floors[i]).collect()
}

struct Move {
    /// The sample before it.
    from: usize,
    /// The first sample after it.
    until: usize,
    size: f64,
}

/// Moves of one way, within [`ABRUPT_WITHIN`] samples, that do not overlap; `by` measures from the first value to the
/// second.
fn abrupt_moves(values: &[f64], by: impl Fn(f64, f64) -> f64) -> Vec<Move> {
    let mut moves: Vec<Move> = Vec::new();
    let n = values.len();
    for from in 0..n.saturating_sub(1) {
        let mut best = Move { from, until: from, size: 0.0 };
        for until in from + 1..=(from + ABRUPT_WITHIN).min(n - 1) {
            let size = by(values[from], values[until]);
            if size > best.size {
                best = Move { from, until, size };
            }
        }
        if best.size <= 0.0 {
            continue;
        }
        match moves.last_mut() {
            Some(last) if last.until > best.from => {
                if best.size > last.size {
                    *last = best;
                }
            }
            _ => moves.push(best),
        }
    }
    moves
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(n: usize) -> Vec<f64> {
        (0..n).map(|i| i as f64).collect()
    }

    #[test]
    fn the_floor_under_the_teeth_is_found() {
        let t = times(300);
        let v: Vec<f64> = (0..300).map(|i| 100.0 + 0.2 * i as f64 + 3.0 * (i % 20) as f64).collect();
        let s = find_sawtooth(&t, &Values::new(&v)).unwrap();
        assert_eq!(s.edges, 14);
        for p in &s.floors {
            assert!((p.value - (100.0 + 0.2 * p.at_s)).abs() < 1e-9);
        }
    }

    #[test]
    fn bursts_that_drain_have_a_floor_too() {
        let t = times(300);
        let v: Vec<f64> = (0..300).map(|i| 10.0 + 200.0 * (-((i % 30) as f64) / 6.0).exp()).collect();
        let s = find_sawtooth(&t, &Values::new(&v)).unwrap();
        assert!(s.floors.len() >= 8);
        assert!(s.floors.iter().all(|p| p.value < 13.0));
        assert!(s.floors.windows(2).all(|w| w[0].at_s < w[1].at_s));
    }

    #[test]
    fn noise_and_levels_are_no_sawtooth() {
        let t = times(400);
        let mut state = 1u64;
        let mut noise = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 40) as f64 / (1u64 << 24) as f64
        };
        let white: Vec<f64> = t.iter().map(|_| noise()).collect();
        assert!(find_sawtooth(&t, &Values::new(&white)).is_none());
        let levels: Vec<f64> = (0..400).map(|i| f64::from((i / 40 * 7919 % 11) as u32)).collect();
        assert!(find_sawtooth(&t, &Values::new(&levels)).is_none());
        let steps: Vec<f64> = (0..400).map(|i| f64::from(i / 40)).collect();
        assert!(find_sawtooth(&t, &Values::new(&steps)).is_none());
    }
}
