//! Times that a clock cut to whole seconds, while samples came at another interval.
//!
//! Samples 1.33 s apart are then stamped 0, 1, 2, 4, 5, 6, 8 …: a climb as even as can be jitters along the time axis,
//! which looks like noise with a memory of its own. Where whole seconds with two neighbouring distances are all that
//! the stamps show, and an even spacing explains each of them to within the second that was cut off, they are spread
//! evenly.

/// Fewer stamps than this do not show how they were cut.
const LEAST_STAMPS: usize = 8;
/// The rarer of the two distances must be at least this share of all: one odd gap is a gap.
const LEAST_SHARE: f64 = 0.05;

/// The times spread evenly where they were cut to whole seconds; none where they were not.
pub(super) fn spread_coarse_times(times: &[f64]) -> Option<Vec<f64>> {
    let n = times.len();
    if n < LEAST_STAMPS || times.iter().any(|t| t.fract() != 0.0) {
        return None;
    }
    let gaps: Vec<f64> = times.windows(2).map(|two| two[1] - two[0]).collect();
    let least = gaps.iter().copied().fold(f64::INFINITY, f64::min);
    let longer = gaps.iter().filter(|gap| **gap == least + 1.0).count();
    let share = longer as f64 / gaps.len() as f64;
    if gaps.iter().any(|gap| *gap > least + 1.0) || !(LEAST_SHARE..=1.0 - LEAST_SHARE).contains(&share) {
        return None;
    }
    let step = (times[n - 1] - times[0]) / (n - 1) as f64;
    let even: Vec<f64> = (0..n).map(|i| times[0] + step * i as f64).collect();
    // of a second cut off at both ends as well, no stamp is farther than one second from its even place
    even.iter().zip(times).all(|(even, cut)| (even - cut).abs() <= 1.0).then_some(even)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_cut_to_whole_seconds_are_spread() {
        let exact: Vec<f64> = (0..45).map(|i| 1.33 * f64::from(i)).collect();
        let cut: Vec<f64> = exact.iter().map(|t| t.floor()).collect();
        let spread = spread_coarse_times(&cut).unwrap();
        assert!(exact.iter().zip(&spread).all(|(exact, spread)| (exact - spread).abs() < 1.0));
        let gaps: Vec<f64> = spread.windows(2).map(|two| two[1] - two[0]).collect();
        assert!(gaps.iter().all(|gap| (gap - gaps[0]).abs() < 1e-9));
    }

    #[test]
    fn other_times_stay_as_they_are() {
        let exact: Vec<f64> = (0..45).map(|i| 1.33 * f64::from(i)).collect();
        assert_eq!(spread_coarse_times(&exact), None);
        let whole: Vec<f64> = (0..45).map(f64::from).collect();
        assert_eq!(spread_coarse_times(&whole), None, "one distance");
        let with_gap: Vec<f64> = whole.iter().map(|t| if *t > 20.0 { t + 1.0 } else { *t }).collect();
        assert_eq!(spread_coarse_times(&with_gap), None, "one odd gap");
        let doubled: Vec<f64> = whole.iter().map(|t| if *t > 20.0 { 2.0 * t - 20.0 } else { *t }).collect();
        assert_eq!(spread_coarse_times(&doubled), None, "an interval that doubles");
    }
}
