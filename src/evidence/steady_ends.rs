//! The two moments by which every figure of a run is stated, the start and the end of steady, and what was read there.
//!
//! A series, the groups that explain it, the memory account, the dots of the picture and the tables read here, so that
//! the same figure is the same everywhere. A fitted line gives a slope, never a level.

use super::{EventKind, Evidence, GroupKind, Phase, SeriesId, TaskSnapshot};
use crate::units::Unit;

/// Bytes are the median of this many readings around a moment: what is allocated and freed at once comes and goes.
const READINGS: usize = 3;
/// As long as none of them is farther from it than so many intervals.
const MOST_INTERVALS: f64 = 3.0;
/// A list of groups is one of an end of steady within this share of steady's length: lists may have stopped long before.
const NEAR_AN_END: f64 = 0.1;

/// A figure as it was read at the start of steady and at its end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ends {
    /// At the start.
    pub start: f64,
    /// At the end.
    pub end: f64,
}

/// When steady was: of several cycles from the first start to the last end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SteadyEnds {
    /// Seconds since the run began.
    pub start_s: f64,
    /// Likewise.
    pub end_s: f64,
    /// How far samples are apart, usually.
    interval_s: f64,
}

impl SteadyEnds {
    /// Both moments; none where nothing of steady was recorded.
    pub fn find(evidence: &Evidence) -> Option<SteadyEnds> {
        let stretches = steady_stretches(evidence);
        let times = &evidence.recording.elapsed_s;
        let mut apart: Vec<f64> = times.windows(2).map(|two| two[1] - two[0]).collect();
        apart.sort_by(f64::total_cmp);
        let interval_s = apart.get(apart.len() / 2).copied().unwrap_or(0.0);
        Some(SteadyEnds { start_s: stretches.first()?.0, end_s: stretches.last()?.1, interval_s })
    }

    /// What a series reads at both; none where it holds no reading.
    pub fn of_series(&self, evidence: &Evidence, id: &SeriesId) -> Option<Ends> {
        let series = evidence.recording.series(id.clone())?;
        let moments = evidence.recording.elapsed_s.iter().zip(&series.samples);
        // a snapshot before the sample of the same moment: it is of the end of steady, and not of what follows
        let mut read = snapshot_totals(evidence, id);
        read.extend(moments.filter_map(|(t, v)| Some((*t, v.get()?))));
        read.sort_by(|a, b| a.0.total_cmp(&b.0));
        // where only the number was read between two lists of groups, a group would be read at another moment
        let listed: Vec<(f64, f64)> =
            read.iter().copied().filter(|(t, _)| is_listed_at(evidence, id, *t)).collect();
        let near = NEAR_AN_END * (self.end_s - self.start_s);
        let is_near = |end: f64| listed.iter().any(|(t, _)| (t - end).abs() <= near);
        if is_near(self.start_s) && is_near(self.end_s) {
            read = listed;
        }
        let at = |moment| match series.unit() {
            Unit::Bytes => self.median_at(&read, moment),
            _ => Some(read[nearest(&read, moment, |(t, _)| *t)?].1),
        };
        Some(Ends { start: at(self.start_s)?, end: at(self.end_s)? })
    }

    /// What a series reads after settle, when the load has ended; none where nothing was read then.
    pub fn after_settle(&self, evidence: &Evidence, id: &SeriesId) -> Option<f64> {
        let series = evidence.recording.series(id.clone())?;
        let moments = evidence.recording.elapsed_s.iter().zip(&series.samples);
        let later = moments.filter(|(t, _)| **t > self.end_s + self.interval_s);
        let read: Vec<(f64, f64)> = later.filter_map(|(t, v)| Some((*t, v.get()?))).collect();
        match series.unit() {
            Unit::Bytes => self.median_at(&read, read.last()?.0),
            _ => Some(read.last()?.1),
        }
    }

    /// The nearest of these moments, in order, to the start and to the end.
    pub fn nearest(&self, moments: &[f64]) -> Option<(usize, usize)> {
        let at = |moment| nearest(moments, moment, |t| *t);
        Some((at(self.start_s)?, at(self.end_s)?))
    }

