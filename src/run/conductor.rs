//! The one loop of a run: it waits for what comes next, lets it happen, and writes down what came of it.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;

use crate::drive::{Driver, Load};
use crate::evidence::{Command, EventKind, Phase};
use crate::probe::{Ask, Row};
use crate::record::Recorder;

use super::chronicle::Chronicle;
use super::parts::{End, Parts};
use super::timeline::{Look, Stage, stages};

/// Load is counted this often.
const SECOND: Duration = Duration::from_secs(1);
/// After the last phase, answers that are still on their way get so long,
const LAST_ANSWERS: Duration = Duration::from_secs(5);
/// or so long when somebody asked soak to stop: the whole report stands within 3 s of that.
const LAST_ANSWERS_STOPPED: Duration = Duration::from_millis(1200);

/// An answer that came in.
enum Done {
    Sample(Row),
    Look(Look, Duration, Row),
}

struct Conductor<'a> {
    parts: Parts<'a>,
    chronicle: Chronicle,
    asked: FuturesUnordered<BoxFuture<'a, Done>>,
    sampling: bool,
    stage: Stage,
    next_sample: Duration,
    next_second: Duration,
    total: Duration,
}

/// Goes through all phases and gives the recorder back, with everything in it.
pub async fn conduct(parts: Parts<'_>, recorder: Recorder) -> (Recorder, End) {
    let all = stages(&parts.plan.phases);
    let first = Stage { phase: Phase::Baseline, cycle: 1, length: Duration::ZERO };
    let mut conductor = Conductor {
        chronicle: Chronicle::begin(recorder, parts.sampler.series()),
        asked: FuturesUnordered::new(),
        sampling: false,
        stage: first,
        next_sample: Duration::ZERO,
        next_second: Duration::ZERO,
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
        let patience = if end == End::Stopped { LAST_ANSWERS_STOPPED } else { LAST_ANSWERS };
        end = conductor.last_answers(patience, end).await;
    }
    (conductor.close(), end)
}

