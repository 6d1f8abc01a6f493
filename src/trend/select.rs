//! Which samples are judged: those of steady, and what stands around them as context.

use super::bins::midmean;
use super::timeline::{Timeline, is_within};
use crate::evidence::{Phase, Series};

/// A series read in less than this share of steady's samples was read on purpose, after collections.
const SPARSE_SHARE: f64 = 0.2;
/// In a short run collections are only a few samples apart. There a series was read on purpose if at least this share
/// of its samples are gaps and [`READ_AFTER_COLLECTION`] of its readings follow a collection.
const GAP_SHARE: f64 = 0.5;
/// See [`GAP_SHARE`].
const READ_AFTER_COLLECTION: f64 = 0.75;

/// The samples of one series, sorted by what they are good for.
#[derive(Debug, Default)]
pub(super) struct Selection {
    /// Times of steady's readings, in seconds.
    pub(super) times: Vec<f64>,
    /// Steady's readings.
    pub(super) values: Vec<f64>,
    /// The first reading of all.
    pub(super) first: Option<f64>,
    /// The lowest reading before steady.
    pub(super) lowest_before: Option<f64>,
    /// The level at the end of settle.
    pub(super) settled: Option<f64>,
    /// Whether the series was read on purpose, far apart.
    pub(super) deliberate: bool,
    /// When the first forced collection of all was, if within steady.
    pub(super) first_collection_s: Option<f64>,
    /// Which samples of the recording they are.
    pub(super) samples: Vec<usize>,
}

/// Sorts the samples. Readings while the target answers a forced collection, and the one after, are left out of a
/// series that is sampled all the time: that is an indicator for each collection in the fit.
pub(super) fn select(timeline: &Timeline<'_>, series: &Series) -> Selection {
    let read = |i: usize| series.samples.get(i).and_then(|s| s.get());
    let deliberate = is_read_on_purpose(timeline, series);
    let blind: &[(f64, f64)] = if deliberate { &[] } else { &timeline.blind };
    let mut out = Selection { deliberate, ..Selection::default() };
    out.times.reserve(timeline.steady);
    out.values.reserve(timeline.steady);
    out.samples.reserve(timeline.steady);
    let mut settle = Vec::new();
    for (i, phase) in timeline.phases.iter().enumerate() {
        let Some(value) = read(i) else { continue };
        let at = timeline.times[i];
        out.first.get_or_insert(value);
        match phase {
            Phase::Steady => {
                if is_within(blind, at) {
                    continue;
                }
                out.times.push(at);
                out.values.push(value);
                out.samples.push(i);
            }
            Phase::Settle => settle.push(value),
            Phase::Baseline | Phase::Warmup if out.times.is_empty() => {
                out.lowest_before = Some(out.lowest_before.map_or(value, |low: f64| low.min(value)));
            }
            _ => {}
        }
    }
    if settle.len() >= 2 {
        out.settled = Some(midmean(&settle[settle.len() * 2 / 3..]));
    }
    if let (Some(first), Some(last)) = (out.times.first(), out.times.last()) {
        let within = |t: &f64| *t > *first && *t < *last;
        out.first_collection_s = blind.first().map(|b| b.0).filter(within);
    }
    out
}

