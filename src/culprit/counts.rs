//! How many there were of a family over the run: from groups.csv where it was sampled, from snapshots at its ends.

use std::collections::HashMap;

use super::candidate::Proof;
use super::family::Family;
use super::snapshot_ends::SnapshotEnds;
use crate::evidence::{
    Ends, Evidence, GroupKind, Moment, Phase, Recording, Sample, SteadyEnds, TaskSnapshot, segment_starts,
};

/// What a proof must amount to: the least growth in tasks.
const LEAST_PROVEN: f64 = 10.0;
/// The least growth per request of what a proof lists.
const LEAST_PROVEN_PER_REQUEST: f64 = 0.01;

/// Counts of one family at the moments that matter.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Totals {
    /// At the start of steady.
    pub start: f64,
    /// At its end.
    pub end: f64,
    /// After settle, where one was seen.
    pub settled: Option<f64>,
    /// What went with processes that ended when the target restarted in between.
    pub lost: f64,
}

impl Totals {
    /// From the start of steady to its end, in all lives together.
    pub fn growth(&self) -> f64 {
        self.end - self.start + self.lost
    }
}

/// Counts of one kind over the run.
pub struct Counts<'a> {
    evidence: &'a Evidence,
    kind: GroupKind,
    /// When this kind was sampled, with phase and requests; no series of its own.
    pub table: Recording,
    rows: HashMap<&'a str, Vec<(usize, f64)>>,
    /// First and last sampled moment of steady.
    steady: Option<(usize, usize)>,
    snapshots: Vec<&'a TaskSnapshot>,
    /// When each further life began, in seconds since the run did.
    began: Vec<f64>,
    /// The first sampled moment of each life that began within steady.
    restarts: Vec<usize>,
}

