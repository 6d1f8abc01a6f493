//! When the target restarted: samples from before belong to a process that has ended.

use super::{Event, EventKind, Gone};

/// When each segment but the first begins, in seconds since the run began.
///
/// After an event that the target is gone, the next segment begins at once, though the new process is found only later:
/// a metrics page answers as soon as the service listens.
pub fn segment_starts(events: &[Event]) -> Vec<f64> {
    let mut gone_at = None;
    let mut began = Vec::new();
    for event in events {
        match event.kind {
            EventKind::TargetGone { who: Gone::Target, .. } => gone_at = Some(event.elapsed_s.next_up()),
            EventKind::Restart { .. } => began.push(gone_at.take().unwrap_or(event.elapsed_s)),
            _ => {}
        }
    }
    began
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_begins_when_the_last_process_ended() {
        let at = |elapsed_s: f64, kind: EventKind| Event { elapsed_s, kind };
        let gone = |who| EventKind::TargetGone { reason: String::new(), who };
        let restart = || EventKind::Restart { pid_before: 1, pid_after: 2 };
        let events = [
            at(3.0, restart()),
            at(5.0, gone(Gone::Target)),
            at(6.5, restart()),
            at(8.0, restart()),
            at(9.0, gone(Gone::Target)),
        ];
        assert_eq!(segment_starts(&events), [3.0, 5.0_f64.next_up(), 8.0]);
    }
}
