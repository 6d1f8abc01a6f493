//! A hump: a while during which a level stood far above all it was before and after, as while a batch job runs.
//!
//! What came back within the recording is no growth, and as noise it would hide one: a line through it is pulled up by
//! the hump, and its spread covers the rest. So it is left out, as a spike is, where the values fall into two groups
//! with a gap between them that is wide beside everything below it (the largest gap between ordered values: W. J.
//! Dixon, Analysis of extreme values, 1950), and the upper group is one stretch of time with the lower on both sides.

use std::ops::Range;

use super::order::highest;
use super::values::Values;

/// The gap is at least this share of the range of all values below it.
const GAP_OF_RANGE_BELOW: f64 = 0.5;
/// A hump lasts for at most this part of the series; what lasts longer is a level.
const SERIES_PER_HUMP: usize = 8;
/// So much of the series came before it, at least: a level that a hump comes back to must be known.
const SERIES_BEFORE: usize = 4;
/// Samples after it, at least. One low sample is a spike.
const LEAST_AFTER: usize = 2;
/// The gap is at least this many times what is usual between neighbours.
const TIMES_USUAL_STEP: f64 = 3.0;

/// The samples of the hump, if there is one.
pub(super) fn find_hump(readings: &Values<'_>) -> Option<Range<usize>> {
    let values = readings.all();
    let n = values.len();
    let most = n / SERIES_PER_HUMP;
    if most < 2 {
        return None;
    }
    let highest = highest(values, most);
    let gap = |i: &usize| highest[*i] - highest[i - 1];
    let at = (1..highest.len()).max_by(|a, b| gap(a).total_cmp(&gap(b)))?;
    let below = highest[at - 1] - readings.range().0;
    if gap(&at) <= GAP_OF_RANGE_BELOW * below || gap(&at) <= TIMES_USUAL_STEP * readings.usual_step() {
        return None;
    }
    let start = values.iter().position(|v| *v >= highest[at])?;
    let end = start + (highest.len() - at);
    let one_stretch = end + LEAST_AFTER <= n && values[start..end].iter().all(|v| *v >= highest[at]);
    (one_stretch && start >= n / SERIES_BEFORE).then_some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noisy(level: impl Fn(usize) -> f64) -> Vec<f64> {
        (0..200).map(|i| level(i) + 0.1 * ((i * 7919) % 13) as f64).collect()
    }

    #[test]
    fn what_came_back_is_found() {
        let hump = |i: usize| if (120..140).contains(&i) { 40.0 } else { 10.0 };
        assert_eq!(find_hump(&Values::new(noisy(hump))), Some(120..140));
    }

    #[test]
    fn what_stays_comes_twice_lasts_or_climbs_is_no_hump() {
        let step = |i: usize| if i >= 185 { 40.0 } else { 10.0 };
        let twice = |i: usize| if (100..105).contains(&i) || (150..155).contains(&i) { 40.0 } else { 10.0 };
        let lasting = |i: usize| if (120..160).contains(&i) { 40.0 } else { 10.0 };
        let climbs = |i: usize| if i < 190 { i as f64 } else { 0.0 };
        for shape in [step as fn(usize) -> f64, twice, lasting, climbs, |_| 10.0] {
            assert_eq!(find_hump(&Values::new(noisy(shape))), None);
        }
    }

    #[test]
    fn a_hump_on_growth_is_found() {
        let leak = |i: usize| 0.05 * i as f64 + if (120..130).contains(&i) { 60.0 } else { 0.0 };
        assert_eq!(find_hump(&Values::new(noisy(leak))), Some(120..130));
    }
}
