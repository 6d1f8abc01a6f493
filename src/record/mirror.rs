//! What was recorded, kept in memory as well, within bounds: the last hour exact, older samples as the minimum,
//! maximum and mean of the stretch that they fall into. Everything else is thinned evenly when it grows too long, so
//! that the start of steady is never forgotten; requests are added up and never lost.
//!
//! The live view reads it, and the verdict does when the disk failed.

use std::time::Duration;

use hdrhistogram::Histogram;

use super::latency_sum::LatencySum;
use super::thin_lists::{merge_load_rows, thin_by_moment};
use crate::evidence::{
    ErrorKind, Event, EventKind, Evidence, GroupCount, LatencyTag, LoadRow, Percentiles, Phase, Recording,
    Sample, Series, SeriesId, StatusCounts, TaskGroup, TaskSnapshot,
};

/// How long samples are kept exactly.
const EXACT_S: f64 = 3600.0;
/// How many old samples become three (minimum, mean, maximum) at a time.
const FOLDED_ROWS: usize = 30;
/// Beyond so many rows in all, the oldest stretches are folded again: 64 Ki rows of ten series are 6 MiB.
const MOST_ROWS: usize = 1 << 16;
/// At most so many group counts, load rows, latencies over time and events are kept.
const MOST_OTHERS: usize = 1 << 16;

/// The bounded copy.
#[derive(Debug, Default)]
pub struct Mirror {
    evidence: Evidence,
    latency: LatencySum,
    /// Rows before this index are folded already.
    folded: usize,
    counts: Counts,
}

/// Requests in all phases so far, from load rows that may be gone from the mirror.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Became due.
    pub due: u64,
    /// Ended with an error, those never sent included.
    pub failed: u64,
    /// Were never sent.
    pub dropped: u64,
    /// Those that failed by kind, in the order of [`ErrorKind::ALL`].
    pub errors: [u64; ErrorKind::ALL.len()],
    /// The statuses of those that were answered with an unexpected one.
    pub statuses: StatusCounts,
    /// Ended, whether well or with an error, those never sent left out.
    pub done: u64,
}

impl Counts {
    /// The status that every request so far ended with, where that is an error.
    pub fn all_fail_with(&self) -> Option<u16> {
        let same = self.statuses.most_frequent().filter(|(_, count)| *count == self.done);
        same.map(|(status, _)| status)
    }
}

impl Mirror {
    /// An empty mirror of a run with these series.
    pub fn new(series: &[SeriesId]) -> Mirror {
        let series = series.iter().map(|id| Series { id: id.clone(), samples: Vec::new() }).collect();
        Mirror {
            evidence: Evidence {
                recording: Recording { series, ..Recording::default() },
                ..Evidence::default()
            },
            ..Mirror::default()
        }
    }

    /// One that holds this row of load.csv.
    #[cfg(test)]
    pub fn with_load(row: LoadRow) -> Mirror {
        let mut mirror = Mirror::new(&[]);
        mirror.load(row);
        mirror
    }

    /// All that it holds but latency, which is summed up only at the end.
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// Takes what it holds, for a verdict.
    pub fn into_evidence(self) -> Evidence {
        Evidence { latency: self.latency.latency(), ..self.evidence }
    }

    /// The last value of a series that was read, unless that is more than 60 samples ago.
    pub fn last(&self, series: &SeriesId) -> Option<f64> {
        self.evidence.recording.series(series)?.samples.iter().rev().take(60).find_map(|s| s.get())
    }

    /// How long the requests with this tag took so far.
    pub fn percentiles(&self, tag: LatencyTag) -> Percentiles {
        self.latency.percentiles(tag)
    }

    /// Requests so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Takes in a moment: requests answered so far, and the values of the series in their order.
    pub fn sample(&mut self, elapsed_s: f64, phase: Phase, requests: Sample, values: &[Sample]) {
        let r = &mut self.evidence.recording;
        r.elapsed_s.push(elapsed_s);
        r.phases.push(phase);
        r.requests_total.push(requests);
        for (series, value) in r.series.iter_mut().zip(values) {
            series.samples.push(*value);
        }
        self.fold(elapsed_s);
    }

    /// Takes in how many there were of each group, and the groups that are new.
    pub fn groups(&mut self, counts: impl IntoIterator<Item = GroupCount>, new: &[TaskGroup]) {
        for count in counts {
            match count.kind.instance_series() {
                Some(_) => self.evidence.instances.push(count),
                None => self.evidence.groups.push(count),
            }
        }
        self.evidence.group_names.extend_from_slice(new);
        // all groups of one moment stay together
        thin_by_moment(&mut self.evidence.groups, MOST_OTHERS, |row| row.elapsed_s);
        thin_by_moment(&mut self.evidence.instances, MOST_OTHERS, |row| row.elapsed_s);
    }

    pub(super) fn load(&mut self, row: LoadRow) {
        if row.is_normal() {
            self.counts.due += row.due;
            self.counts.failed += row.errors.iter().sum::<u64>();
            self.counts.dropped += row.dropped;
            self.counts.done += row.done;
            self.counts.statuses.add_all(&row.statuses);
            self.counts.errors.iter_mut().zip(row.errors).for_each(|(sum, n)| *sum += n);
        }
        self.evidence.load.push(row);
        merge_load_rows(&mut self.evidence.load, MOST_OTHERS, &self.evidence.events);
    }

