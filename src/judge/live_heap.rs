//! The live heap where a full collection is forced at the ends of phases alone, as on the JVM: too few readings for a
//! trend, and each of them exact.
//!
//! Comes in: how much was alive at the start of steady, at its end and after settle, by the objects themselves, and the
//! heap as of every natural collection between. Goes out: a [`Trend`] by these rules.
//!
//! - What grew, and is still there after settle, is known to a byte. Below what counts at all (`least_seen`) it is
//!   stable.
//! - A growth beyond is no leak by two readings alone: a cache may have filled. It goes on where the heap as of the
//!   natural collections between kept to the line that leads from the one reading to the other ([`rises_evenly`]): what
//!   is used after a collection is never less than what is alive, so a heap that has stopped growing before the end
//!   stands above that line, and one that grew at once stands below it first.
//! - Where the load is repeated, it goes on if each later cycle added again what the first one did, by a quarter at
//!   least: the rule of `trend/cycles`.
//! - Otherwise it is inconclusive, with the most that it can be a request.

use crate::culprit::SnapshotReadings;
use crate::evidence::{Ends as ReadEnds, Evidence, GroupKind, SeriesId, TaskSnapshot};
use crate::findings::{Direction, Estimate, GoesOn, Shape, Trend, TrendReason};

use super::material::least_seen;
use super::steady::Steady;

/// Readings in steady from which its trend is asked instead.
const READINGS_FOR_A_TREND: usize = 8;
/// Natural collections that must lie between, one in each fifth of the time.
const PARTS_OF_STEADY: usize = 5;
/// How far from the line they may be, as a share of the growth: a rise that dies away, and has a third of its rate left
/// in the last two fifths, is farther.
const MOST_OFF_LINE_SHARE: f64 = 0.2;
/// See `trend/cycles`.
const REPEATED_SHARE: f64 = 0.25;

/// The live heap at the moments of the snapshots, in bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Ends {
    /// At the start of the first steady: seconds since the run began, and bytes.
    pub start: (f64, f64),
    /// At the end of the last one.
    pub end: (f64, f64),
    /// After each settle, likewise.
    settled: Vec<(f64, f64)>,
}

impl Ends {
    /// Reads them off the snapshots; none where no live objects were counted at both ends.
    pub fn read(evidence: &Evidence) -> Option<Ends> {
        let SnapshotReadings { start, end, settled } = SnapshotReadings::read(evidence, live)?;
        let [start, end] = [start, end].map(|read| (read.snapshot.elapsed_s, read.value));
        let settled = settled.iter().map(|read| (read.snapshot.elapsed_s, read.value)).collect();
        let ends = Ends { start, end, settled };
        (ends.end.0 > ends.start.0).then_some(ends)
    }

    /// What grew and was not freed in settle.
    fn growth(&self) -> f64 {
        self.settled.last().map_or(self.end.1, |(_, settled)| settled.min(self.end.1)) - self.start.1
    }

    /// What each cycle after the first has added: what is left after a settle, less what was left after the one before.
    fn later_rises(&self) -> Vec<f64> {
        self.settled.windows(2).map(|two| two[1].1 - two[0].1).collect()
    }

    /// Seconds of load of each of those cycles, by its requests where they are counted: its warm-up has some as well.
    fn load_s(&self, evidence: &Evidence, steady: &Steady) -> Option<f64> {
        let ((from, _), (until, _)) = (self.settled.first()?, self.settled.last()?);
        let counted = |t: f64| evidence.recording.requests_at(t);
        let cycles = (self.settled.len() - 1) as f64;
        let by_requests = || {
            Some((counted(*until)? - counted(*from)?) / steady.request_rate()? / cycles).filter(|s| *s > 0.0)
        };
        by_requests().or_else(|| Some(steady.seconds() / steady.stretches.len().max(1) as f64))
    }
}

/// All objects of a snapshot; none where it counts none.
fn live(snapshot: &TaskSnapshot) -> Option<f64> {
    let is_class = |id: &String| snapshot.groups.iter().any(|g| g.kind == GroupKind::Class && g.id == *id);
    let of_classes = snapshot.counts.iter().filter(|(id, _)| is_class(id)).map(|(_, bytes)| *bytes as f64);
    of_classes.reduce(|sum, bytes| sum + bytes)
}