    fn median_at(&self, read: &[(f64, f64)], moment: f64) -> Option<f64> {
        let middle = nearest(read, moment, |(t, _)| *t)?;
        let first = middle.saturating_sub(READINGS / 2).min(read.len().saturating_sub(READINGS));
        let around = read.iter().skip(first).take(READINGS);
        let near = around.filter(|(t, _)| (t - moment).abs() <= MOST_INTERVALS * self.interval_s);
        let mut values: Vec<f64> = near.map(|(_, value)| *value).collect();
        if values.len() < READINGS {
            return Some(read[middle].1);
        }
        values.sort_by(f64::total_cmp);
        Some(values[READINGS / 2])
    }
}

/// Whether the groups that this series is the total of were read at this moment.
fn is_listed_at(evidence: &Evidence, id: &SeriesId, moment: f64) -> bool {
    let Some(kind) = kind_counted_by(evidence, id) else { return true };
    let first = evidence.groups.partition_point(|row| row.elapsed_s < moment);
    let mut rows = evidence.groups[first..].iter().take_while(|row| row.elapsed_s <= moment);
    rows.any(|row| row.kind == kind)
        || evidence.snapshots.iter().any(|s| s.elapsed_s.total_cmp(&moment).is_eq())
}

/// The kind of the groups that a count of tasks is the total of.
fn kind_counted_by(evidence: &Evidence, id: &SeriesId) -> Option<GroupKind> {
    let is_recorded = |id: SeriesId| evidence.recording.series(id).is_some();
    match id {
        SeriesId::Goroutines => Some(GroupKind::Goroutine),
        SeriesId::TokioTasks => Some(GroupKind::Task),
        // it repeats the best count that is read
        SeriesId::Tasks if is_recorded(SeriesId::Goroutines) => Some(GroupKind::Goroutine),
        SeriesId::Tasks if is_recorded(SeriesId::TokioTasks) => Some(GroupKind::Task),
        _ => None,
    }
}

/// All tasks that a series counts, by the snapshots: a probe that takes one at an end of steady samples nothing meanwhile.
fn snapshot_totals(evidence: &Evidence, id: &SeriesId) -> Vec<(f64, f64)> {
    let Some(kind) = kind_counted_by(evidence, id) else { return Vec::new() };
    let total = |snapshot: &TaskSnapshot| {
        let is_of_kind = |id: &String| snapshot.groups.iter().any(|g| g.kind == kind && g.id == *id);
        let of_kind = snapshot.counts.iter().filter(|(id, _)| is_of_kind(id));
        let total = of_kind.map(|(_, count)| *count as f64).reduce(|sum, count| sum + count)?;
        Some((snapshot.elapsed_s, total))
    };
    evidence.snapshots.iter().filter_map(total).collect()
}

/// Where the nearest to a moment is; of two equally near ones the first.
fn nearest<T>(all: &[T], moment: f64, time: impl Fn(&T) -> f64) -> Option<usize> {
    let behind = all.partition_point(|one| time(one) < moment);
    let apart = |at: &usize| (time(&all[*at]) - moment).abs();
    let both = [behind.checked_sub(1), (behind < all.len()).then_some(behind)];
    both.into_iter().flatten().min_by(|a, b| apart(a).total_cmp(&apart(b)))
}

/// Each stretch of steady, start and end in seconds since the run began: events say it exactly, samples to an interval.
pub fn steady_stretches(evidence: &Evidence) -> Vec<(f64, f64)> {
    let stretches = from_events(evidence);
    if stretches.is_empty() { from_samples(evidence) } else { stretches }
}

/// When the whole run ended.
pub fn run_end_s(evidence: &Evidence) -> f64 {
    let last_event = evidence.events.last().map_or(0.0, |e| e.elapsed_s);
    evidence.recording.elapsed_s.last().copied().unwrap_or(0.0).max(last_event)
}

fn from_events(evidence: &Evidence) -> Vec<(f64, f64)> {
    let mut stretches = Vec::new();
    let mut open = None;
    for event in &evidence.events {
        if let EventKind::Phase { phase } = event.kind {
            if let Some(from) = open.take() {
                stretches.push((from, event.elapsed_s));
            }
            open = (phase == Phase::Steady).then_some(event.elapsed_s);
        }
    }
    if let Some(from) = open {
        stretches.push((from, run_end_s(evidence).max(from)));
    }
    stretches
}

