//! What the progress line is told once a second, read off the mirror.

use std::time::Duration;

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
    let recent: Vec<_> = evidence.load.iter().rev().filter(|row| row.is_normal()).take(6).collect();
    let seconds = match (recent.first(), recent.last()) {
        (Some(last), Some(first)) => last.elapsed_s - first.elapsed_s,
        _ => 0.0,
    };
    let sent: u64 = recent.iter().take(recent.len().saturating_sub(1)).map(|r| r.sent).sum();
    Status {
        elapsed: Duration::from_secs_f64(evidence.recording.elapsed_s.last().copied().unwrap_or(0.0)),
        left,
        cycle: Some(Cycle { number: stage.cycle, of: cycles }),
        rate_held: (stage.phase.has_load() && seconds > 0.0 && counts.due > 0).then(|| sent as f64 / seconds),
        counted: (counts.due == 0).then(|| counted_per_s(mirror)).flatten(),
        errors: counts.failed - counts.dropped,
        dropped: counts.dropped,
        rss_bytes: mirror.last("rss_bytes"),
        tasks: mirror.last("tasks"),
        ..Status::new(stage.phase)
    }
}
