//! One run from plan to exit code: find, prepare, conduct, conclude.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{Receiver, channel};
use tokio::task::{JoinHandle, spawn_blocking};

use crate::drive::{Driver, Monotonic, Sending};
use crate::error::{Error, Result};
use crate::evidence::{Command, DrivenPlan, EventKind, Phase, ProbeRecord, Workload};
use crate::judge::foresee;
use crate::live::{Progress, signals};
use crate::plan::{Plan, TargetPlan};
use crate::probe::Sampler;
use crate::record::{Mirror, Recorder, RunDir};
use crate::run::{End, Parts, Stage, conduct};
use crate::target::{self, Found, ProxyStatus, Started, Target};

use super::conclude::{Outcome, conclude_recorded};
use super::environment::{environment, price};
use super::output::{OutputOptions, info, warn};
use super::pipeline::Kept;
use super::probes::{columns, introduce, look_around};
use super::rerender::present;
use super::rolling::Rolling;
use super::standing::{ForwarderMonitor, not_the_service};
use super::status::status;
use super::sure::Sure;
use super::{beside, pipeline};

/// Runs a plan and shows what it came to. None when somebody asked twice to stop, or before the run had begun.
///
/// # Errors
/// The caller's mistakes before anything is sent or written; soak's own troubles otherwise.
pub fn session(plan: &Plan, manner: &OutputOptions) -> Result<Option<Outcome>> {
    RunDir::check(&plan.out)?;
    let own = plan.out.dir.as_deref().map(Kept::Run);
    let earlier = plan.record.compare_to.as_deref().map(Kept::Earlier);
    pipeline::check(&plan.pipeline, &Vec::from_iter(own.into_iter().chain(earlier)))?;
    beside::check(plan)?;
    on_runtime(observe(plan, manner))
}

/// Drives what a command waits for to its end.
///
/// # Errors
/// When no runtime starts, and its own.
pub fn on_runtime<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|e| Error::Own(format!("cannot start: {e}")))?;
    let outcome = runtime.block_on(work);
    // a name being looked up or a file being read must not hold up the end
    runtime.shutdown_timeout(Duration::from_millis(200));
    outcome
}

async fn observe(plan: &Plan, manner: &OutputOptions) -> Result<Option<Outcome>> {
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
            info(manner, &stopped_before(plan));
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
    match plan.record.workload {
        Workload::Driven(_) => {
            format!("stopped before the run began: no load was sent and nothing written{and}")
        }
        Workload::Observed(_) => format!("stopped before the watch began: nothing was written{and}"),
    }
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
        progress.info(&line);
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

async fn prepare(plan: &Plan, manner: &OutputOptions, command: &mut Option<Started>) -> Result<Ready> {
    let mut target = match target::find(plan, command).await? {
        Found::Here(target) => Some(*target),
        Found::Nobody(why) => {
            if !plan.record.judging.load_only {
                info(manner, &format!("no process is looked at: {why}"));
            }
            None
        }
    };
    if let Some(target) = &target {
        info(manner, &format!("target: {}", target.record.line()));
    }
    let (sampler, records) = look_around(plan, target.as_ref()).await?;
    introduce(&records, manner);
    let standing = match &mut target {
        // a watch opens no connections of its own
        Some(target) if plan.record.driven().is_some() => target.sound().await,
        _ => ProxyStatus::Unknown,
    };
    let forwarder = target.as_ref().and_then(|target| not_the_service(target, &standing));
    if let Some(EventKind::Forwarder { text }) = &forwarder {
        info(manner, &format!("warning: {text}"));
    }
    Ok(Ready { target, sampler, records, forwarder })
}

/// Who sends the load; nobody in a watch.
fn driver(plan: &Plan, clock: &Arc<Monotonic>) -> Result<Option<Driver>> {
    let Workload::Driven(load) = &plan.record.workload else { return Ok(None) };
    let DrivenPlan { connections, timeout, rate, threads, .. } = *load;
    let sending = Sending { rate, connections, timeout: timeout.0, threads, blocks: load.block_design() };
    let driver = Driver::start(&plan.requests, sending, clock.clone())?;
    Ok(Some(match &load.misbehave {
        Some(mix) => driver.misbehave(&plan.requests, sending, mix)?,
        None => driver,
    }))
}

async fn run(
    plan: &Plan,
    manner: &OutputOptions,
    ready: Ready,
    commands: Receiver<Command>,
    twice: &mut JoinHandle<()>,
) -> Result<Option<Outcome>> {
    let Ready { target, sampler, records, forwarder } = ready;
    let dir = RunDir::create(&plan.out, &plan.record.profile)?;
    let mut environment = environment(target.as_ref(), records);
    let recorder = Recorder::create(&dir, &plan.record, &environment, &columns(&sampler))?;
    let clock = Arc::new(Monotonic::begin());
    let driver = driver(plan, &clock)?;
    let planned = Some(plan.record.phases.total().0).filter(|_| !plan.record.phases.is_open_ended());
    let mut progress = Progress::new(manner.voice(), planned);
    let mut watchman = ForwarderMonitor::new(target, forwarder, plan.record.observed().is_some());
    let mut rolling = Rolling::new(
        dir.0.clone(),
        plan.record.observed().and_then(|watch| watch.every).map(|every| every.0),
        manner.look,
    );
    let mut sure = Sure::of(&plan.record);
    let cycles = plan.record.phases.cycles;
    let mut foreseen = false;
    let mut tick = |mirror: &Mirror, stage: Stage, left: Duration| {
        if stage.phase == Phase::Steady && !std::mem::replace(&mut foreseen, true) {
            foretell(mirror, &mut progress);
        }
        let status = status(mirror, stage, cycles, planned.map(|_| left));
        progress.update(&status);
        rolling.look(status.elapsed);
    };
    let parts = Parts {
        plan: &plan.record,
        clock,
        driver,
        sampler: &sampler,
        commands,
        standing: &mut |answered| watchman.second(answered),
        sure: &mut |mirror| sure.look(mirror),
        tick: &mut tick,
    };
    let (mut recorder, end) = conduct(parts, recorder).await;
    rolling.end();
    progress.finish();
    let stopped = || info(manner, &format!("stopped; what was recorded is in {}", dir.0.display()));
    if end == End::Aborted {
        stopped();
        return Ok(None);
    }
    let ran_s = recorder.mirror().evidence().recording.elapsed_s.last().copied().unwrap_or(0.0);
    price(&mut environment.probes, &sampler, ran_s);
    recorder.environment(&environment);
    let (mirror, failure) = recorder.finish();
    let (place, look) = (dir.0.clone(), manner.look);
    // apart, so that somebody who asks a second time does not wait for pictures
    let pipeline = plan.pipeline.clone();
    let report = spawn_blocking(move || conclude_recorded(&place, mirror, failure, look, &pipeline));
    let outcome = tokio::select! {
        done = report => done.map_err(|e| Error::Own(format!("the report could not be made: {e}")))?,
        () = asked(twice) => {
            stopped();
            return Ok(None);
        }
    };
    for trouble in &outcome.troubles {
        warn(trouble);
    }
    // now, and not after a command that takes its time to end
    present(&outcome, &plan.pipeline, manner)?;
    Ok(Some(outcome))
}
