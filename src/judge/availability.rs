//! Whether the target was away, for how long, and whether that decides the run.

use crate::evidence::{EventKind, Evidence, Gone, Judging};
use crate::findings::{Absence, AbsenceKind};
use crate::units::Span;

/// That the target failed, if it did: it is gone at the end, or was for longer than --down-after.
pub fn failed(evidence: &Evidence) -> Option<Absence> {
    absence(evidence)
}

/// That it makes no sense to go on at this moment of a run: the target has been gone for longer than it may.
pub fn lost(evidence: &Evidence, now_s: f64) -> Option<Absence> {
    let absence = absence(evidence)?;
    let AbsenceKind::SinceThen(_) = absence.kind else { return Some(absence) };
    let away = |absence: &Absence| matches!(absence.kind, AbsenceKind::UntilNow(away) if away > down_after(evidence));
    gone_now(evidence, now_s).filter(away)
}

/// That the target is gone at this moment of a run, and for how long it has been.
pub fn gone_now(evidence: &Evidence, now_s: f64) -> Option<Absence> {
    let absence = absence(evidence)?;
    let AbsenceKind::SinceThen(since_s) = absence.kind else { return None };
    let away = Span::from_secs_f64((now_s - since_s).max(0.0));
    Some(Absence { kind: AbsenceKind::UntilNow(away), ..absence })
}

fn down_after(evidence: &Evidence) -> Span {
    evidence.plan.as_ref().map_or_else(|| Judging::default().down_after, |plan| plan.judging.down_after)
}

fn absence(evidence: &Evidence) -> Option<Absence> {
    let mut gone: Option<(f64, &str)> = None;
    let mut ended: Option<(f64, &str)> = None;
    for event in &evidence.events {
        match &event.kind {
            EventKind::TargetGone { reason, who: Gone::Command } => ended = Some((event.elapsed_s, reason)),
            EventKind::TargetGone { reason, who: Gone::Target } => gone = Some((event.elapsed_s, reason)),
            EventKind::Restart { .. } => {
                if let Some((since, reason)) = gone.take() {
                    let away = Span::from_secs_f64(event.elapsed_s - since);
                    if away > down_after(evidence) {
                        return Some(Absence { kind: AbsenceKind::CameBack(away), reason: reason.into() });
                    }
                }
            }
            _ => {}
        }
    }
    let (since_s, reason) = ended.or(gone)?;
    Some(Absence { kind: AbsenceKind::SinceThen(since_s), reason: reason.into() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Event;

    fn events(kinds: &[(f64, EventKind)]) -> Evidence {
        let event =
            |(elapsed_s, kind): &(f64, EventKind)| Event { elapsed_s: *elapsed_s, kind: kind.clone() };
        Evidence { events: kinds.iter().map(event).collect(), ..Evidence::default() }
    }

    #[test]
    fn it_makes_no_sense_to_go_on_once_the_target_is_gone_for_longer_than_it_may() {
        let gone = (10.0, EventKind::TargetGone { reason: "exit status 3".into(), who: Gone::Target });
        let evidence = events(std::slice::from_ref(&gone));
        assert_eq!(lost(&evidence, 35.0), None);
        assert!(lost(&evidence, 41.0).is_some_and(|why| why.reason.contains("exit status 3")));
        assert!(failed(&evidence).is_some(), "gone at the end has failed, however short");
        let back = (20.0, EventKind::Restart { pid_before: 1, pid_after: 2 });
        let evidence = events(&[gone, back]);
        assert_eq!((lost(&evidence, 90.0), failed(&evidence)), (None, None));
    }

    #[test]
    fn a_started_command_that_ended_is_not_taken_back_by_a_child_that_goes_on() {
        let ended = (10.0, EventKind::TargetGone { reason: "exit status 0".into(), who: Gone::Command });
        let back = (11.0, EventKind::Restart { pid_before: 1, pid_after: 2 });
        let evidence = events(&[ended, back]);
        assert!(failed(&evidence).is_some_and(|why| why.reason.contains("exit status 0")));
    }
}
