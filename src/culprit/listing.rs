//! Task groups as a table lists them: how many there are, how they grew, and whether that goes on.

mod labels;

use std::collections::HashMap;

use super::Proof;
use super::counts::{Counts, requests_at};
use super::family::Family;
use crate::evidence::{
    EventKind, Evidence, GroupCount, GroupKind, Ids, Moment, Phase, Recording, Sample, Series, SeriesId,
    TaskGroup, TaskId, TaskSnapshot, TaskTimes,
};
use crate::findings::{Direction, ListedGroup, Movement, Trend, sort_by_growth};
use crate::trend::{Question, trend};
use crate::units::Unit;

pub use labels::{count_by_label, list_kept_labels, list_labels};

/// A kind that was not read for so long, and for so much of the run, is gone.
const RECENT_S: f64 = 60.0;
const RECENT_SHARE: f64 = 0.05;
/// A group is looked at by so many of its readings at most, evenly spread: the table is made anew each second.
const MOST_MOMENTS: usize = 120;
/// So many groups at most are judged, those that grew most.
const MOST_JUDGED: usize = 8;
/// With fewer readings nothing is called steady: a trend is fitted to no fewer points either.
const LEAST_READINGS: usize = 8;
/// Chance that any group of a kind that does not grow is said to, at one moment. A table that is judged each second says
/// it more often over a long time: its judgement is a hint, and that of a run decides.
const FALSE_ALARM: f64 = 0.05;

/// All groups of tasks, threads, descriptors and children as they were at this moment, in seconds since the run began;
/// growth since steady began, or since the first reading where there is none. Those that grew most first; ties by
/// name.
pub fn list_groups(evidence: &Evidence, now_s: f64) -> Vec<ListedGroup> {
    let kinds = GroupKind::ALL.into_iter().filter(|kind| !kind.is_of_heap());
    let mut all: Vec<ListedGroup> =
        kinds.filter_map(|kind| Readings::new(evidence, kind, now_s)).flat_map(|kind| kind.list()).collect();
    sort_by_growth(&mut all);
    all
}

/// When steady began, in seconds since the run did, once it has begun: growth is counted from then.
pub fn steady_before(evidence: &Evidence, now_s: f64) -> Option<f64> {
    let steady = evidence.events.iter().find(|e| e.kind == EventKind::Phase { phase: Phase::Steady });
    steady.map(|event| event.elapsed_s).filter(|from| *from <= now_s)
}

/// What was read of one kind.
struct Readings<'a> {
    evidence: &'a Evidence,
    kind: GroupKind,
    now_s: f64,
    /// The moments, without series.
    table: Recording,
    /// Of each group how many there were at each moment.
    counts: HashMap<&'a str, Vec<f64>>,
    /// When each group was first seen.
    first_seen_s: HashMap<&'a str, f64>,
    /// The last closer look at this kind.
    closer: Option<&'a TaskSnapshot>,
    /// What each group is, as far as it was described.
    described: HashMap<&'a str, &'a TaskGroup>,
}

