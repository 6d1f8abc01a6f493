//! The load was changed by hand.

use super::{DrivenPlan, EventKind, Evidence, Workload};
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

    /// The rate since the last change of the load, where that is not paused, takes the place of the one that was asked
    /// for.
    pub(super) fn take_changed_rate(&mut self) {
        let rate = self.load_changes().find_map(|(_, per_s)| per_s);
        if let (Some(rate), Some(plan)) = (rate, &mut self.plan)
            && let Workload::Driven(driven) = &mut plan.workload
        {
            driven.rate = Rate::PerSecond(rate);
        }
    }
}
