//! Segments: a restart resets the level, so what lies between two restarts is judged by itself.
//!
//! Where events were recorded they say when the target restarted. A lone table does not, so a restart is then assumed
//! where the level falls abruptly, a few times at most, back to where the recording began: a collector hardly ever
//! returns a process to its very first sample. A hole in the samples at the fall, as a process needs time to start,
//! allows for a first sample that was taken later in the segment.

use std::cell::LazyCell;
use std::ops::Range;

use super::order::median_of;
use super::values::Values;
use crate::evidence::{Event, segment_starts};

/// More falls than this are a sawtooth's.
const MOST_RESTARTS: usize = 5;
/// How near the first level a segment begins, as a share of the fall.
const NEAR_FIRST_LEVEL: f64 = 0.02;
/// The same where samples are missing at the fall.
const NEAR_FIRST_LEVEL_AFTER_HOLE: f64 = 0.6;
/// Missing samples: a step this much longer than usual.
const TIMES_USUAL_INTERVAL: f64 = 1.8;
/// A fall counts as a restart's from this share of the whole range.
const FALL_OF_RANGE: f64 = 0.3;

/// The segments of a series, as ranges of samples. `first` is the level at which the recording began.
pub(super) fn find_segments(
    times: &[f64],
    values: &Values<'_>,
    first: f64,
    events: &[Event],
) -> Vec<Range<usize>> {
    let cuts = if events.is_empty() {
        falls_to_first_level(times, values, first)
    } else {
        recorded_restarts(times, events)
    };
    let mut segments = Vec::new();
    let mut from = 0;
    for cut in cuts.into_iter().chain([times.len()]) {
        if cut > from {
            segments.push(from..cut);
        }
        from = cut;
    }
    segments
}

/// The first sample after each restart that was recorded.
fn recorded_restarts(times: &[f64], events: &[Event]) -> Vec<usize> {
    segment_starts(events).into_iter().map(|began| times.partition_point(|t| *t < began)).collect()
}

/// The first sample after each fall back to where the recording began; none if there are too many or too few signs.
fn falls_to_first_level(times: &[f64], readings: &Values<'_>, first: f64) -> Vec<usize> {
    let values = readings.all();
    let n = values.len();
    if n < 12 {
        return Vec::new();
    }
    let (low, high) = readings.range();
    let least = FALL_OF_RANGE * (high - low);
    let usual_interval = LazyCell::new(|| median_of(times.windows(2).map(|w| w[1] - w[0])));
    let mut cuts = Vec::new();
    let mut holes = 0;
    for i in 1..n {
        let fall = values[i - 1] - values[i];
        if fall <= least || least <= 0.0 {
            continue;
        }
        // a spike's end is a fall too: the level before a restart was reached gradually
        let stood = values[i.saturating_sub(4)..i].iter().all(|v| *v > values[i] + 0.7 * fall);
        let stays = values[i..(i + 3).min(n)].iter().all(|v| *v < values[i - 1] - 0.5 * fall);
        if !(stood && stays) {
            continue;
        }
        let hole = times[i] - times[i - 1] > TIMES_USUAL_INTERVAL * *usual_interval;
        let near = if hole { NEAR_FIRST_LEVEL_AFTER_HOLE } else { NEAR_FIRST_LEVEL };
        if (values[i] - first).abs() > near * fall + 4.0 * readings.usual_step() {
            return Vec::new();
        }
        holes += usize::from(hole);
        cuts.push(i);
        if cuts.len() > MOST_RESTARTS {
            return Vec::new();
        }
    }
    // a single fall without a hole may as well be a collection
    if cuts.len() == 1 && holes == 0 { Vec::new() } else { cuts }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::single_range_in_vec_init,
        reason = "segments are ranges, and one of them is a list of one"
    )]
    use super::*;
    use crate::evidence::EventKind;

    fn climb(n: usize, each: usize) -> (Vec<f64>, Vec<f64>) {
        let t: Vec<f64> = (0..n).map(|i| i as f64).collect();
        let v = (0..n).map(|i| 100.0 + (i % each) as f64).collect();
        (t, v)
    }

    #[test]
    fn falls_to_the_first_level_are_restarts() {
        let (t, v) = climb(300, 100);
        assert_eq!(find_segments(&t, &Values::new(&v), 100.0, &[]), [0..100, 100..200, 200..300]);
    }

    #[test]
    fn falls_to_another_level_or_many_of_them_are_not() {
        let (t, v) = climb(300, 100);
        assert_eq!(find_segments(&t, &Values::new(&v), 60.0, &[]), [0..300]);
        let (t, v) = climb(300, 30);
        assert_eq!(find_segments(&t, &Values::new(&v), 100.0, &[]), [0..300]);
    }

    #[test]
    fn recorded_restarts_are_believed_and_falls_then_are_not() {
        let (t, v) = climb(300, 100);
        let note = Event { elapsed_s: 1.0, kind: EventKind::Note { text: String::new() } };
        assert_eq!(find_segments(&t, &Values::new(&v), 100.0, std::slice::from_ref(&note)), [0..300]);
        let restart = Event { elapsed_s: 40.5, kind: EventKind::Restart { pid_before: 1, pid_after: 2 } };
        assert_eq!(find_segments(&t, &Values::new(&v), 100.0, &[note, restart]), [0..41, 41..300]);
    }
}