impl<'a> Readings<'a> {
    /// None where nothing of it was read lately.
    fn new(evidence: &'a Evidence, kind: GroupKind, now_s: f64) -> Option<Readings<'a>> {
        let from_s = steady_before(evidence, now_s).unwrap_or(0.0);
        let until = evidence.groups.partition_point(|row| row.elapsed_s <= now_s);
        let of_kind = || evidence.groups[..until].iter().filter(move |row| row.kind == kind);
        let recent_s = RECENT_S.max(now_s * RECENT_SHARE);
        let last_s =
            of_kind().next_back().map(|row| row.elapsed_s).filter(|last| now_s - last <= recent_s)?;
        // a kind that was read before steady alone is as it was then
        let from_s = from_s.min(last_s);
        let mut times: Vec<f64> = of_kind().map(|row| row.elapsed_s).filter(|at| *at >= from_s).collect();
        times.dedup();
        let moments = spread(&times);
        let mut counts: HashMap<&str, Vec<f64>> = HashMap::new();
        let mut first_seen_s = HashMap::new();
        for GroupCount { elapsed_s, group, count, .. } in of_kind() {
            if *count > 0.0 {
                first_seen_s.entry(group.as_str()).or_insert(*elapsed_s);
            }
            let at = moments.partition_point(|moment| moment < elapsed_s);
            if moments.get(at) == Some(elapsed_s) {
                counts.entry(group).or_insert_with(|| vec![0.0; moments.len()])[at] += count;
            }
        }
        let table = Recording {
            phases: vec![Phase::Steady; moments.len()],
            requests_total: moments.iter().map(|at| requests_at(&evidence.recording, *at).into()).collect(),
            elapsed_s: moments,
            series: Vec::new(),
        };
        // a snapshot looks closer: it may know who created what a sample only counts
        let groups = evidence.group_names.iter().chain(evidence.snapshots.iter().flat_map(|s| &s.groups));
        let described = groups.map(|group| (group.id.as_str(), group)).collect();
        let closer = evidence.snapshots.iter().rfind(|s| {
            let looks_closer = !s.ids.is_not_read() || !s.times.is_empty();
            s.elapsed_s <= now_s && looks_closer && s.groups.iter().any(|group| group.kind == kind)
        });
        Some(Readings { evidence, kind, now_s, table, counts, first_seen_s, closer, described })
    }

    fn list(&self) -> Vec<ListedGroup> {
        let mut rows: Vec<ListedGroup> = self.counts.iter().filter_map(|(id, n)| self.row(id, n)).collect();
        sort_by_growth(&mut rows);
        let grown = rows.iter().take_while(|row| row.growth >= 1.0).count().min(MOST_JUDGED);
        for row in &mut rows[..grown] {
            self.judge(row, FALSE_ALARM / grown as f64);
        }
        self.mark_proven(&mut rows);
        rows
    }

    /// As far as its two ends say; none for a group that was never there.
    fn row(&self, id: &str, counts: &[f64]) -> Option<ListedGroup> {
        let (first, last) = (*counts.first()?, *counts.last()?);
        let growth = last - first;
        let first_seen_s = *self.first_seen_s.get(id)?;
        if last == 0.0 && growth == 0.0 {
            return None;
        }
        let requests = self.table.requests_total.first().zip(self.table.requests_total.last());
        let requests = requests.and_then(|(first, last)| Some(last.get()? - first.get()?));
        let group = self.described.get(id);
        Some(ListedGroup {
            id: id.into(),
            kind: self.kind,
            of_label: false,
            name: group.map_or_else(|| id.to_string(), |group| group.name.clone()),
            state: group.and_then(|group| group.state.clone()),
            count: last,
            growth,
            per_request: requests.filter(|n| *n >= 1.0).map(|n| growth / n),
            per_request_interval: None,
            movement: match last {
                0.0 => Movement::Gone,
                _ if growth >= 1.0 || counts.len() < LEAST_READINGS => Movement::Unclear,
                _ => Movement::Steady,
            },
            age_s: (self.now_s - first_seen_s).max(0.0),
            history: counts.to_vec(),
            proven: None,
            longest_wait_s: self.longest_wait_s(id),
            ids: self.ids(id),
            times: self.times(id),
            closer_age_s: self.closer.map(|closer| (self.now_s - closer.elapsed_s).max(0.0)),
            created_by: group.and_then(|group| group.created_by.clone()),
            stack: group.map(|group| group.stack.clone()).unwrap_or_default(),
        })
    }

    fn ids(&self, id: &str) -> Ids<Vec<TaskId>> {
        let Some(closer) = self.closer else { return Ids::NotRead };
        match &closer.ids {
            Ids::Read(groups) => groups
                .iter()
                .find(|(group, _)| group == id)
                .map_or(Ids::NotRead, |(_, ids)| Ids::Read(ids.clone())),
            Ids::TooMany => Ids::TooMany,
            Ids::NotRead => Ids::NotRead,
        }
    }

    fn times(&self, id: &str) -> Option<TaskTimes> {
        let of_group = self.closer?.times.iter().find(|(group, _)| group == id);
        of_group.map(|(_, times)| *times)
    }

    fn longest_wait_s(&self, id: &str) -> Option<u64> {
        let waits = self.evidence.snapshots.iter().filter(|s| s.elapsed_s <= self.now_s);
        let of_group = waits.flat_map(|s| &s.longest_wait_s).filter(|(group, _)| group == id);
        of_group.map(|(_, seconds)| *seconds).max()
    }

    /// Whether it grows and by how much per request, as a run would judge it.
    fn judge(&self, row: &mut ListedGroup, false_alarm: f64) {
        let samples = row.history.iter().map(|count| Sample::new(*count)).collect();
        let series = Series { id: SeriesId::of_group(Unit::Count), samples };
        let question =
            Question { recording: &self.table, series: &series, events: &self.evidence.events, false_alarm };
        let Trend { direction, per_request, .. } = trend(&question);
        row.movement = match direction {
            Direction::Growing => Movement::Growing,
            Direction::Inconclusive => Movement::Unclear,
            _ if row.history.len() < LEAST_READINGS => Movement::Unclear,
            _ => Movement::Steady,
        };
        // requests that are not counted by each of them have no estimate
        if let (Some(each), Some(_), Direction::Growing) = (per_request, row.per_request, direction) {
            (row.per_request, row.per_request_interval) = (Some(each.value), Some([each.lo, each.hi]));
        }
    }

    fn mark_proven(&self, rows: &mut [ListedGroup]) {
        let asked = |s: &&TaskSnapshot| s.elapsed_s <= self.now_s && s.proven.is_some();
        let Some(last) = self.evidence.snapshots.iter().rfind(asked) else { return };
        if self.kind != GroupKind::Goroutine {
            return;
        }
        for row in rows.iter_mut() {
            let stuck = last.proven.iter().flatten().filter(|(id, _)| *id == row.id);
            let stuck = stuck.map(|(_, count)| *count).sum::<u64>().min(row.count as u64);
            row.proven = Some(stuck);
            // without a run there is no growth of what is proven: each of them is stuck all the same
            if last.moment == Moment::Asked && stuck > 0 {
                row.movement = Movement::ProvenLeak;
            }
        }
        if last.moment == Moment::Asked {
            return;
        }
        let counts = Counts::new(self.evidence, self.kind);
        for row in rows.iter_mut().filter(|row| row.count > 0.0) {
            let Some(group) = self.described.get(row.id.as_str()) else { continue };
            let family = Family { kind: self.kind, members: vec![(*group).clone()], created_by: None };
            if let Proof::Proven(_) = counts.proof_by(&family, self.now_s) {
                row.movement = Movement::ProvenLeak;
            }
        }
    }
}

/// At most [`MOST_MOMENTS`] of these, first and last among them.
fn spread(times: &[f64]) -> Vec<f64> {
    if times.len() <= MOST_MOMENTS {
        return times.to_vec();
    }
    (0..MOST_MOMENTS).map(|i| times[i * (times.len() - 1) / (MOST_MOMENTS - 1)]).collect()
}

#[cfg(test)]
mod tests;
