//! A person changes the load: each change is an event, and steady begins anew with it.

use std::time::Duration;

use crate::evidence::{EventKind, Phase, PhasePlan};

use super::super::stages::Stage;
use super::Conductor;

impl Conductor<'_> {
    /// So many times as many requests per second from now on, also once a paused load goes on.
    pub(super) fn scale_rate(&mut self, factor: f64) {
        let now = self.parts.clock.now();
        let Some(per_s) = self.load.scaled(self.parts.plan, factor) else {
            let text =
                "the rate stays as planned: it follows a shape, a mix in blocks, or the answers".into();
            self.log.event(now, EventKind::Note { text });
            return;
        };
        self.load.set_rate(per_s);
        match self.stage.phase {
            _ if self.paused.is_some() => {}
            Phase::Warmup | Phase::Steady => self.go_on(self.stage, now),
            Phase::Baseline | Phase::Settle => {
                self.log.event(now, EventKind::LoadChanged { per_s: Some(per_s) })
            }
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
        self.count(now);
        self.log.event(now, EventKind::LoadChanged { per_s: None });
        self.paused = Some(self.stage);
        self.load.pause(now);
        self.parts.sampler.under_load(false);
        // without load nothing is judged, and nothing ends by itself
        let paused = Stage { phase: Phase::Warmup, length: PhasePlan::OPEN_END.0, ..self.stage };
        if self.stage.phase == Phase::Steady {
            self.log.event(now, EventKind::Phase { phase: Phase::Warmup });
        }
        self.stage = paused;
        self.deadlines.wait(now, paused.length);
    }

    /// Load at the rate of now: what is left of warm-up and then steady, or steady from its beginning.
    fn go_on(&mut self, stage: Stage, now: Duration) {
        self.count(now);
        self.log.event(now, EventKind::LoadChanged { per_s: self.load.scaled(self.parts.plan, 1.0) });
        self.parts.sampler.under_load(true);
        let warms_up = stage.phase == Phase::Warmup;
        let was_paused = std::mem::replace(&mut self.stage, stage) != stage;
        if !warms_up {
            self.log.event(now, EventKind::Phase { phase: Phase::Steady });
        }
        if was_paused || !warms_up {
            self.deadlines.begin(&stage, now);
        }
        let warmup = if warms_up { self.deadlines.left(now) } else { Duration::ZERO };
        self.load.begin_again(self.parts.plan, now, warmup);
    }
}
