//! One run from plan to exit code: find, prepare, conduct, conclude.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{Receiver, channel};
use tokio::task::{JoinHandle, spawn_blocking};

use crate::drive::{Driver, Monotonic};
use crate::error::{Error, Result};
use crate::evidence::{Command, EventKind, Phase, ProbeRecord};
use crate::judge::foresee;
use crate::live::{Progress, signals};
use crate::plan::{Plan, TargetPlan};
use crate::probe::Sampler;
use crate::record::{Mirror, Recorder, RunDir};
use crate::run::{End, Parts, Stage, conduct};
use crate::target::{self, Found, Standing, Started, Target};

use super::conclude::{Outcome, conclude_recorded};
use super::environment::{environment, price};
use super::output::{Manner, complain, say};
use super::probes::{columns, introduce, look_around};
use super::rerender::show;
use super::standing::not_the_service;
use super::status::status;
use super::sure::Sure;

/// Under load the target's work is looked at this often.
const LOOK_EVERY_S: u32 = 3;

/// Runs a plan and shows what it came to. None when somebody asked twice to stop, or before the run had begun.
///
/// # Errors
/// The caller's mistakes before anything is sent or written; soak's own troubles otherwise.
pub fn session(plan: &Plan, manner: &Manner) -> Result<Option<Outcome>> {
    RunDir::check(&plan.out)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|e| Error::Own(format!("cannot start: {e}")))?;
    let outcome = runtime.block_on(observe(plan, manner));
    // a name being looked up or a file being read must not hold up the end
    runtime.shutdown_timeout(Duration::from_millis(200));
    outcome
}

async fn observe(plan: &Plan, manner: &Manner) -> Result<Option<Outcome>> {
    let (sender, mut commands) = channel(4);
    // before anything is started, so that nobody who leaves early leaves it behind
    let mut twice = signals::listen(sender)?;
    let mut command = None;
    let ready = tokio::select! {
        ready = prepare(plan, manner, &mut command) => Some(ready),
        _ = commands.recv() => None,
    };
    let outcome = match ready {
        Some(Ok(ready)) => run(plan, manner, ready, commands, &mut twice).await,
        Some(Err(error)) => Err(error),
        None => {
            say(manner, &stopped_before(plan));
            Ok(None)
        }
    };
    let Some(command) = &mut command else { return outcome };
    tokio::select! {
        biased;
        () = asked(&mut twice) => {
            command.kill();
            outcome.map(|_| None)
        }
        () = command.end() => outcome,
    }
}

fn stopped_before(plan: &Plan) -> String {
    let and = match &plan.target {
        TargetPlan::Command(line) => format!("; {} is ended", line[0]),
        _ => String::new(),
    };
    format!("stopped before the run began: no load was sent and nothing written{and}")
}

/// Until somebody has asked twice to stop.
async fn asked(twice: &mut JoinHandle<()>) {
    // what has ended must not be awaited again
    if !twice.is_finished() {
        let _ = twice.await;
    }
}

/// Warm-up is over: what the rest of the run can decide, and a warning of each gate that asks for less.
fn foretell(mirror: &Mirror, progress: &mut Progress) {
    let foreseen = foresee(mirror.evidence());
    for line in foreseen.decides.into_iter().chain(foreseen.warnings.iter().map(|w| format!("warning: {w}")))
    {
        progress.say(&line);
    }
}

/// All that must stand before the first request.
struct Ready {
    target: Option<Target>,
    sampler: Sampler,
    records: Vec<ProbeRecord>,
    /// That the target is not the service, if it is not.
    forwarder: Option<EventKind>,
}

async fn prepare(plan: &Plan, manner: &Manner, command: &mut Option<Started>) -> Result<Ready> {
    let mut target = match target::find(plan, command).await? {
        Found::Here(target) => Some(*target),
        Found::Nobody(why) => {
            if !plan.record.judging.load_only {
                say(manner, &format!("no process is looked at: {why}"));
            }
            None
        }
    };
    if let Some(target) = &target {
        say(manner, &format!("target: {}", target.line()));
    }
    let (sampler, records) = look_around(plan, target.as_ref()).await?;
    introduce(&records, manner);
    let standing = match &mut target {
        Some(target) => target.sound().await,
        None => Standing::Unknown,
    };
    let forwarder = target.as_ref().and_then(|target| not_the_service(target, &standing));
    if let Some(EventKind::Forwarder { text }) = &forwarder {
        say(manner, &format!("warning: {text}"));
    }
    Ok(Ready { target, sampler, records, forwarder })
}

async fn run(
    plan: &Plan,
    manner: &Manner,
    ready: Ready,
    commands: Receiver<Command>,
    twice: &mut JoinHandle<()>,
) -> Result<Option<Outcome>> {
    let Ready { mut target, sampler, records, mut forwarder } = ready;
    let dir = RunDir::create(&plan.out, &plan.record.profile)?;
    let mut environment = environment(target.as_ref(), records);
    let recorder = Recorder::create(&dir, &plan.record, &environment, &columns(&sampler))?;
    let clock = Arc::new(Monotonic::begin());
    let driver = Driver::start(
        &plan.request,
        plan.record.connections,
        plan.record.timeout.0,
        plan.record.rate,
        clock.clone(),
    )?;
    let mut progress = Progress::new(manner.voice(), Some(plan.record.phases.total().0));
    let mut seconds = 0;
    let mut told = false;
    let mut standing = |answered: u64| {
        if let Some(event) = forwarder.take() {
            told = true;
            return Some(event);
        }
        seconds += 1;
        let target = target.as_mut().filter(|_| !told && seconds % LOOK_EVERY_S == 0)?;
        let standing = target.look(answered);
        let event = not_the_service(target, &standing)?;
        told = true;
        Some(event)
    };
    let mut sure = Sure::of(&plan.record);
    let cycles = plan.record.phases.cycles;
    let mut foreseen = false;
    let mut tick = |mirror: &Mirror, stage: Stage, left: Duration| {
        if stage.phase == Phase::Steady && !std::mem::replace(&mut foreseen, true) {
            foretell(mirror, &mut progress);
        }
        progress.update(&status(mirror, stage, cycles, left));
    };
    let parts = Parts {
        plan: &plan.record,
        clock,
        driver: Some(driver),
        sampler: &sampler,
        commands,
        standing: &mut standing,
        sure: &mut |mirror| sure.look(mirror),
        tick: &mut tick,
    };
    let (mut recorder, end) = conduct(parts, recorder).await;
    progress.finish();
    let stopped = || say(manner, &format!("stopped; what was recorded is in {}", dir.0.display()));
    if end == End::Aborted {
        stopped();
        return Ok(None);
    }
    let ran_s = recorder.mirror().evidence().recording.elapsed_s.last().copied().unwrap_or(0.0);
    price(&mut environment.probes, &sampler, ran_s);
    recorder.environment(&environment);
    let (mirror, failure) = recorder.finish();
    let place = dir.0.clone();
    // apart, so that somebody who asks a second time does not wait for pictures
    let report = spawn_blocking(move || conclude_recorded(&place, mirror, failure));
    let outcome = tokio::select! {
        done = report => done.map_err(|e| Error::Own(format!("the report could not be made: {e}")))?,
        () = asked(twice) => {
            stopped();
            return Ok(None);
        }
    };
    for trouble in &outcome.troubles {
        complain(trouble);
    }
    // now, and not after a command that takes its time to end
    show(&outcome.findings, Some(&outcome.dir), manner)?;
    Ok(Some(outcome))
}
