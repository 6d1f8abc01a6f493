//! What snapshots at the ends of steady and after settle show by themselves, however seldom a count was read between.
//!
//! A rise by thousands that is still there once load has ended is neither chance nor requests in flight, and a rise of which
//! the runtime proves the most needs no settle. Below that, two ends do not show whether a growth goes on: a pool may have
//! filled.

use statrs::distribution::{ContinuousCDF, Normal};

use super::snapshot_readings::SnapshotReadings;
use crate::evidence::{Evidence, GroupKind, SeriesId, TaskSnapshot};
use crate::findings::Estimate;

/// "By thousands": pools of workers and of threads stay below it.
const LEAST_GROWTH: f64 = 1_000.0;
/// The least growth per request, where requests are counted.
const LEAST_PER_REQUEST: f64 = 0.01;
/// The least growth of what the runtime proves to be stuck, and its least share of the whole growth.
const LEAST_PROVEN: f64 = 10.0;
const LEAST_PROVEN_SHARE: f64 = 0.5;
/// The share of a growth that may be gone after settle: some of it was in flight.
pub(super) const MOST_FREED: f64 = 0.05;
/// Half the width of a 95 % interval, in standard deviations.
const Z95: f64 = 1.96;

/// A count at the moments of the snapshots.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SnapshotEnds {
    /// At the start of steady.
    pub start: f64,
    /// At its end.
    pub end: f64,
    /// After settle, where the run went so far.
    pub settled: Option<f64>,
    /// So many more can never wake, as the runtime proves, where it was asked at both ends.
    pub proven: Option<f64>,
    /// Between start and end, in seconds.
    pub seconds: f64,
    /// Requests answered between them, where they are counted.
    pub requests: Option<f64>,
}

impl SnapshotEnds {
    /// All that a series of task counts counts, by the snapshots; none where one was not taken at both ends of steady, or
    /// the series is not of tasks that snapshots list.
    pub fn read(evidence: &Evidence, id: &SeriesId) -> Option<SnapshotEnds> {
        let kind = match id {
            SeriesId::Goroutines => GroupKind::Goroutine,
            // the count of tasks repeats the best count that is read
            SeriesId::Tasks if evidence.recording.series(SeriesId::Goroutines).is_some() => {
                GroupKind::Goroutine
            }
            _ => return None,
        };
        let count = |snapshot: &TaskSnapshot| -> Option<f64> {
            let is_of_kind = |id: &String| snapshot.groups.iter().any(|g| g.kind == kind && g.id == *id);
            let of_kind = snapshot.counts.iter().filter(|(id, _)| is_of_kind(id));
            of_kind.map(|(_, count)| *count as f64).reduce(|sum, count| sum + count)
        };
        let SnapshotReadings { start, end, settled } = SnapshotReadings::read(evidence, count)?;
        let (first, last) = (start.snapshot, end.snapshot);
        let after = settled.last().filter(|settled| settled.snapshot.elapsed_s >= last.elapsed_s);
        let requests = |t: f64| evidence.recording.requests_at(t);
        let answered = requests(last.elapsed_s).zip(requests(first.elapsed_s)).map(|(b, a)| b - a);
        let proven = last.proven_total().zip(first.proven_total()).map(|(b, a)| b as f64 - a as f64);
        Some(SnapshotEnds {
            start: start.value,
            end: end.value,
            settled: after.map(|settled| settled.value),
            proven,
            seconds: last.elapsed_s - first.elapsed_s,
            requests: answered.filter(|n| *n > 0.0),
        })
    }

    /// Whether this is a growth that snapshots alone establish; see the head of this file.
    pub fn lasts(&self) -> bool {
        let growth = self.growth();
        growth >= LEAST_GROWTH
            && self.settled.is_some_and(|settled| self.end - settled <= MOST_FREED * growth)
            && self.counts(growth)
    }

    /// Whether the runtime proves the most of a growth, however few they are and whether or not load has ended.
    pub fn is_proven(&self) -> bool {
        self.proven.is_some_and(|proven| {
            proven >= LEAST_PROVEN.max(LEAST_PROVEN_SHARE * self.growth()) && self.counts(proven)
        })
    }

    fn counts(&self, growth: f64) -> bool {
        let enough = |requests: f64| growth >= LEAST_PER_REQUEST * requests;
        self.seconds > 0.0 && self.growth() > 0.0 && self.requests.is_none_or(enough)
    }

    /// From start to end.
    pub fn growth(&self) -> f64 {
        self.end - self.start
    }

    /// The growth with its interval: what is in flight at a moment varies like a Poisson count, by the root of its mean.
    pub fn estimate(&self) -> Estimate {
        let half = Z95 * self.deviation();
        Estimate { value: self.growth(), lo: self.growth() - half, hi: self.growth() + half }
    }

    /// The chance that two counts of one level differ by as much.
    pub fn p_value(&self) -> f64 {
        Normal::new(self.growth(), self.deviation()).map_or(1.0, |normal| normal.cdf(0.0))
    }

    fn deviation(&self) -> f64 {
        (self.start.max(0.0) + self.end.max(0.0)).max(1.0).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENDS: SnapshotEnds = SnapshotEnds {
        start: 685.0,
        end: 3534.0,
        settled: Some(3534.0),
        proven: None,
        seconds: 57.0,
        requests: Some(2850.0),
    };

    #[test]
    fn thousands_that_stay_are_a_growth_by_themselves() {
        assert!(ENDS.lasts() && ENDS.p_value() < 1e-9);
        let Estimate { value, lo, hi } = ENDS.estimate();
        assert!(value == 2849.0 && lo > 2700.0 && hi < 3000.0, "{lo} to {hi}");
    }

    #[test]
    fn what_ends_with_the_load_is_a_pool_or_is_rare_is_not() {
        assert!(!SnapshotEnds { settled: Some(900.0), ..ENDS }.lasts(), "in flight");
        assert!(!SnapshotEnds { start: 0.0, end: 500.0, settled: Some(500.0), ..ENDS }.lasts(), "a pool");
        assert!(!SnapshotEnds { requests: Some(1e6), ..ENDS }.lasts(), "2,849 of a million requests");
        assert!(SnapshotEnds { requests: None, ..ENDS }.lasts());
        assert!(!SnapshotEnds { settled: None, ..ENDS }.lasts(), "load had not ended");
    }

    #[test]
    fn what_the_runtime_proves_needs_no_settle() {
        let ended_early = SnapshotEnds { start: 7004.0, end: 7878.0, settled: None, ..ENDS };
        assert!(!ended_early.is_proven());
        assert!(SnapshotEnds { proven: Some(860.0), ..ended_early }.is_proven());
        assert!(!SnapshotEnds { proven: Some(60.0), ..ended_early }.is_proven(), "most of it is in flight");
    }
}
