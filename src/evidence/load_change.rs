//! The load was changed by hand: what came before is no longer judged.

use super::{DrivenPlan, EventKind, Evidence, Moment, Phase, Workload};
use crate::units::Rate;

/// Why the load of a run stays as planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FixedLoad {
    /// soak sends none.
    Observed,
    /// Answers set its pace.
    ClosedLoop,
    /// Its rate follows a shape.
    Shape,
    /// Requests are dealt in blocks, by which growth is attributed.
    Blocks,
}

impl DrivenPlan {
    /// Why its load cannot be changed by hand; none where it can.
    pub fn fixed_load(&self) -> Option<FixedLoad> {
        match self.rate {
            Rate::Max => Some(FixedLoad::ClosedLoop),
            Rate::PerSecond(_) if self.pattern.shape.is_some() => Some(FixedLoad::Shape),
            Rate::PerSecond(_) if self.block_design().is_some() => Some(FixedLoad::Blocks),
            Rate::PerSecond(_) => None,
        }
    }
}

impl Evidence {
    /// When a person last changed the load, in seconds since the run began; none if it never was.
    pub fn last_load_change(&self) -> Option<f64> {
        self.load_changes().next().map(|(elapsed_s, _)| elapsed_s)
    }

    /// Whether a person has paused the load and not resumed it.
    pub fn is_load_paused(&self) -> bool {
        self.load_changes().next().is_some_and(|(_, per_s)| per_s.is_none())
    }

    /// When and to how many requests per second, the last first.
    fn load_changes(&self) -> impl Iterator<Item = (f64, Option<f64>)> {
        self.events.iter().rev().filter_map(|event| match event.kind {
            EventKind::LoadChanged { per_s } => Some((event.elapsed_s, per_s)),
            _ => None,
        })
    }

    /// Takes all load before the last change of it, and what settled after it, for warm-up, and the rate since then for
    /// the one that was asked for. Latency is the business of who adds it up.
    pub fn judge_from_last_load_change(&mut self) {
        let Some(from_s) = self.last_load_change() else { return };
        let rate = self.load_changes().find_map(|(_, per_s)| per_s);
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
        if let (Some(rate), Some(plan)) = (rate, &mut self.plan)
            && let Workload::Driven(driven) = &mut plan.workload
        {
            driven.rate = Rate::PerSecond(rate);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Event, Ids, PlanRecord, Recording, TaskSnapshot};
    use super::*;

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
        evidence.judge_from_last_load_change();
        use Phase::{Settle, Steady, Warmup};
        assert_eq!(evidence.recording.phases, [Warmup, Warmup, Steady, Steady, Settle]);
        assert_eq!(evidence.events.len(), 2, "the first steady is forgotten");
        assert_eq!(evidence.snapshots.iter().map(|s| s.elapsed_s).collect::<Vec<_>>(), [2.0]);
        assert_eq!(evidence.driven().unwrap().rate, Rate::PerSecond(110.0));
        assert!(!evidence.is_load_paused());
        evidence.judge_from_last_load_change();
        assert_eq!(evidence.recording.phases, [Warmup, Warmup, Steady, Steady, Settle], "once is enough");
    }
}
