//! Where in steady judging begins: what came before is taken for warm-up.

use super::{EventKind, Evidence, Moment, Phase, TaskSnapshot};

/// Whether a closer look says something of what is judged from then on.
fn is_kept(snapshot: &TaskSnapshot, from_s: f64) -> bool {
    let of_judged = matches!(snapshot.moment, Moment::SteadyStart | Moment::SteadyEnd | Moment::Settled);
    snapshot.elapsed_s >= from_s || !of_judged
}

impl Evidence {
    /// Takes all load before the last change of it by hand, and before all keys had been seen, and what settled after
    /// it, for warm-up. Latency is the business of who adds it up.
    pub fn keep_what_is_judged(&mut self) {
        let Some(from_s) = self.judged_from_s() else { return };
        let is_judged = |phase: Phase| matches!(phase, Phase::Steady | Phase::Settle);
        let recording = &mut self.recording;
        for (at, phase) in recording.elapsed_s.iter().zip(&mut recording.phases) {
            if *at < from_s && is_judged(*phase) {
                *phase = Phase::Warmup;
            }
        }
        self.snapshots.retain(|snapshot| is_kept(snapshot, from_s));
        let changed_s = self.last_load_change();
        self.events.retain(|event| match event.kind {
            EventKind::Phase { phase } => event.elapsed_s >= from_s || !is_judged(phase),
            // floors of cycles under another load say nothing of this one
            EventKind::Cycle { .. } => changed_s.is_none_or(|changed_s| event.elapsed_s >= changed_s),
            _ => true,
        });
        self.take_changed_rate();
    }

    /// Takes in a closer look, unless it is of a part of steady that is not judged.
    pub fn add_snapshot(&mut self, snapshot: TaskSnapshot) {
        if self.judged_from_s().is_none_or(|from_s| is_kept(&snapshot, from_s)) {
            self.snapshots.push(snapshot);
        }
    }

    /// The last moment from which on steady is judged; none where all of it is.
    pub fn judged_from_s(&self) -> Option<f64> {
        // blocks cannot begin in the middle
        let in_blocks = self.is_dealt_to_blocks();
        let begins_anew = |kind: &EventKind| match kind {
            EventKind::LoadChanged { .. } => true,
            EventKind::KeysSeen { .. } => !in_blocks,
            _ => false,
        };
        self.events.iter().rev().find(|event| begins_anew(&event.kind)).map(|event| event.elapsed_s)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{DrivenPlan, Event, PlanRecord, Recording};
    use super::*;
    use crate::units::Rate;

    #[test]
    fn what_was_steady_before_the_last_change_is_warm_up() {
        let event = |elapsed_s, kind| Event { elapsed_s, kind };
        let steady = || EventKind::Phase { phase: Phase::Steady };
        let snapshot = |elapsed_s| TaskSnapshot { elapsed_s, ..TaskSnapshot::at(Moment::SteadyStart) };
        let mut evidence = Evidence {
            recording: Recording {
                elapsed_s: vec![0.0, 1.0, 2.0, 3.0, 4.0],
                phases: vec![Phase::Warmup, Phase::Steady, Phase::Steady, Phase::Steady, Phase::Settle],
                ..Recording::default()
            },
            plan: Some(PlanRecord::example_of(DrivenPlan::example())),
            snapshots: [1.0, 2.0].map(snapshot).to_vec(),
            events: vec![
                event(0.0, EventKind::Cycle { number: 1 }),
                event(1.0, steady()),
                event(2.0, EventKind::LoadChanged { per_s: Some(110.0) }),
                event(2.0, steady()),
            ],
            ..Evidence::default()
        };
        evidence.keep_what_is_judged();
        use Phase::{Settle, Steady, Warmup};
        assert_eq!(evidence.recording.phases, [Warmup, Warmup, Steady, Steady, Settle]);
        assert_eq!(evidence.events.len(), 2, "the first steady is forgotten");
        assert_eq!(evidence.snapshots.iter().map(|s| s.elapsed_s).collect::<Vec<_>>(), [2.0]);
        assert_eq!(evidence.driven().unwrap().rate, Rate::PerSecond(110.0));
        assert!(!evidence.is_load_paused());
        evidence.keep_what_is_judged();
        assert_eq!(evidence.recording.phases, [Warmup, Warmup, Steady, Steady, Settle], "once is enough");
    }

    #[test]
    fn keys_that_were_all_seen_begin_steady_anew_and_cost_no_cycle() {
        let event = |elapsed_s, kind| Event { elapsed_s, kind };
        let seen = event(2.0, EventKind::KeysSeen { keys: 9 });
        let evidence = |load: DrivenPlan| Evidence {
            recording: Recording {
                elapsed_s: vec![0.0, 1.0, 2.0, 3.0],
                phases: vec![Phase::Warmup, Phase::Steady, Phase::Steady, Phase::Steady],
                ..Recording::default()
            },
            plan: Some(PlanRecord::example_of(load)),
            events: vec![event(0.0, EventKind::Cycle { number: 1 }), seen.clone()],
            ..Evidence::default()
        };
        let mut run = evidence(DrivenPlan::example());
        run.keep_what_is_judged();
        use Phase::{Steady, Warmup};
        assert_eq!(run.recording.phases, [Warmup, Warmup, Steady, Steady]);
        assert_eq!(run.events.len(), 2, "the floors of cycles are of the same load");
        run.add_snapshot(TaskSnapshot { elapsed_s: 1.5, ..TaskSnapshot::at(Moment::SteadyStart) });
        assert!(run.snapshots.is_empty(), "it is of what is not judged");
        let mut in_blocks = evidence(DrivenPlan::example_in_blocks());
        in_blocks.keep_what_is_judged();
        assert_eq!(in_blocks.recording.phases[1], Steady, "blocks cannot begin in the middle");
    }
}