impl<'a> Counts<'a> {
    /// All that is known of this kind.
    pub fn new(evidence: &'a Evidence, kind: GroupKind) -> Counts<'a> {
        let source = match kind.instance_series() {
            Some(_) => &evidence.instances,
            None => &evidence.groups,
        };
        let of_kind = || source.iter().filter(|row| row.kind == kind && row.elapsed_s.is_finite());
        let mut times: Vec<f64> = of_kind().map(|row| row.elapsed_s).collect();
        times.sort_by(f64::total_cmp);
        times.dedup();
        let mut rows: HashMap<&str, Vec<(usize, f64)>> = HashMap::new();
        for row in of_kind() {
            let at = times.partition_point(|time| *time < row.elapsed_s);
            rows.entry(&row.group).or_default().push((at, row.count));
        }
        let table = Recording {
            phases: times.iter().map(|time| phase_at(&evidence.recording, *time)).collect(),
            requests_total: times.iter().map(|time| requests_at(&evidence.recording, *time).into()).collect(),
            elapsed_s: times,
            series: Vec::new(),
        };
        let is_steady = |phase: &Phase| *phase == Phase::Steady;
        let first = table.phases.iter().position(is_steady);
        let steady = first.zip(table.phases.iter().rposition(is_steady));
        // a snapshot speaks of the kinds that it describes
        let speaks = |snapshot: &&TaskSnapshot| snapshot.groups.iter().any(|group| group.kind == kind);
        let snapshots = evidence.snapshots.iter().filter(speaks).collect();
        let began = segment_starts(&evidence.events);
        let moment = |began: &f64| table.elapsed_s.partition_point(|time| time < began);
        let within = |moment: &usize| steady.is_some_and(|(first, last)| first < *moment && *moment <= last);
        let restarts = began.iter().map(moment).filter(within).collect();
        Counts { evidence, kind, rows, steady, snapshots, began, restarts, table }
    }

    /// Whether nothing of this kind was seen.
    pub fn is_empty(&self) -> bool {
        self.table.is_empty() && self.snapshots.is_empty()
    }

    /// The count of a family at each sampled moment. A group that is not listed at one was not there, or too small.
    pub fn series(&self, family: &Family) -> Vec<f64> {
        let mut counts = vec![0.0; self.table.len()];
        for group in &family.members {
            for (at, count) in self.rows.get(group.id.as_str()).into_iter().flatten() {
                counts[*at] += count;
            }
        }
        counts
    }

    /// Every group that was counted, each with the moments at which it was and how many there were.
    pub fn rows(&self) -> impl Iterator<Item = (&'a str, &[(usize, f64)])> {
        self.rows.iter().map(|(id, rows)| (*id, rows.as_slice()))
    }

    /// The sampled moments of steady.
    pub fn steady(&self) -> std::ops::RangeInclusive<usize> {
        match self.steady {
            Some((first, last)) => first..=last,
            None => std::ops::RangeInclusive::new(1, 0),
        }
    }

    /// For how long steady was seen, in seconds.
    pub fn steady_span(&self) -> f64 {
        let recording = &self.evidence.recording;
        let times = || {
            recording.elapsed_s.iter().zip(&recording.phases).filter(|(_, phase)| **phase == Phase::Steady)
        };
        let from_rows = times().next().zip(times().next_back()).map(|((first, _), (last, _))| last - first);
        let from_snapshots = || {
            let (start, end) = (self.snapshot(Moment::SteadyStart)?, self.last(Moment::SteadyEnd)?);
            Some(end.elapsed_s - start.elapsed_s)
        };
        from_rows.or_else(from_snapshots).unwrap_or(0.0).max(0.0)
    }

    /// From the end of steady to the snapshot after settle, in seconds; 0 where none was taken.
    pub fn settle_span(&self) -> f64 {
        let ends = self.last(Moment::SteadyEnd).zip(self.last(Moment::Settled));
        ends.map_or(0.0, |(end, settled)| settled.elapsed_s - end.elapsed_s).max(0.0)
    }

    /// Requests answered between the ends of steady, where they are counted.
    pub fn steady_requests(&self) -> Option<f64> {
        let (first, last) = self.steady_ends()?;
        let requests =
            requests_at(&self.evidence.recording, last)? - requests_at(&self.evidence.recording, first)?;
        (requests > 0.0).then_some(requests)
    }

    /// When the counts of [`Counts::totals`] were taken.
    fn steady_ends(&self) -> Option<(f64, f64)> {
        let row = |at: usize| self.table.elapsed_s.get(at).copied();
        let first =
            self.snapshot(Moment::SteadyStart).map(|s| s.elapsed_s).or_else(|| row(self.steady?.0))?;
        let last = self.last(Moment::SteadyEnd).map(|s| s.elapsed_s).or_else(|| row(self.steady?.1))?;
        Some((first, last))
    }

    /// Counts of a family.
    pub fn totals(&self, family: &Family) -> Totals {
        let ids: Vec<&str> = family.members.iter().map(|group| group.id.as_str()).collect();
        self.totals_of(&ids)
    }

    /// Counts of some groups: by snapshots, which tell exactly, where they were taken, else by what was sampled.
    pub fn totals_of(&self, ids: &[&str]) -> Totals {
        let shot = |snapshot: &TaskSnapshot| -> f64 {
            let of_ids = snapshot.counts.iter().filter(|(id, _)| ids.contains(&id.as_str()));
            of_ids.map(|(_, count)| *count as f64).sum()
        };
        let row = |at: usize| -> f64 {
            let rows = ids.iter().filter_map(|id| self.rows.get(id)).flatten();
            rows.filter(|(moment, _)| *moment == at).map(|(_, count)| *count).sum()
        };
        self.totals_by(shot, row)
    }

    /// How many of a family there were at both ends of steady, as the series that counts all of its kind is read there:
    /// by the nearest moment at which it was sampled or a snapshot taken, which lists groups too small for a sample.
    pub fn read_ends(&self, family: &Family) -> Option<Ends> {
        let counts = self.series(family);
        let sampled = self.table.elapsed_s.iter().copied().zip(counts);
        let is_member = |id: &String| family.members.iter().any(|group| group.id == *id);
        let shots = self.snapshots.iter().map(|snapshot| {
            let members = snapshot.counts.iter().filter(|(id, _)| is_member(id));
            (snapshot.elapsed_s, members.map(|(_, count)| *count as f64).sum::<f64>())
        });
        let shots: Vec<(f64, f64)> = shots.collect();
        // what a sample does not list may be too small for it, and then only a snapshot says how many
        let sampled = sampled.filter(|(_, n)| *n > 0.0 || shots.is_empty());
        // of one moment the snapshot comes first, as for the series
        let mut read: Vec<(f64, f64)> = shots.iter().copied().chain(sampled).collect();
        read.sort_by(|a, b| a.0.total_cmp(&b.0));
        let moments: Vec<f64> = read.iter().map(|(at, _)| *at).collect();
        let (start, end) = SteadyEnds::find(self.evidence)?.nearest(&moments)?;
        Some(Ends { start: read[start].1, end: read[end].1 })
    }

    /// Counts of everything of this kind, what was too small to be listed included.
    pub fn totals_of_all(&self) -> Totals {
        let shot = |snapshot: &TaskSnapshot| {
            let of_kind = |id: &String| snapshot.groups.iter().any(|g| g.kind == self.kind && g.id == *id);
            snapshot.counts.iter().filter(|(id, _)| of_kind(id)).map(|(_, count)| *count as f64).sum()
        };
        let row = |at: usize| -> f64 {
            self.rows.values().flatten().filter(|(moment, _)| *moment == at).map(|(_, count)| *count).sum()
        };
        self.totals_by(shot, row)
    }

    fn totals_by(&self, shot: impl Fn(&TaskSnapshot) -> f64, row: impl Fn(usize) -> f64) -> Totals {
        let start = self.snapshot(Moment::SteadyStart).map(&shot);
        let end = self.last(Moment::SteadyEnd).map(&shot);
        let settled = self.last(Moment::Settled).map(&shot);
        let settle_row = || {
            let last = self.table.phases.last().copied();
            (last == Some(Phase::Settle)).then(|| row(self.table.len() - 1))
        };
        let at = |which: fn((usize, usize)) -> usize| self.steady.map(|ends| row(which(ends)));
        Totals {
            start: start.or_else(|| at(|ends| ends.0)).unwrap_or(0.0),
            end: end.or_else(|| at(|ends| ends.1)).unwrap_or(0.0),
            settled: settled.or_else(settle_row),
            lost: self.restarts.iter().map(|new| (row(new - 1) - row(*new)).max(0.0)).sum(),
        }
    }

    /// These counts where snapshots have all three of them, of one process.
    pub fn snapshot_ends(&self, totals: &Totals) -> Option<SnapshotEnds> {
        let (start, end) = (self.snapshot(Moment::SteadyStart)?, self.last(Moment::SteadyEnd)?);
        let settled = self.last(Moment::Settled)?;
        let one_process =
            !self.began.iter().any(|began| (start.elapsed_s..settled.elapsed_s).contains(began));
        one_process.then_some(SnapshotEnds {
            start: totals.start,
            end: totals.end,
            settled: totals.settled,
            proven: None,
            seconds: end.elapsed_s - start.elapsed_s,
            requests: self.steady_requests(),
        })
    }

    /// What the runtime has proven of a family, between the start of steady and the last time it was asked.
    pub fn proof(&self, family: &Family) -> Proof {
        self.proof_by(family, f64::INFINITY)
    }

    /// The same, as far as it was known at this moment, in seconds since the run began.
    pub fn proof_by(&self, family: &Family, now_s: f64) -> Proof {
        let known = self.evidence.snapshots.iter().filter(|snapshot| snapshot.elapsed_s <= now_s);
        let asked: Vec<_> = known.filter_map(|s| Some((s, s.proven.as_ref()?))).collect();
        let start = asked.iter().find(|(snapshot, _)| snapshot.moment == Moment::SteadyStart);
        let (Some((first, before)), Some((last, after))) = (start, asked.last()) else {
            return Proof::NotServed;
        };
        if family.kind != GroupKind::Goroutine || first.elapsed_s >= last.elapsed_s {
            return Proof::NotServed;
        }
        let stuck = |proven: &[(String, u64)]| -> f64 {
            let member = |id: &String| family.members.iter().any(|group| group.id == *id);
            proven.iter().filter(|(id, _)| member(id)).map(|(_, count)| *count as f64).sum()
        };
        // a process that was started since then has begun with none
        let restarted = self.began.iter().copied().rfind(|began| *began < last.elapsed_s);
        let since = restarted.filter(|began| *began > first.elapsed_s);
        let growth = stuck(after) - since.map_or_else(|| stuck(before), |_| 0.0);
        let from = since.unwrap_or(first.elapsed_s);
        let recording = &self.evidence.recording;
        let requests = requests_at(recording, last.elapsed_s).zip(requests_at(recording, from));
        let enough_a_request =
            requests.is_none_or(|(last, first)| growth >= LEAST_PROVEN_PER_REQUEST * (last - first));
        if growth >= LEAST_PROVEN && enough_a_request { Proof::Proven(growth) } else { Proof::NotListed }
    }

    /// The longest that one of a family was seen to wait, in seconds.
    pub fn longest_wait_s(&self, family: &Family) -> Option<u64> {
        let waits = self.snapshots.iter().flat_map(|snapshot| &snapshot.longest_wait_s);
        let of_family = waits.filter(|(id, _)| family.members.iter().any(|group| group.id == *id));
        of_family.map(|(_, seconds)| *seconds).max()
    }

    fn snapshot(&self, moment: Moment) -> Option<&TaskSnapshot> {
        self.snapshots.iter().find(|snapshot| snapshot.moment == moment).copied()
    }

    fn last(&self, moment: Moment) -> Option<&TaskSnapshot> {
        self.snapshots.iter().rfind(|snapshot| snapshot.moment == moment).copied()
    }
}

/// The phase at a time: that of the last sample before it.
fn phase_at(recording: &Recording, time: f64) -> Phase {
    let after = recording.elapsed_s.partition_point(|elapsed| *elapsed <= time);
    let before = recording.phases.get(after.saturating_sub(1));
    before.copied().unwrap_or(Phase::Steady)
}

/// Requests at a time, between samples in proportion, before the first and after the last as there.
pub(super) fn requests_at(recording: &Recording, time: f64) -> Option<f64> {
    let known = |at: usize| {
        let requests = recording.requests_total.get(at).copied().and_then(Sample::get)?;
        Some((recording.elapsed_s[at], requests))
    };
    let after = recording.elapsed_s.partition_point(|elapsed| *elapsed <= time);
    let before = (0..after).rev().find_map(known);
    let behind = (after..recording.len()).find_map(known);
    match (before, behind) {
        (Some((t0, n0)), Some((t1, n1))) if t1 > t0 => Some(n0 + (n1 - n0) * (time - t0) / (t1 - t0)),
        (Some((_, requests)), _) | (None, Some((_, requests))) => Some(requests),
        (None, None) => None,
    }
}
