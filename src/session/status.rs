//! What the progress line is told once a second, read off the mirror.

use std::time::Duration;

use crate::evidence::{LoadRow, SeriesId};
use crate::live::{Cycle, Status};
use crate::record::Mirror;
use crate::run::Stage;

/// Requests each second over the last samples, by the target's own count.
fn counted_per_s(mirror: &Mirror) -> Option<f64> {
    let recording = &mirror.evidence().recording;
    let recent = recording.elapsed_s.iter().zip(&recording.requests_total).rev().take(10);
    let mut read = recent.filter_map(|(at, count)| Some((*at, count.get()?)));
    let (last, first) = (read.next()?, read.next_back()?);
    (last.0 > first.0).then(|| (last.1 - first.1) / (last.0 - first.0))
}

/// The run as it stands in this stage, with `left` of its time to go, where anybody knows.
pub fn status(mirror: &Mirror, stage: Stage, cycles: u32, left: Option<Duration>) -> Status {
    let (evidence, counts) = (mirror.evidence(), mirror.counts());
    // the latest row may speak of a part of a second only; five of them make a rate
    let moments = evidence.load.chunk_by(|a, b| a.elapsed_s == b.elapsed_s).rev().take(6);
    let sent = |rows: &[LoadRow]| rows.iter().filter(|row| row.is_normal()).map(|row| row.sent).sum::<u64>();
    let recent: Vec<(f64, u64)> = moments.map(|rows| (rows[0].elapsed_s, sent(rows))).collect();
    let seconds = match (recent.first(), recent.last()) {
        (Some(last), Some(first)) => last.0 - first.0,
        _ => 0.0,
    };
    let sent: u64 = recent.iter().take(recent.len().saturating_sub(1)).map(|(_, sent)| sent).sum();
    Status {
        elapsed: Duration::from_secs_f64(evidence.recording.elapsed_s.last().copied().unwrap_or(0.0)),
        left,
        cycle: Some(Cycle { number: stage.cycle, of: cycles }),
        rate_held: (stage.phase.has_load() && seconds > 0.0 && counts.due > 0).then(|| sent as f64 / seconds),
        counted: (counts.due == 0).then(|| counted_per_s(mirror)).flatten(),
        errors: counts.failed - counts.dropped,
        dropped: counts.dropped,
        rss_bytes: mirror.last(&SeriesId::Rss),
        tasks: mirror.last(&SeriesId::Tasks),
        ..Status::new(stage.phase)
    }
}
