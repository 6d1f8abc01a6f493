//! Where the load of a run comes from: soak's driver, or something else that soak knows nothing of.

use std::time::Duration;

use crate::drive::{Driver, Interval};
use crate::evidence::{LoginCounts, Phase, PlanRecord};
use crate::units::{FASTEST_RATE, Rate};
use crate::workload::{Load, Pattern};

use super::stages::Stage;

/// A rate that is lowered by hand again and again does not end at none.
const SLOWEST_PER_S: f64 = 0.1;

/// Sends the load of one run, if soak does.
pub(super) struct LoadSource {
    driver: Option<Driver>,
    /// The rate as a person has changed it; none as planned.
    changed: Option<Rate>,
}

impl LoadSource {
    pub(super) fn new(driver: Option<Driver>) -> LoadSource {
        LoadSource { driver, changed: None }
    }

    /// The requests per second after a change by this factor; none where the load stays as planned.
    pub(super) fn scaled(&self, plan: &PlanRecord, factor: f64) -> Option<f64> {
        let load = plan.driven().filter(|load| load.fixed_load().is_none())?;
        let rate = self.changed.unwrap_or(load.rate).per_second()?;
        Some((rate * factor).clamp(SLOWEST_PER_S.min(rate), FASTEST_RATE.max(rate)))
    }

    /// From the next load on, so many requests per second.
    pub(super) fn set_rate(&mut self, per_s: f64) {
        let rate = Rate::PerSecond(per_s);
        self.changed = Some(rate);
        self.driver.iter().for_each(|driver| driver.set_rate(rate));
    }

    /// No more load until it begins again. Requests in flight go on.
    pub(super) fn pause(&self, now: Duration) {
        let (none, pattern) = (Duration::ZERO, Pattern::default());
        let nothing = Load { start: now, warmup: none, steady: none, requests: None, pattern };
        self.driver.iter().for_each(|driver| driver.begin(nothing.clone()));
    }

    /// Load at the rate of now, of which so much is warm-up; no ramp leads up to it.
    pub(super) fn begin_again(&self, plan: &PlanRecord, now: Duration, warmup: Duration) {
        self.begin_load(plan, now, warmup, |planned| Pattern { warmup_ramp: false, ..planned });
    }

    /// A stage begins, and perhaps load with it.
    pub(super) fn begin(&self, stage: &Stage, plan: &PlanRecord, now: Duration) {
        if stage.begins_load(&plan.phases) {
            self.begin_load(plan, now, plan.phases.warmup.0, |planned| planned);
        }
    }

    fn begin_load(
        &self,
        plan: &PlanRecord,
        start: Duration,
        warmup: Duration,
        pattern: impl FnOnce(Pattern) -> Pattern,
    ) {
        if let (Some(driver), Some(load)) = (&self.driver, plan.driven()) {
            let (steady, requests) = (plan.phases.steady.0, load.requests);
            driver.begin(Load { start, warmup, steady, requests, pattern: pattern(load.pattern.clone()) });
        }
    }

    /// Whether steady has sent all that --requests asked for.
    pub(super) fn is_done(&self, stage: &Stage, plan: &PlanRecord) -> bool {
        let counted =
            stage.phase == Phase::Steady && plan.driven().is_some_and(|load| load.requests.is_some());
        counted && self.driver.as_ref().is_some_and(Driver::steady_done)
    }

    /// An inspection keeps the target busy from this time on.
    pub(super) fn probing_begins(&self, now: Duration) {
        self.driver.iter().for_each(|driver| driver.probing_begins(now));
    }

    /// One of the inspections is over.
    pub(super) fn probing_ends(&self, now: Duration) {
        self.driver.iter().for_each(|driver| driver.probing_ends(now));
    }

    /// No more load.
    pub(super) fn stop(&self) {
        self.driver.iter().for_each(Driver::stop);
    }

    /// Requests answered so far.
    pub(super) fn answered(&self) -> Option<u64> {
        self.driver.as_ref().map(Driver::answered_total)
    }

    /// What was driven since the last count.
    pub(super) fn take(&mut self) -> Option<Interval> {
        self.driver.as_mut().map(Driver::drain)
    }

    /// How many logins there were, where requests belong to sessions.
    pub(super) fn logins(&self) -> Option<LoginCounts> {
        self.driver.as_ref().and_then(Driver::logins)
    }

    /// The last count.
    pub(super) fn finish(self) -> Option<Interval> {
        self.driver.map(Driver::finish)
    }
}