    /// The histograms of the interval that ends at `end`.
    pub(super) fn latency(
        &mut self,
        end: Duration,
        histograms: &[(LatencyTag, &Histogram<u64>)],
        by_request: &[(&str, &Histogram<u64>)],
    ) {
        for (tag, histogram) in histograms {
            self.latency.add(end, *tag, histogram);
        }
        for (name, histogram) in by_request.iter().filter(|(_, histogram)| !histogram.is_empty()) {
            self.latency.add_request(name, histogram);
        }
        self.latency.thin(MOST_OTHERS);
    }

    pub(super) fn event(&mut self, event: Event) {
        self.evidence.events.push(event);
        if let Some(Event { kind: EventKind::Uncounted { .. }, .. }) = self.evidence.events.last() {
            uncount(&mut self.evidence);
        }
        match self.evidence.events.last().map(|event| &event.kind) {
            Some(EventKind::LoadChanged { .. } | EventKind::KeysSeen { .. })
                if self.evidence.judged_from_s()
                    == self.evidence.events.last().map(|event| event.elapsed_s) =>
            {
                self.evidence.keep_what_is_judged();
                self.latency.forget_steady();
            }
            _ => {}
        }
        drop_oldest(&mut self.evidence.events);
    }

    /// Takes in a closer look.
    pub fn snapshot(&mut self, snapshot: TaskSnapshot) {
        self.evidence.add_snapshot(snapshot);
    }

    /// Takes in closer looks in place of all that there were.
    pub fn replace_snapshots(&mut self, snapshots: Vec<TaskSnapshot>) {
        self.evidence.snapshots = snapshots;
    }

    pub(super) fn describe(&mut self, change: impl FnOnce(&mut Evidence)) {
        change(&mut self.evidence);
    }

    /// Folds the oldest stretch once it is older than an hour, and the folded ones again when there are too many.
    fn fold(&mut self, now_s: f64) {
        let r = &mut self.evidence.recording;
        let end = self.folded + FOLDED_ROWS;
        if end < r.len() && r.elapsed_s[end] < now_s - EXACT_S {
            let kept = fold_rows(r, self.folded, end);
            self.folded += kept;
        }
        if r.len() > MOST_ROWS {
            let mut at = 0;
            while at + FOLDED_ROWS <= self.folded {
                let kept = fold_rows(r, at, at + FOLDED_ROWS);
                self.folded -= FOLDED_ROWS - kept;
                at += kept;
            }
        }
    }
}

/// Where requests turned out not to be known, none of them are: what was counted until then would make a rate of its
/// own.
pub(super) fn uncount(evidence: &mut Evidence) {
    evidence.recording.requests_total.fill(Sample::GAP);
}

/// Replaces rows `from..to` by three: minimum, mean and maximum of each series, at three of their moments. A stretch
/// that holds a change of phase is left as it is. Returns how many rows stand there now.
fn fold_rows(r: &mut Recording, from: usize, to: usize) -> usize {
    if r.phases[from..to].windows(2).any(|w| w[0] != w[1]) || to - from <= 3 {
        return to - from;
    }
    let picks = [from, from + (to - from) / 2, to - 1];
    for series in &mut r.series {
        let read: Vec<f64> = series.samples[from..to].iter().filter_map(|s| s.get()).collect();
        let three = if read.is_empty() {
            [Sample::GAP; 3]
        } else {
            let min = read.iter().copied().fold(f64::INFINITY, f64::min);
            let max = read.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            [Sample::new(min), Sample::new(read.iter().sum::<f64>() / read.len() as f64), Sample::new(max)]
        };
        series.samples.splice(from..to, three);
    }
    let moments = picks.map(|i| r.elapsed_s[i]);
    let requests = picks.map(|i| r.requests_total[i]);
    let phase = r.phases[from];
    r.elapsed_s.splice(from..to, moments);
    r.requests_total.splice(from..to, requests);
    r.phases.splice(from..to, [phase; 3]);
    3
}

/// Drops the older half of the events when there are too many, but for those without which nothing can be judged: an
/// event has no neighbour that could speak for it, so thinning would be no better.
fn drop_oldest(events: &mut Vec<Event>) {
    if events.len() > MOST_OTHERS {
        let shapes_the_run = |event: &Event| {
            use EventKind::{
                Cycle, Forwarder, KeysSeen, LoadChanged, OomKill, Phase, Restart, Stopped, TargetGone,
                Uncounted,
            };
            matches!(
                event.kind,
                Phase { .. }
                    | Cycle { .. }
                    | Restart { .. }
                    | TargetGone { .. }
                    | OomKill { .. }
                    | Forwarder { .. }
                    | Stopped { .. }
                    | Uncounted { .. }
                    | LoadChanged { .. }
                    | KeysSeen { .. }
            )
        };
        let mut place = 0..;
        events.retain(|event| place.next() >= Some(MOST_OTHERS / 2) || shapes_the_run(event));
    }
}

#[cfg(test)]
mod tests;