/// What the live heap does, where too few readings fall into steady for a trend of their own; none where the series
/// itself can be asked, or nothing was counted.
pub fn trend_from_snapshots(evidence: &Evidence, steady: &Steady) -> Option<Trend> {
    let series = evidence.recording.series(SeriesId::MemLive)?;
    let times = evidence.recording.elapsed_s.iter().zip(&series.samples);
    let readings = times.filter(|(t, value)| steady.holds(**t) && value.get().is_some()).count();
    if readings >= READINGS_FOR_A_TREND {
        return None;
    }
    let ends = Ends::read(evidence)?;
    let same = least_seen(&SeriesId::MemLive);
    let growth = ends.growth();
    let rises = ends.later_rises();
    let (direction, goes_on) = match () {
        () if !rises.is_empty() => across_cycles(&ends, &rises, same),
        () if growth < same => (Direction::Stable, GoesOn::NoGrowth),
        () if rises_evenly(evidence, &ends, growth) => (Direction::Growing, GoesOn::RisesEvenly),
        () => (Direction::Inconclusive, GoesOn::Unknown),
    };
    let seconds = steady.seconds().max(f64::MIN_POSITIVE);
    // what requests in flight and lazy parts hold at one moment and not at another
    let within = |growth: f64| Estimate { value: growth, lo: growth - same, hi: growth + same };
    let slope = match rises.is_empty() {
        true => within(growth).scaled(1.0 / seconds),
        false => {
            let mean = rises.iter().sum::<f64>() / rises.len() as f64;
            within(mean).scaled(1.0 / ends.load_s(evidence, steady).unwrap_or(seconds).max(f64::MIN_POSITIVE))
        }
    };
    let per_request = steady.request_rate().map(|rate| slope.scaled(1.0 / rate));
    Some(Trend {
        direction,
        shape: if direction == Direction::Growing { Shape::Linear } else { Shape::TooShort },
        start: Some(ends.start.1),
        end: Some(ends.end.1),
        slope: Some(slope),
        slope_over_s: None,
        per_request,
        detectable_per_s: Some(slope.hi.max(same / seconds)),
        detectable_per_request: None,
        needs_s: None,
        recovered: ends.settled.last().map(|(_, settled)| {
            let grown = ends.end.1 - ends.start.1;
            if grown > 0.0 { ((ends.end.1 - settled) / grown).clamp(0.0, 1.0) } else { 0.0 }
        }),
        // the readings are exact: there is no noise by which a heap that does not grow would seem to
        p_value: if direction == Direction::Growing { 0.0 } else { 1.0 },
        reason: TrendReason::Ends { seconds, goes_on },
        read: Some(ReadEnds { start: ends.start.1, end: ends.end.1 }),
    })
}

fn across_cycles(ends: &Ends, rises: &[f64], same: f64) -> (Direction, GoesOn) {
    let first = (ends.settled[0].1 - ends.start.1).max(0.0);
    let least = rises.iter().copied().fold(f64::INFINITY, f64::min);
    match rises[rises.len() - 1] {
        _ if least >= same.max(REPEATED_SHARE * first) => (Direction::Growing, GoesOn::EachCycleAdded),
        last if last < same => (Direction::Stable, GoesOn::LastCycleAddedNothing),
        _ => (Direction::Inconclusive, GoesOn::CyclesDiffer),
    }
}

/// Whether the heap as of each natural collection within steady, one in each fifth at least, kept to the line between
/// the ends.
fn rises_evenly(evidence: &Evidence, ends: &Ends, growth: f64) -> bool {
    let ((from, start), (until, _)) = (ends.start, ends.end);
    let (Some(heap), Some(collections)) =
        (evidence.recording.series(SeriesId::Heap), evidence.recording.series(SeriesId::GcCollections))
    else {
        return false;
    };
    let mut seen = [false; PARTS_OF_STEADY];
    let mut before: Option<f64> = None;
    for (i, at) in evidence.recording.elapsed_s.iter().enumerate() {
        let (Some(bytes), Some(count)) = (heap.samples[i].get(), collections.samples[i].get()) else {
            continue;
        };
        let collected = before.replace(count).is_some_and(|before| count > before);
        if !collected || *at <= from || *at >= until {
            continue;
        }
        let passed = (at - from) / (until - from);
        if (bytes - (start + passed * growth)).abs() > MOST_OFF_LINE_SHARE * growth {
            return false;
        }
        seen[((passed * PARTS_OF_STEADY as f64) as usize).min(PARTS_OF_STEADY - 1)] = true;
    }
    seen.iter().all(|seen| *seen)
}

#[cfg(test)]
mod tests;