impl Conductor<'_> {
    async fn go_through(&mut self, stage: Stage) -> End {
        let start = self.parts.clock.now();
        self.enter(stage, start);
        let until = start + stage.length;
        let looks = stage.looks();
        let mut looked = 0;
        loop {
            let now = self.parts.clock.now();
            let requests_done = stage.phase == Phase::Steady
                && self.parts.plan.requests.is_some()
                && self.parts.driver.as_ref().is_some_and(Driver::steady_done);
            if now >= until || requests_done {
                break;
            }
            if now >= self.next_sample {
                self.sample(now);
            }
            if now >= self.next_second {
                self.second(now, until.saturating_sub(now));
            }
            while looked < looks.len() && start + looks[looked].0 <= now {
                self.look(looks[looked].1, now);
                looked += 1;
            }
            let next_look = looks.get(looked).map_or(until, |(at, _)| start + *at);
            let next = until.min(self.next_sample).min(self.next_second).min(next_look);
            if let Some(command) = self.wait(next.saturating_sub(now)).await {
                return self.obey(command);
            }
        }
        let now = self.parts.clock.now();
        for look in stage.last_looks() {
            self.look(*look, now);
        }
        End::Finished
    }

    fn enter(&mut self, stage: Stage, now: Duration) {
        self.count(now);
        self.stage = stage;
        if self.parts.plan.phases.cycles > 1 && stage.phase == Phase::Warmup {
            self.chronicle.event(now, EventKind::Cycle { number: stage.cycle });
        }
        self.chronicle.event(now, EventKind::Phase { phase: stage.phase });
        let begins = match stage.phase {
            Phase::Warmup => true,
            Phase::Steady => self.parts.plan.phases.warmup.0.is_zero(),
            _ => false,
        };
        if let (true, Some(driver)) = (begins, &self.parts.driver) {
            let phases = &self.parts.plan.phases;
            let requests = self.parts.plan.requests;
            driver.begin(Load { start: now, warmup: phases.warmup.0, steady: phases.steady.0, requests });
        }
        self.next_sample = self.next_sample.min(now);
    }

    /// Waits, at most so long, taking in answers; a command ends the wait.
    async fn wait(&mut self, at_most: Duration) -> Option<Command> {
        tokio::select! {
            biased;
            Some(command) = self.parts.commands.recv() => return Some(command),
            Some(done) = self.asked.next(), if !self.asked.is_empty() => self.take_in(done),
            () = tokio::time::sleep(at_most) => {}
        }
        None
    }

    fn obey(&mut self, command: Command) -> End {
        let now = self.parts.clock.now();
        if let Some(driver) = &self.parts.driver {
            driver.stop();
        }
        if command == Command::Abort {
            return End::Aborted;
        }
        self.chronicle
            .event(now, EventKind::Stopped { reason: "somebody asked for it (Ctrl-C or SIGTERM)".into() });
        if self.stage.phase == Phase::Steady {
            for look in self.stage.last_looks() {
                self.look(*look, now);
            }
        }
        End::Stopped
    }

    fn sample(&mut self, now: Duration) {
        let interval = self.parts.plan.interval.0;
        self.next_sample = now.max(self.next_sample + interval);
        self.chronicle.sampling(now, interval);
        if !self.sampling {
            self.sampling = true;
            let answer = self.parts.sampler.ask(Ask::Sample, interval);
            self.asked.push(Box::pin(async move { Done::Sample(answer.await) }));
        }
    }

    fn second(&mut self, now: Duration, left_of_stage: Duration) {
        self.next_second = now.max(self.next_second + SECOND);
        self.count(now);
        let answered = self.answered().unwrap_or(0);
        if self.stage.phase.has_load()
            && let Some(event) = (self.parts.standing)(answered)
        {
            self.chronicle.event(now, event);
        }
        let left = self.total.saturating_sub(now).max(left_of_stage);
        (self.parts.tick)(self.chronicle.mirror(), self.stage, left);
    }

    /// Asks for a closer look, unless looking has cost the target too much already.
    fn look(&mut self, look: Look, now: Duration) {
        if look == Look::Collect && (self.parts.plan.judging.no_gc || !self.chronicle.may_collect(now)) {
            return;
        }
        let ask = match look {
            Look::Collect => Ask::Collect,
            Look::Snapshot(moment) => Ask::Snapshot(moment),
        };
        if let Some(driver) = &self.parts.driver {
            driver.probing(now);
        }
        let answer = self.parts.sampler.ask(ask, LAST_ANSWERS);
        self.asked.push(Box::pin(async move { Done::Look(look, now, answer.await) }));
    }

    fn take_in(&mut self, done: Done) {
        let now = self.parts.clock.now();
        match done {
            Done::Sample(row) => {
                self.sampling = false;
                self.chronicle.row(now, self.stage.phase, self.answered(), row);
            }
            Done::Look(look, at, row) => self.chronicle.looked(look, at, now, row),
        }
    }

    /// Requests answered by soak's own count; none where soak drives none.
    fn answered(&self) -> Option<u64> {
        self.parts.driver.as_ref().map(Driver::answered_total)
    }

    /// What was driven since the last count.
    fn count(&mut self, now: Duration) {
        if let Some(driver) = &mut self.parts.driver {
            self.chronicle.driven(now, &driver.take());
        }
    }

    async fn last_answers(&mut self, patience: Duration, end: End) -> End {
        let until = self.parts.clock.now() + patience;
        while !self.asked.is_empty() {
            let left = until.saturating_sub(self.parts.clock.now());
            if left.is_zero() {
                break;
            }
            if self.wait(left).await == Some(Command::Abort) {
                return End::Aborted;
            }
        }
        self.chronicle.leftovers(self.parts.clock.now(), self.stage.phase, self.answered());
        end
    }

    fn close(mut self) -> Recorder {
        let now = self.parts.clock.now();
        if let Some(driver) = self.parts.driver.take() {
            self.chronicle.driven(now, &driver.finish());
        }
        self.chronicle.close()
    }
}
