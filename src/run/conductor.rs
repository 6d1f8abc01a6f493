//! The one loop of a run: it waits for what comes next, lets it happen, and writes down the result.

use std::time::Duration;

use crate::evidence::{Command, EventKind, Moment, Phase, StopReason};
use crate::record::Recorder;

use super::deadlines::Deadlines;
use super::event_log::EventLog;
use super::load_source::LoadSource;
use super::parts::{End, Enough, Parts};
use super::pending_probes::{Done, PendingProbes};
use super::stages::{Inspection, Stage, stages};

mod change_of_load;
mod end_of_run;
mod new_keys;
#[cfg(test)]
mod tests;

struct Conductor<'a> {
    parts: Parts<'a>,
    load: LoadSource,
    log: EventLog,
    pending: PendingProbes<'a>,
    stage: Stage,
    deadlines: Deadlines,
    total: Duration,
    /// The stage that a person has paused.
    paused: Option<Stage>,
}

/// Goes through all phases and gives the recorder back, with everything in it.
pub async fn conduct(mut parts: Parts<'_>, recorder: Recorder) -> (Recorder, End) {
    let all = stages(&parts.plan.phases);
    let first = Stage { phase: Phase::Baseline, cycle: 1, length: Duration::ZERO };
    let mut conductor = Conductor {
        log: EventLog::begin(recorder, parts.sampler.series(), parts.plan),
        load: LoadSource::new(parts.driver.take()),
        pending: PendingProbes::new(parts.sampler),
        stage: first,
        deadlines: Deadlines::default(),
        total: parts.plan.phases.total().0,
        paused: None,
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
            if self.deadlines.is_over(now) || self.load.is_done(&self.stage, self.parts.plan) {
                break;
            }
            let interval = self.parts.plan.interval_at(now);
            if self.deadlines.take_sample(now, interval) {
                self.log.sampling(now, interval);
                self.pending.sample(interval);
            }
            if self.deadlines.take_second(now)
                && let Some(reason) = self.second(now)
            {
                return self.stop(StopReason::Worded(reason));
            }
            while let Some(inspection) = self.deadlines.take_inspection(now) {
                self.inspect(inspection, now);
            }
            if let Some(command) = self.wait(self.deadlines.time_to_next(now)).await
                && let Some(end) = self.obey(command)
            {
                return end;
            }
        }
        self.inspect_at_end(self.parts.clock.now());
        End::Finished
    }

    /// Asks for the inspections when a stage is over.
    fn inspect_at_end(&mut self, now: Duration) {
        for inspection in self.stage.last_inspections() {
            self.inspect(*inspection, now);
        }
    }

    fn enter(&mut self, stage: Stage, now: Duration) {
        self.count(now);
        self.stage = stage;
        self.paused = None;
        self.parts.sampler.under_load(stage.phase.has_load());
        if self.parts.plan.phases.cycles > 1 && stage.phase == Phase::Warmup {
            self.log.event(now, EventKind::Cycle { number: stage.cycle });
        }
        self.log.event(now, EventKind::Phase { phase: stage.phase });
        self.load.begin(&stage, self.parts.plan, now);
        self.deadlines.begin(&stage, now);
    }

    /// Waits, at most so long, and takes in answers; a command ends the wait.
    async fn wait(&mut self, at_most: Duration) -> Option<Command> {
        tokio::select! {
            biased;
            Some(command) = self.parts.commands.recv() => return Some(command),
            done = self.pending.next() => self.take_in(done),
            () = tokio::time::sleep(at_most) => {}
        }
        None
    }

    /// A second is over; a reason to stop, if there is one.
    fn second(&mut self, now: Duration) -> Option<String> {
        self.count(now);
        self.log.second(now);
        let answered = self.load.answered().or_else(|| self.log.counted()).unwrap_or(0);
        if self.stage.phase.has_load()
            && let Some(event) = (self.parts.check_forwarder)(answered)
        {
            self.log.event(now, event);
        }
        let left = self.total.saturating_sub(now).max(self.deadlines.left(now));
        (self.parts.on_second)(self.log.mirror(), self.stage, left);
        if !self.stage.phase.has_load() {
            return None;
        }
        self.note_seen_keys(now);
        match (self.parts.is_enough)(self.log.mirror()) {
            Enough::No => None,
            Enough::AskForProof => {
                self.inspect(Inspection::Snapshot(Moment::SteadyEnd), now);
                None
            }
            Enough::Yes(reason) => Some(reason),
        }
    }

    /// Asks for an inspection, unless inspections have cost the target too much already.
    fn inspect(&mut self, inspection: Inspection, now: Duration) {
        if inspection == Inspection::Collect {
            if self.parts.plan.judging.no_gc {
                return;
            }
            if let Err(event) = self.parts.sampler.may_collect() {
                event.into_iter().for_each(|event| self.log.event(now, event));
                return;
            }
        }
        if self.pending.inspect(inspection, now) {
            self.load.probing_begins(now);
        }
    }

    fn take_in(&mut self, done: Done) {
        let now = self.parts.clock.now();
        match done {
            Done::Sample(row) => self.log.row(now, self.stage.phase, self.load.answered(), row),
            Done::Inspection(inspection, at, row) => {
                self.load.probing_ends(now);
                self.log.inspected(inspection, at, now, row);
            }
        }
    }

    /// What was driven since the last count.
    fn count(&mut self, now: Duration) {
        if let Some(interval) = self.load.take() {
            self.log.driven(now, &interval);
        }
    }
}
