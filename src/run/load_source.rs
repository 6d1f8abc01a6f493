//! Where the load of a run comes from: soak's driver, or something else that soak knows nothing of.

use std::time::Duration;

use crate::drive::{Driver, Interval};
use crate::evidence::{Phase, PlanRecord};
use crate::workload::Load;

use super::stages::Stage;

/// Sends the load of one run, if soak does.
pub(super) struct LoadSource(Option<Driver>);

impl LoadSource {
    pub(super) fn new(driver: Option<Driver>) -> LoadSource {
        LoadSource(driver)
    }

    /// A stage begins, and perhaps load with it.
    pub(super) fn begin(&self, stage: &Stage, plan: &PlanRecord, now: Duration) {
        let phases = &plan.phases;
        if let (true, Some(driver), Some(load)) = (stage.begins_load(phases), &self.0, plan.driven()) {
            let (warmup, steady) = (phases.warmup.0, phases.steady.0);
            let (requests, pattern) = (load.requests, load.pattern.clone());
            driver.begin(Load { start: now, warmup, steady, requests, pattern });
        }
    }

    /// Whether steady has sent all that --requests asked for.
    pub(super) fn is_done(&self, stage: &Stage, plan: &PlanRecord) -> bool {
        let counted =
            stage.phase == Phase::Steady && plan.driven().is_some_and(|load| load.requests.is_some());
        counted && self.0.as_ref().is_some_and(Driver::steady_done)
    }

    /// An inspection keeps the target busy from this time on.
    pub(super) fn probing_begins(&self, now: Duration) {
        self.0.iter().for_each(|driver| driver.probing_begins(now));
    }

    /// One of the inspections is over.
    pub(super) fn probing_ends(&self, now: Duration) {
        self.0.iter().for_each(|driver| driver.probing_ends(now));
    }

    /// No more load.
    pub(super) fn stop(&self) {
        self.0.iter().for_each(Driver::stop);
    }

    /// Requests answered so far.
    pub(super) fn answered(&self) -> Option<u64> {
        self.0.as_ref().map(Driver::answered_total)
    }

    /// What was driven since the last count.
    pub(super) fn take(&mut self) -> Option<Interval> {
        self.0.as_mut().map(Driver::drain)
    }

    /// The last count.
    pub(super) fn finish(self) -> Option<Interval> {
        self.0.map(Driver::finish)
    }
}
