//! A person changes the load: each change is an event, and steady begins anew with it.

use std::time::Duration;

use crate::evidence::{EventKind, Phase, PhasePlan};

use super::super::stages::Stage;
use super::Conductor;

impl Conductor<'_> {
    /// So many times as many requests per second from now on; while the load is paused from when it goes on. Nothing
    /// where there is no load, or it stays as planned.
    pub(super) fn scale_rate(&mut self, factor: f64) {
        let Some(per_s) = self.load.scaled(self.parts.plan, factor) else { return };
        if self.paused.is_some() {
            self.load.set_rate(per_s);
        } else if self.stage.phase.has_load() {
            self.load.set_rate(per_s);
            self.go_on(self.stage, self.parts.clock.now());
        }
    }

    /// Pauses the load, or resumes it. What is paused is in no stretch that is judged.
    pub(super) fn pause_or_resume(&mut self) {
        let now = self.parts.clock.now();
        if let Some(stage) = self.paused.take() {
            return self.go_on(stage, now);
        }
        if !self.stage.phase.has_load() || self.load.scaled(self.parts.plan, 1.0).is_none() {
            return;
        }
        // what the load before leaves undone is counted with it
        self.load.pause(now);
        self.count(now);
        self.log.event(now, EventKind::LoadChanged { per_s: None });
        self.parts.sampler.under_load(false);
        if self.stage.phase == Phase::Steady {
            self.log.event(now, EventKind::Phase { phase: Phase::Warmup });
        }
        // without load nothing is judged, and nothing ends by itself
        let waits = Stage { phase: Phase::Warmup, length: PhasePlan::OPEN_END.0, ..self.stage };
        self.deadlines.wait(now, waits.length);
        self.paused = Some(std::mem::replace(&mut self.stage, waits));
    }

    /// Load at the rate of now: what is left of warm-up and then steady, all of warm-up after a pause of it, or steady
    /// from its beginning.
    fn go_on(&mut self, stage: Stage, now: Duration) {
        let warms_up = stage.phase == Phase::Warmup;
        let was_paused = std::mem::replace(&mut self.stage, stage) != stage;
        if was_paused || !warms_up {
            self.deadlines.begin(&stage, now);
        }
        let warmup = if warms_up { self.deadlines.left(now) } else { Duration::ZERO };
        // what the load before leaves undone is counted with it
        self.load.begin_again(self.parts.plan, now, warmup);
        self.count(now);
        self.log.event(now, EventKind::LoadChanged { per_s: self.load.scaled(self.parts.plan, 1.0) });
        self.parts.sampler.under_load(true);
        if !warms_up {
            self.log.event(now, EventKind::Phase { phase: Phase::Steady });
        }
    }
}
