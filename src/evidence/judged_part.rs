//! Where in steady judging begins: what came before is taken for warm-up.

use super::{EventKind, Evidence, Moment, Phase};

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
        let of_judged =
            |moment: Moment| matches!(moment, Moment::SteadyStart | Moment::SteadyEnd | Moment::Settled);
        self.snapshots.retain(|snapshot| snapshot.elapsed_s >= from_s || !of_judged(snapshot.moment));
        self.events.retain(|event| {
            let forgotten = match event.kind {
                EventKind::Phase { phase } => is_judged(phase),
                // floors of cycles under another load say nothing of this one
                EventKind::Cycle { .. } => true,
                _ => false,
            };
            event.elapsed_s >= from_s || !forgotten
        });
        self.take_changed_rate();
    }

    /// The last moment from which on steady is judged; none where all of it is.
    pub fn judged_from_s(&self) -> Option<f64> {
        let begins_anew =
            |kind: &EventKind| matches!(kind, EventKind::LoadChanged { .. } | EventKind::KeysSeen { .. });
        self.events.iter().rev().find(|event| begins_anew(&event.kind)).map(|event| event.elapsed_s)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{DrivenPlan, Event, Ids, PlanRecord, Recording, TaskSnapshot};
    use super::*;
    use crate::units::Rate;

    #[test]
    fn what_was_steady_before_the_last_change_is_warm_up() {
        let event = |elapsed_s, kind| Event { elapsed_s, kind };
        let steady = || EventKind::Phase { phase: Phase::Steady };
        let snapshot = |elapsed_s| TaskSnapshot {
            elapsed_s,
            moment: Moment::SteadyStart,
            counts: Vec::new(),
            proven: None,
            longest_wait_s: Vec::new(),
            labels: Vec::new(),
            ids: Ids::NotRead,
            times: Vec::new(),
            groups: Vec::new(),
        };
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
}
