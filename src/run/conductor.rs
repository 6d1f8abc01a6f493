//! The one loop of a run: it waits for what comes next, lets it happen, and writes down what came of it.

use std::time::Duration;

use crate::evidence::{Command, EventKind, Moment, Phase};
use crate::record::Recorder;

use super::agenda::Deadlines;
use super::chronicle::EventLog;
use super::driving::Driving;
use super::parts::{End, Enough, Parts};
use super::questions::{Done, PendingProbes};
use super::timeline::{Look, Stage, stages};

mod ending;
#[cfg(test)]
mod tests;

struct Conductor<'a> {
    parts: Parts<'a>,
    driving: Driving,
    chronicle: EventLog,
    questions: PendingProbes<'a>,
    stage: Stage,
    agenda: Deadlines,
    total: Duration,
}

/// Goes through all phases and gives the recorder back, with everything in it.
pub async fn conduct(mut parts: Parts<'_>, recorder: Recorder) -> (Recorder, End) {
    let all = stages(&parts.plan.phases);
    let first = Stage { phase: Phase::Baseline, cycle: 1, length: Duration::ZERO };
    let mut conductor = Conductor {
        chronicle: EventLog::begin(recorder, parts.sampler.series(), parts.plan),
        driving: Driving::of(parts.driver.take()),
        questions: PendingProbes::to(parts.sampler),
        stage: first,
        agenda: Deadlines::default(),
        total: parts.plan.phases.total().0,
        parts,
    };
    let mut end = End::Finished;
    for stage in all {
        end = conductor.go_through(stage).await;
        if end != End::Finished {
            break;
        }
    }
    if end != End::Aborted {
        end = conductor.last_answers(end).await;
    }
    (conductor.close(), end)
}

impl Conductor<'_> {
    async fn go_through(&mut self, stage: Stage) -> End {
        self.enter(stage, self.parts.clock.now());
        loop {
            let now = self.parts.clock.now();
            if self.agenda.is_over(now) || self.driving.is_done(&stage, self.parts.plan) {
                break;
            }
            let interval = self.parts.plan.interval_at(now);
            if self.agenda.sample(now, interval) {
                self.chronicle.sampling(now, interval);
                self.questions.sample(interval);
            }
            if self.agenda.second(now)
                && let Some(reason) = self.second(now)
            {
                return self.stop(reason);
            }
            while let Some(look) = self.agenda.look(now) {
                self.look(look, now);
            }
            if let Some(command) = self.wait(self.agenda.idle(now)).await {
                return self.obey(command);
            }
        }
        self.look_back(self.parts.clock.now());
        End::Finished
    }

    /// What is looked at when a stage is over.
    fn look_back(&mut self, now: Duration) {
        for look in self.stage.last_looks() {
            self.look(*look, now);
        }
    }

    fn enter(&mut self, stage: Stage, now: Duration) {
        self.count(now);
        self.stage = stage;
        self.parts.sampler.under_load(stage.phase.has_load());
        if self.parts.plan.phases.cycles > 1 && stage.phase == Phase::Warmup {
            self.chronicle.event(now, EventKind::Cycle { number: stage.cycle });
        }
        self.chronicle.event(now, EventKind::Phase { phase: stage.phase });
        self.driving.begin(&stage, self.parts.plan, now);
        self.agenda.begin(&stage, now);
    }

    /// Waits, at most so long, taking in answers; a command ends the wait.
    async fn wait(&mut self, at_most: Duration) -> Option<Command> {
        tokio::select! {
            biased;
            Some(command) = self.parts.commands.recv() => return Some(command),
            done = self.questions.next() => self.take_in(done),
            () = tokio::time::sleep(at_most) => {}
        }
        None
    }

    /// A second is over; a reason to stop, if there is one.
    fn second(&mut self, now: Duration) -> Option<String> {
        self.count(now);
        let answered = self.driving.answered().or_else(|| self.chronicle.counted()).unwrap_or(0);
        if self.stage.phase.has_load()
            && let Some(event) = (self.parts.standing)(answered)
        {
            self.chronicle.event(now, event);
        }
        let left = self.total.saturating_sub(now).max(self.agenda.left(now));
        (self.parts.tick)(self.chronicle.mirror(), self.stage, left);
        if !self.stage.phase.has_load() {
            return None;
        }
        match (self.parts.sure)(self.chronicle.mirror()) {
            Enough::No => None,
            Enough::AskForProof => {
                self.look(Look::Snapshot(Moment::SteadyEnd), now);
                None
            }
            Enough::Yes(reason) => Some(reason),
        }
    }

    /// Asks for a closer look, unless looking has cost the target too much already.
    fn look(&mut self, look: Look, now: Duration) {
        if look == Look::Collect {
            if self.parts.plan.judging.no_gc {
                return;
            }
            if let Err(told) = self.parts.sampler.may_collect() {
                told.into_iter().for_each(|event| self.chronicle.event(now, event));
                return;
            }
        }
        if self.questions.look(look, now) {
            self.driving.probing_begins(now);
        }
    }

    fn take_in(&mut self, done: Done) {
        let now = self.parts.clock.now();
        match done {
            Done::Sample(row) => self.chronicle.row(now, self.stage.phase, self.driving.answered(), row),
            Done::Look(look, at, row) => {
                self.driving.probing_ends(now);
                self.chronicle.looked(look, at, now, row);
            }
        }
    }

    /// What was driven since the last count.
    fn count(&mut self, now: Duration) {
        if let Some(interval) = self.driving.take() {
            self.chronicle.driven(now, &interval);
        }
    }
}
