//! Rules that compare levels: the ends, the parts, and Coroot's.

use super::Readings;
use super::regression::slope;

/// The last tenth must be above the first by more than this share.
const ABOVE_START_SHARE: f64 = 0.1;
/// Parts that stand for cycles.
const CYCLES: usize = 5;
/// Coroot's: a fall by more than this share is a restart.
const RESTART_SHARE: f64 = 0.5;
/// Coroot's: the last quarter grows at least at this share of the whole's rate.
const LATE_SHARE: f64 = 0.3;
/// Coroot's: bytes per hour that count where no limit is known.
const LEAST_BYTES_PER_HOUR: f64 = 50e6;
/// Of counts of tasks, for which it has no figure: this share of the first level per hour.
const LEAST_SHARE_PER_HOUR: f64 = 0.05;

/// The mean of the last tenth is above that of the first tenth by more than 10 %.
pub(super) fn end_above_start(values: &[f64]) -> bool {
    let tenth = (values.len() / 10).max(1);
    mean(&values[values.len() - tenth..]) > (1.0 + ABOVE_START_SHARE) * mean(&values[..tenth])
}

/// Every fifth's lowest reading is above that of the fifth before.
pub(super) fn every_cycle_rose(values: &[f64]) -> bool {
    let n = values.len();
    let lowest = |part: usize| {
        values[part * n / CYCLES..(part + 1) * n / CYCLES].iter().copied().fold(f64::INFINITY, f64::min)
    };
    (1..CYCLES).all(|part| lowest(part) > lowest(part - 1))
}

/// Of what lies between two restarts, the longest: it grows, still does in its last quarter, and by enough in an hour.
pub(super) fn coroot(series: &Readings<'_>) -> bool {
    let run = longest_run(series.values);
    let (times, values) = (&series.times[run.clone()], &series.values[run]);
    let quarter = values.len() - values.len() / 4;
    let (Some(whole), Some(late)) = (slope(times, values), slope(&times[quarter..], &values[quarter..]))
    else {
        return false;
    };
    let least = if series.counts { LEAST_SHARE_PER_HOUR * values[0] } else { LEAST_BYTES_PER_HOUR };
    whole > 0.0 && late >= LATE_SHARE * whole && 3600.0 * whole >= least
}

fn longest_run(values: &[f64]) -> std::ops::Range<usize> {
    let mut longest = 0..0;
    let mut from = 0;
    for i in 1..=values.len() {
        if i == values.len() || values[i] < (1.0 - RESTART_SHARE) * values[i - 1] {
            if i - from > longest.len() {
                longest = from..i;
            }
            from = i;
        }
    }
    longest
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_percent_more_is_the_edge() {
        let ends = |last: f64| end_above_start(&[vec![100.0; 15], vec![last; 5]].concat());
        assert!(!ends(110.0) && ends(110.1));
    }

    #[test]
    fn five_parts_must_rise_four_times() {
        assert!(every_cycle_rose(&[1.0, 9.0, 2.0, 2.0, 3.0, 8.0, 4.0, 4.0, 5.0, 5.0]));
        assert!(!every_cycle_rose(&[1.0, 9.0, 2.0, 2.0, 3.0, 8.0, 4.0, 4.0, 5.0, 4.0]));
    }

    #[test]
    fn a_fall_by_more_than_half_begins_a_new_run() {
        assert_eq!(longest_run(&[9.0, 8.0, 3.0, 4.0, 5.0, 6.0]), 2..6);
        assert_eq!(longest_run(&[9.0, 5.0, 4.0, 1.0, 2.0]), 0..3);
    }

    #[test]
    fn growth_that_stopped_and_growth_too_small_do_not_count() {
        let judged = |value: fn(f64) -> f64| {
            let times: Vec<f64> = (0..120).map(|i| 60.0 * f64::from(i)).collect();
            let values: Vec<f64> = times.iter().map(|t| value(*t)).collect();
            coroot(&Readings { times: &times, values: &values, counts: false })
        };
        assert!(judged(|t| 1e8 + 60e6 * t / 3600.0));
        assert!(!judged(|t| 1e8 + 40e6 * t / 3600.0));
        assert!(!judged(|t| 1e8 + 200e6 * t.min(3600.0) / 3600.0));
    }
}
