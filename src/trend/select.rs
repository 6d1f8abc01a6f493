//! Which samples are judged: those of steady, and what stands around them as context.

use std::ops::Range;

use super::bins::{median, midmean};
use super::coarse_times::spread_coarse_times;
use super::question::Question;
use crate::evidence::{Event, EventKind, Phase, Sample};

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
    /// Requests each second in steady.
    pub(super) requests_per_s: Option<f64>,
}

/// Sorts the samples. Readings while the target answers a forced collection, and the one after, are left out of a
/// series that is sampled all the time: that is an indicator for each collection in the fit.
pub(super) fn select(question: &Question<'_>) -> Selection {
    let Question { recording, series, events, .. } = *question;
    let phases = steady_or_all(&recording.phases);
    let steady = phases.iter().filter(|p| **p == Phase::Steady).count();
    let read = |i: usize| series.samples.get(i).and_then(|s| s.get());
    let in_steady = |i: &usize| phases[*i] == Phase::Steady && read(*i).is_some();
    let readings: Vec<f64> = (0..recording.len()).filter(in_steady).map(|i| recording.elapsed_s[i]).collect();
    let deliberate = match readings.len() as f64 / steady.max(1) as f64 {
        _ if series.id.is_read_after_collections() => true,
        share if share < SPARSE_SHARE => steady >= 20 || follow_collections(&readings, question),
        share => share <= 1.0 - GAP_SHARE && follow_collections(&readings, question),
    };
    let mut out = Selection { deliberate, ..Selection::default() };
    let forced = events.iter().any(|e| matches!(e.kind, EventKind::Collection { .. }));
    let blind = if out.deliberate || !forced {
        Vec::new()
    } else {
        blind_stretches(question, &phases, usual_interval(&recording.elapsed_s))
    };
    let spread = spread_coarse_times(&recording.elapsed_s);
    let times = spread.as_deref().unwrap_or(&recording.elapsed_s);
    let mut settle = Vec::new();
    for (i, phase) in phases.iter().enumerate() {
        let Some(value) = read(i) else { continue };
        let at = times[i];
        out.first.get_or_insert(value);
        match phase {
            Phase::Steady => {
                if is_within(&blind, at) {
                    continue;
                }
                out.times.push(at);
                out.values.push(value);
            }
            Phase::Settle => settle.push(value),
            Phase::Baseline | Phase::Warmup if out.times.is_empty() => {
                out.lowest_before = Some(out.lowest_before.map_or(value, |low: f64| low.min(value)));
            }
            _ => {}
        }
    }
    if settle.len() >= 2 {
        let from = settle.len() * 2 / 3;
        out.settled = Some(midmean(&mut settle[from..]));
    }
    if let (Some(first), Some(last)) = (out.times.first(), out.times.last()) {
        let within = |t: &f64| *t > *first && *t < *last;
        out.first_collection_s = blind.first().map(|b| b.0).filter(within);
        out.requests_per_s = request_rate(&recording.elapsed_s, &recording.requests_total, &phases);
    }
    out
}

/// A file without any steady is judged as a whole.
fn steady_or_all(phases: &[Phase]) -> Vec<Phase> {
    if phases.contains(&Phase::Steady) { phases.to_vec() } else { vec![Phase::Steady; phases.len()] }
}

/// The moments of collections that are left out. Where collections come so often that little would be left between
/// them, the sample after each of them counts after all.
fn blind_stretches(question: &Question<'_>, phases: &[Phase], interval: f64) -> Vec<(f64, f64)> {
    let times = &question.recording.elapsed_s;
    let wide = collection_stretches(question.events, interval);
    let steady = || times.iter().zip(phases).filter(|(_, p)| **p == Phase::Steady).map(|(t, _)| t);
    let lost = steady().filter(|t| is_within(&wide, **t)).count();
    if 2 * lost <= steady().count() { wide } else { collection_stretches(question.events, 0.0) }
}

/// Whether nearly all of these readings were the first after a forced collection.
fn follow_collections(readings: &[f64], question: &Question<'_>) -> bool {
    let wide = collection_stretches(question.events, usual_interval(&question.recording.elapsed_s));
    let behind = readings.iter().filter(|t| is_within(&wide, **t)).count();
    behind > 0 && behind as f64 >= READ_AFTER_COLLECTION * readings.len() as f64
}

/// Whether one of these stretches of time, in order, holds a moment.
fn is_within(stretches: &[(f64, f64)], at: f64) -> bool {
    let next = stretches.partition_point(|(from, _)| *from <= at);
    next > 0 && at <= stretches[next - 1].1
}

/// When the target was busy with a forced collection, and so many seconds longer.
fn collection_stretches(events: &[Event], longer_s: f64) -> Vec<(f64, f64)> {
    events
        .iter()
        .filter_map(|e| match e.kind {
            EventKind::Collection { took_s } => Some((e.elapsed_s, e.elapsed_s + took_s.max(0.0) + longer_s)),
            _ => None,
        })
        .collect()
}

/// Median distance of samples in seconds; 0 where there are none.
fn usual_interval(times: &[f64]) -> f64 {
    let mut gaps: Vec<f64> = times.windows(2).map(|w| w[1] - w[0]).collect();
    if gaps.is_empty() { 0.0 } else { median(&mut gaps) }
}

/// Requests each second over the stretches of steady; a counter that falls began anew.
fn request_rate(times: &[f64], requests: &[Sample], phases: &[Phase]) -> Option<f64> {
    let mut sum = 0.0;
    let mut seconds = 0.0;
    for stretch in steady_stretches(phases) {
        let mut last: Option<(f64, f64)> = None;
        for i in stretch {
            let Some(count) = requests.get(i).and_then(|s| s.get()) else { continue };
            if let Some((t, before)) = last
                && count >= before
            {
                sum += count - before;
                seconds += times[i] - t;
            }
            last = Some((times[i], count));
        }
    }
    (sum > 0.0 && seconds > 0.0).then(|| sum / seconds)
}

/// Stretches of steady without another phase between.
fn steady_stretches(phases: &[Phase]) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    for (i, phase) in phases.iter().enumerate() {
        if *phase != Phase::Steady {
            continue;
        }
        match out.last_mut() {
            Some(last) if last.end == i => last.end = i + 1,
            _ => out.push(i..i + 1),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Recording, Series};

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
        select(&Question { recording, series: &series, events, false_alarm: 0.05 })
    }

    #[test]
    fn steady_is_judged_and_the_rest_is_context() {
        let r = recording(60);
        let s = select_from(&r, (0..60).map(|i| Sample::new(100.0 + i as f64)).collect(), &[]);
        assert_eq!((s.times.len(), s.times[0], s.values[39]), (40, 10.0, 149.0));
        assert_eq!((s.first, s.lowest_before), (Some(100.0), Some(100.0)));
        assert!(s.settled.unwrap() > 155.0);
        assert_eq!(s.requests_per_s, Some(20.0));
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
