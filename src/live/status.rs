//! Where a run stands, read from what was recorded so far: the state that the views draw.

use std::time::Duration;

use crate::evidence::{ErrorKind, LoadRow, Phase, SeriesId};
use crate::findings::{Absence, ErrorCounts, WorstError};
use crate::judge::gone_now;
use crate::record::Mirror;

/// The rate is that of the last seconds: the latest row may cover a part of a second only.
const SECONDS_OF_RATE: usize = 5;
/// A target's own counter is read this many samples back.
const SAMPLES_OF_RATE: usize = 10;

/// Which repetition of warmup, steady and settle a run is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cycle {
    /// From 1.
    pub number: u32,
    /// How many there are in all.
    pub of: u32,
}

/// Where a run stands; what is not known is none, and is not shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    /// Since the run began.
    pub elapsed: Duration,
    /// Until the run ends as planned; none without a planned end.
    pub left: Option<Duration>,
    /// The phase it is in.
    pub phase: Phase,
    /// The cycle it is in, where there are several.
    pub cycle: Option<Cycle>,
    /// Requests sent each second, of late; none without load.
    pub rate_held: Option<f64>,
    /// Requests answered each second, of late, by the target's own count; soak sends none itself.
    pub counted: Option<f64>,
    /// Requests that ended with an error so far, without those that were dropped.
    pub errors: u64,
    /// The most frequent of them.
    pub worst_error: Option<WorstError>,
    /// Requests that were never sent so far.
    pub dropped: u64,
    /// What the run looks like so far, in a few words, the most important first.
    pub so_far: Vec<String>,
    /// That the target is gone, and for how long.
    pub gone: Option<Absence>,
    /// The target's resident memory.
    pub rss_bytes: Option<f64>,
    /// The best count of the target's tasks.
    pub tasks: Option<f64>,
}

impl Status {
    /// A run that just began.
    pub fn new(phase: Phase) -> Status {
        Status {
            elapsed: Duration::ZERO,
            left: None,
            phase,
            cycle: None,
            rate_held: None,
            counted: None,
            errors: 0,
            worst_error: None,
            dropped: 0,
            so_far: Vec::new(),
            gone: None,
            rss_bytes: None,
            tasks: None,
        }
    }

    /// A run in this phase and cycle with what it has recorded, and with `left` of its time to go where that is known.
    pub fn from_mirror(mirror: &Mirror, phase: Phase, cycle: Cycle, left: Option<Duration>) -> Status {
        let (evidence, counts) = (mirror.evidence(), mirror.counts());
        let sent = sent_per_s(&evidence.load).filter(|_| phase.has_load() && counts.due > 0);
        let elapsed_s = evidence.recording.elapsed_s.last().copied().unwrap_or(0.0);
        Status {
            elapsed: Duration::from_secs_f64(elapsed_s),
            gone: gone_now(evidence, elapsed_s),
            left,
            cycle: Some(cycle),
            rate_held: sent,
            counted: if counts.due == 0 { counted_per_s(mirror) } else { None },
            errors: counts.failed - counts.dropped,
            worst_error: worst_of_sent(mirror),
            dropped: counts.dropped,
            rss_bytes: mirror.last(&SeriesId::Rss),
            tasks: mirror.last(&SeriesId::Tasks),
            ..Status::new(phase)
        }
    }
}

/// What requests of all phases failed with so far.
pub(super) fn errors_so_far(mirror: &Mirror) -> ErrorCounts {
    let counts = mirror.counts();
    let by_kind = ErrorKind::ALL.into_iter().zip(counts.errors).filter(|(_, n)| *n > 0);
    ErrorCounts {
        ratio: counts.failed as f64 / counts.due.max(1) as f64,
        by_kind: by_kind.map(|(kind, n)| (kind.to_string(), n)).collect(),
        by_status: counts.statuses.iter().collect(),
    }
}

/// The most frequent error of requests that were sent.
fn worst_of_sent(mirror: &Mirror) -> Option<WorstError> {
    let mut errors = errors_so_far(mirror);
    errors.by_kind.remove(&ErrorKind::Dropped.to_string());
    errors.worst(mirror.counts().done)
}

/// Requests sent each second over the last rows of load; none before there are two moments.
fn sent_per_s(load: &[LoadRow]) -> Option<f64> {
    let moments = load.chunk_by(|a, b| a.elapsed_s == b.elapsed_s).rev().take(SECONDS_OF_RATE + 1);
    let sent = |rows: &[LoadRow]| rows.iter().filter(|row| row.is_normal()).map(|row| row.sent).sum::<u64>();
    let recent: Vec<(f64, u64)> = moments.map(|rows| (rows[0].elapsed_s, sent(rows))).collect();
    let (last, first) = (recent.first()?, recent.last()?);
    let seconds = last.0 - first.0;
    // what the first moment counted was sent before it
    let sent: u64 = recent.iter().take(recent.len() - 1).map(|(_, sent)| sent).sum();
    (seconds > 0.0).then(|| sent as f64 / seconds)
}

/// Requests answered each second over the last samples, by the target's own counter.
fn counted_per_s(mirror: &Mirror) -> Option<f64> {
    let recording = &mirror.evidence().recording;
    let recent = recording.elapsed_s.iter().zip(&recording.requests_total).rev().take(SAMPLES_OF_RATE);
    let mut read = recent.filter_map(|(at, count)| Some((*at, count.get()?)));
    let (last, first) = (read.next()?, read.next_back()?);
    (last.0 > first.0).then(|| (last.1 - first.1) / (last.0 - first.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(elapsed_s: f64, sent: u64) -> LoadRow {
        LoadRow { elapsed_s, sent, behaviour: "normal".into(), ..LoadRow::default() }
    }

    #[test]
    fn the_worst_error_is_the_most_frequent_of_those_that_were_sent() {
        let mut row = LoadRow { due: 9000, done: 5000, dropped: 4000, ..row(9.0, 5000) };
        row.errors[ErrorKind::Timeout as usize] = 1190;
        row.errors[ErrorKind::Status4xx as usize] = 10;
        row.errors[ErrorKind::Dropped as usize] = 4000;
        row.statuses.add(404, 10);
        let status = |row: &LoadRow| {
            let (mirror, cycle) = (Mirror::with_load(row.clone()), Cycle { number: 1, of: 1 });
            Status::from_mirror(&mirror, Phase::Steady, cycle, None)
        };
        let worst = |row: &LoadRow| status(row).worst_error.map(|worst| (worst.kind, worst.status));
        assert_eq!(status(&row).errors, 1200);
        assert_eq!(worst(&row), Some(("timeout".into(), None)));
        row.errors[ErrorKind::Status4xx as usize] = 2000;
        row.statuses.add(404, 1990);
        assert_eq!(worst(&row), Some(("4xx".into(), Some(404))));
    }

    #[test]
    fn the_rate_is_that_of_the_last_five_seconds() {
        assert_eq!(sent_per_s(&[row(1.0, 10)]), None);
        let load: Vec<LoadRow> = (1..=20).map(|s| row(f64::from(s), if s > 15 { 50 } else { 10 })).collect();
        assert_eq!(sent_per_s(&load), Some(50.0));
        let of_two_requests: Vec<LoadRow> =
            (1..=20).flat_map(|s| [row(f64::from(s), 10), row(f64::from(s), 20)]).collect();
        assert_eq!(sent_per_s(&of_two_requests), Some(30.0));
    }
}