/// Whether a series was read after collections, far apart.
fn is_read_on_purpose(timeline: &Timeline<'_>, series: &Series) -> bool {
    if series.id.is_read_after_collections() {
        return true;
    }
    let steady = || (0..timeline.phases.len()).filter(|i| timeline.phases[*i] == Phase::Steady);
    let is_read = |i: &usize| series.samples.get(*i).is_some_and(|s| s.get().is_some());
    let readings = steady().filter(is_read).count();
    let follow_collections = || {
        let elapsed_s = &timeline.recording.elapsed_s;
        let behind = |i: &usize| is_within(&timeline.collections, elapsed_s[*i]);
        let behind = steady().filter(is_read).filter(behind).count();
        behind > 0 && behind as f64 >= READ_AFTER_COLLECTION * readings as f64
    };
    match readings as f64 / timeline.steady.max(1) as f64 {
        share if share < SPARSE_SHARE => timeline.steady >= 20 || follow_collections(),
        share => share <= 1.0 - GAP_SHARE && follow_collections(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Event, EventKind, Recording, Sample};

    fn recording(n: usize) -> Recording {
        Recording {
            elapsed_s: (0..n).map(|i| i as f64).collect(),
            phases: (0..n)
                .map(|i| match i {
                    0..5 => Phase::Baseline,
                    5..10 => Phase::Warmup,
                    10..50 => Phase::Steady,
                    _ => Phase::Settle,
                })
                .collect(),
            requests_total: (0..n).map(|i| Sample::new(20.0 * i as f64)).collect(),
            series: Vec::new(),
        }
    }

    fn select_from(recording: &Recording, samples: Vec<Sample>, events: &[Event]) -> Selection {
        let series = Series { id: "x".into(), samples };
        select(&Timeline::read(recording, events), &series)
    }

    #[test]
    fn steady_is_judged_and_the_rest_is_context() {
        let r = recording(60);
        let s = select_from(&r, (0..60).map(|i| Sample::new(100.0 + i as f64)).collect(), &[]);
        assert_eq!((s.times.len(), s.times[0], s.values[39]), (40, 10.0, 149.0));
        assert_eq!((s.first, s.lowest_before), (Some(100.0), Some(100.0)));
        assert!(s.settled.unwrap() > 155.0);
        assert_eq!(Timeline::read(&r, &[]).requests_per_s, Some(20.0));
        assert!(!s.deliberate);
    }

    #[test]
    fn readings_far_apart_are_deliberate_and_survive_their_collections() {
        let r = recording(60);
        let samples: Vec<Sample> =
            (0..60).map(|i| if i % 7 == 3 { Sample::new(1.0) } else { Sample::GAP }).collect();
        let events: Vec<Event> = (0..60)
            .filter(|i| i % 7 == 3)
            .map(|i| Event { elapsed_s: i as f64 - 0.1, kind: EventKind::Collection { took_s: 0.2 } })
            .collect();
        let sparse = select_from(&r, samples, &events);
        assert!(sparse.deliberate && sparse.times.len() >= 5);
        let dense = select_from(&r, vec![Sample::new(2.0); 60], &events);
        assert!(!dense.deliberate);
        assert!(dense.times.len() < 40 && !dense.times.contains(&17.0));
        assert_eq!(dense.first_collection_s, None, "the first of all was before steady");
        let later = select_from(&r, vec![Sample::new(2.0); 60], &events[2..]);
        assert_eq!(later.first_collection_s, Some(16.9));
    }

    #[test]
    fn a_live_heap_of_a_short_run_is_judged_by_the_readings_it_has() {
        let r = recording(60);
        // a collection every fourth sample, as in a run of 12 s
        let after = |i: &usize| i % 4 == 3;
        let read = |i: usize| if after(&i) { Sample::new(i as f64) } else { Sample::GAP };
        let event =
            |i: usize| Event { elapsed_s: i as f64 - 0.3, kind: EventKind::Collection { took_s: 0.1 } };
        let events: Vec<Event> = (0..60).filter(after).map(event).collect();
        let heap = select_from(&r, (0..60).map(read).collect(), &events);
        assert!(heap.deliberate);
        assert_eq!((heap.times.len(), heap.times[0], heap.values[9]), (10, 11.0, 47.0));
        // of a series that is sampled all the time the same collections are left out
        let dense = select_from(&r, vec![Sample::new(2.0); 60], &events);
        assert!(!dense.deliberate && dense.times.len() == 30, "{}", dense.times.len());
        // and one with gaps of its own was not read for them
        let gaps = select_from(&r, (0..60).map(|i| read(i + 2)).collect(), &events);
        assert!(!gaps.deliberate && gaps.times.len() == 10, "{}", gaps.times.len());
    }

    #[test]
    fn without_steady_all_is_judged() {
        let mut r = recording(60);
        r.phases = vec![Phase::Warmup; 60];
        assert_eq!(select_from(&r, vec![Sample::new(1.0); 60], &[]).times.len(), 60);
    }
}
