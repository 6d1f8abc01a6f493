//! The load was changed by hand: what was steady until then is no longer judged.

use super::{EventKind, Evidence, Moment, Phase, Workload};
use crate::units::Rate;

impl Evidence {
    /// When a person last changed the load, in seconds since the run began; none if it never was.
    pub fn last_load_change(&self) -> Option<f64> {
        let mut events = self.events.iter().rev();
        events.find(|event| matches!(event.kind, EventKind::LoadChanged { .. })).map(|event| event.elapsed_s)
    }

    /// Takes what was steady before the last change of the load for warm-up, and the rate since then for the one that
    /// was asked for. Latency is the business of who adds it up.
    pub fn judge_from_last_load_change(&mut self) {
        let Some(from_s) = self.last_load_change() else { return };
        let recording = &mut self.recording;
        for (at, phase) in recording.elapsed_s.iter().zip(&mut recording.phases) {
            if *at < from_s && *phase == Phase::Steady {
                *phase = Phase::Warmup;
            }
        }
        let ends_steady = |moment: Moment| matches!(moment, Moment::SteadyStart | Moment::SteadyEnd);
        self.snapshots.retain(|snapshot| snapshot.elapsed_s >= from_s || !ends_steady(snapshot.moment));
        let steady = EventKind::Phase { phase: Phase::Steady };
        self.events.retain(|event| event.elapsed_s >= from_s || event.kind != steady);
        let rates = self.events.iter().rev().filter_map(|event| match event.kind {
            EventKind::LoadChanged { per_s } => per_s,
            _ => None,
        });
        if let (Some(rate), Some(plan)) = (rates.take(1).next(), &mut self.plan)
            && let Workload::Driven(driven) = &mut plan.workload
        {
            driven.rate = Rate::PerSecond(rate);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Event, Recording};
    use super::*;

    #[test]
    fn what_was_steady_before_the_last_change_is_warm_up() {
        let event = |elapsed_s, kind| Event { elapsed_s, kind };
        let steady = || EventKind::Phase { phase: Phase::Steady };
        let mut evidence = Evidence {
            recording: Recording {
                elapsed_s: vec![0.0, 1.0, 2.0, 3.0, 4.0],
                phases: vec![Phase::Warmup, Phase::Steady, Phase::Steady, Phase::Steady, Phase::Settle],
                ..Recording::default()
            },
            events: vec![
                event(1.0, steady()),
                event(2.0, EventKind::LoadChanged { per_s: Some(110.0) }),
                event(2.0, steady()),
            ],
            ..Evidence::default()
        };
        evidence.judge_from_last_load_change();
        use Phase::{Settle, Steady, Warmup};
        assert_eq!(evidence.recording.phases, [Warmup, Warmup, Steady, Steady, Settle]);
        assert_eq!(evidence.events.len(), 2, "the first steady is forgotten");
        evidence.judge_from_last_load_change();
        assert_eq!(evidence.recording.phases, [Warmup, Warmup, Steady, Steady, Settle], "once is enough");
    }
}