fn from_samples(evidence: &Evidence) -> Vec<(f64, f64)> {
    let recording = &evidence.recording;
    let mut stretches: Vec<(f64, f64)> = Vec::new();
    let mut before = None;
    for (t, phase) in recording.elapsed_s.iter().zip(&recording.phases) {
        if *phase == Phase::Steady {
            match stretches.last_mut() {
                Some(last) if before == Some(Phase::Steady) => last.1 = *t,
                _ => stretches.push((*t, *t)),
            }
        }
        before = Some(*phase);
    }
    stretches
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Event, GroupCount, Recording, Sample, Series};

    fn read(id: SeriesId, read: &[(f64, f64)], steady: (f64, f64)) -> Option<Ends> {
        let evidence = evidence_of(id.clone(), read, steady);
        SteadyEnds::find(&evidence)?.of_series(&evidence, &id)
    }

    fn evidence_of(id: SeriesId, read: &[(f64, f64)], steady: (f64, f64)) -> Evidence {
        let phase = |elapsed_s, phase| Event { elapsed_s, kind: EventKind::Phase { phase } };
        Evidence {
            recording: Recording {
                elapsed_s: read.iter().map(|(t, _)| *t).collect(),
                phases: vec![Phase::Steady; read.len()],
                requests_total: vec![Sample::GAP; read.len()],
                series: vec![Series { id, samples: read.iter().map(|(_, v)| Sample::new(*v)).collect() }],
            },
            events: vec![phase(steady.0, Phase::Steady), phase(steady.1, Phase::Settle)],
            ..Evidence::default()
        }
    }

    #[test]
    fn a_count_is_the_reading_nearest_to_each_end_on_either_side() {
        let seldom = [(19.2, 1190.0), (21.2, 1373.0), (30.0, 2000.0), (78.2, 7070.0), (90.1, 7071.0)];
        let ends = read(SeriesId::Goroutines, &seldom, (21.0, 78.0));
        assert_eq!(ends, Some(Ends { start: 1373.0, end: 7070.0 }));
        assert_eq!(read(SeriesId::Goroutines, &[], (21.0, 78.0)), None);
    }

    #[test]
    fn a_count_of_tasks_is_read_where_its_groups_are() {
        let id = SeriesId::Goroutines;
        let mut evidence =
            evidence_of(id.clone(), &[(9.0, 90.0), (10.0, 100.0), (20.0, 200.0)], (10.0, 20.0));
        let row =
            |elapsed_s, count| GroupCount { elapsed_s, kind: GroupKind::Goroutine, group: "a".into(), count };
        evidence.groups = vec![row(9.0, 88.0), row(20.0, 198.0)];
        let ends = SteadyEnds::find(&evidence).unwrap().of_series(&evidence, &id);
        assert_eq!(ends, Some(Ends { start: 90.0, end: 200.0 }), "only the number was read at 10 s");
    }

    #[test]
    fn after_settle_is_what_was_read_last_if_it_was_read_after_steady() {
        let evidence = evidence_of(SeriesId::Rss, &[(0.0, 1.0), (10.0, 5.0), (20.0, 2.0)], (0.0, 10.0));
        let ends = SteadyEnds::find(&evidence).unwrap();
        assert_eq!(ends.after_settle(&evidence, &SeriesId::Rss), None, "within an interval of its end");
        let read: Vec<(f64, f64)> = (0..40).map(|i| (f64::from(i), f64::from(i.min(60 - 2 * i)))).collect();
        let evidence = evidence_of(SeriesId::Rss, &read, (0.0, 20.0));
        let ends = SteadyEnds::find(&evidence).unwrap();
        assert_eq!(ends.after_settle(&evidence, &SeriesId::Rss), Some(-16.0));
    }

    #[test]
    fn bytes_are_the_median_of_three_readings_unless_they_are_far_apart() {
        let spiked = |i: u32| if i == 10 { 900.0 } else { f64::from(i) };
        let dense: Vec<(f64, f64)> = (0..40).map(|i| (f64::from(i), spiked(i))).collect();
        let ends = read(SeriesId::Rss, &dense, (10.0, 30.1));
        assert_eq!(ends, Some(Ends { start: 11.0, end: 30.0 }));
        let two = [(0.0, 1.0), (10.0, 5.0)];
        assert_eq!(read(SeriesId::Rss, &two, (0.0, 10.0)), Some(Ends { start: 1.0, end: 5.0 }));
    }
}
