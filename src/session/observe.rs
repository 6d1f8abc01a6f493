//! A live run: prepare, record and conclude, while signals may end it at any time.

use std::sync::Arc;

use tokio::sync::mpsc::{Receiver, channel};
use tokio::task::{JoinHandle, spawn_blocking};

use super::conclude::{Outcome, conclude_recorded};
use super::console::{OutputOptions, info, warn};
use super::driver::start_driver;
use super::environment::read_environment;
use super::first_requests::send_first_requests;
use super::forwarder_check::ForwarderMonitor;
use super::logins::log_in;
use super::pipeline::Protected;
use super::prepare::{Prepared, prepare};
use super::present::present;
use super::record::{Instruments, Recorded, Recording, record};
use super::runtime::block_on;
use super::{judged_run, pipeline};
use crate::drive::{Clock, LoggedIn, Monotonic};
use crate::error::{Error, Result};
use crate::evidence::{Command, Workload};
use crate::live::Desk;
use crate::live::signals::{Interrupt, listen};
use crate::plan::{Plan, TargetPlan};
use crate::record::RunDir;
use crate::run::End;
use crate::target::Started;

/// The exit code of a run that was asked to stop twice, or before it began: 128 + SIGINT, as shells have it.
pub const EXIT_ABORTED: u8 = 130;

/// The exit code of a run; without an outcome, that of one that was aborted.
pub fn exit_code(outcome: Option<Outcome>) -> u8 {
    outcome.map_or(EXIT_ABORTED, |outcome| outcome.report.exit_code)
}

/// Carries out a plan and prints what it came to. None when it was asked to stop twice, or before the run had begun.
///
/// # Errors
/// The caller's mistakes before anything is sent or written; soak's own troubles otherwise.
pub fn run(plan: &Plan, options: &OutputOptions) -> Result<Option<Outcome>> {
    RunDir::check(&plan.out)?;
    let own = plan.out.dir.as_deref().map(Protected::Run);
    let earlier = plan.record.compare_to.as_deref().map(Protected::Earlier);
    pipeline::check(&plan.pipeline, &Vec::from_iter(own.into_iter().chain(earlier)))?;
    judged_run::check(plan)?;
    block_on(observe(plan, options))
}

async fn observe(plan: &Plan, options: &OutputOptions) -> Result<Option<Outcome>> {
    let (sender, mut commands) = channel(4);
    // before anything is started, so that a signal that comes early leaves nothing behind
    let desk = Desk { commands: sender, interrupt: Interrupt::default() };
    let mut second_signal = listen(desk.commands.clone(), desk.interrupt.clone())?;
    let mut command = None;
    let ready = tokio::select! {
        ready = make_ready(plan, options, &mut command) => Some(ready),
        _ = commands.recv() => None,
    };
    let outcome = match ready {
        Some(Ok(ready)) => conduct(plan, options, ready, (commands, desk), &mut second_signal).await,
        Some(Err(error)) => Err(error),
        None => {
            info(options, &stopped_before(plan));
            Ok(None)
        }
    };
    end_command(command, outcome, &mut second_signal).await
}

/// Everything that can go wrong before the run begins.
async fn make_ready(
    plan: &Plan,
    options: &OutputOptions,
    command: &mut Option<Started>,
) -> Result<(Prepared, Option<LoggedIn>)> {
    let prepared = prepare(plan, options, command).await?;
    let logged_in = log_in(plan, options).await?;
    send_first_requests(plan, logged_in.as_ref().map(|logged_in| &logged_in.sessions), options).await?;
    Ok((prepared, logged_in))
}

/// Ends the command that soak started, unless a second signal wants it killed at once.
async fn end_command(
    command: Option<Started>,
    outcome: Result<Option<Outcome>>,
    second_signal: &mut JoinHandle<()>,
) -> Result<Option<Outcome>> {
    let Some(mut command) = command else { return outcome };
    tokio::select! {
        biased;
        () = finished(second_signal) => {
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

/// Waits until the task has ended: the one that listens for signals ends with the second.
async fn finished(task: &mut JoinHandle<()>) {
    // a task that has ended must not be awaited again
    if !task.is_finished() {
        let _ = task.await;
    }
}

async fn conduct(
    plan: &Plan,
    options: &OutputOptions,
    (prepared, logged_in): (Prepared, Option<LoggedIn>),
    (commands, desk): (Receiver<Command>, Desk),
    second_signal: &mut JoinHandle<()>,
) -> Result<Option<Outcome>> {
    let Prepared { target, record: described, sampler, records, forwarder } = prepared;
    let dir = RunDir::create(&plan.out, &plan.record.profile)?;
    let environment = read_environment(described, records);
    let clock: Arc<dyn Clock> = Arc::new(Monotonic::begin());
    let instruments = Instruments {
        driver: start_driver(plan, logged_in, Arc::clone(&clock))?,
        clock,
        sampler,
        commands,
        desk: Some(desk),
        forwarder: ForwarderMonitor::new(target, forwarder, plan.record.observed().is_some()),
    };
    let recording = Recording { plan: &plan.record, dir: &dir, environment, options };
    let Recorded { end, mirror, failure } = record(recording, instruments).await?;
    let stopped = || info(options, &format!("stopped; what was recorded is in {}", dir.0.display()));
    if end == End::Aborted {
        stopped();
        return Ok(None);
    }
    let (place, theme, pipeline) = (dir.0.clone(), options.theme, plan.pipeline.clone());
    // on a blocking thread, so that a second signal does not wait for pictures
    let report = spawn_blocking(move || conclude_recorded(&place, mirror, failure, theme, &pipeline));
    let outcome = tokio::select! {
        done = report => done.map_err(|e| Error::Own(format!("the report could not be made: {e}")))?,
        () = finished(second_signal) => {
            stopped();
            return Ok(None);
        }
    };
    for trouble in &outcome.troubles {
        warn(trouble);
    }
    // before the command is ended, which may take its time
    present(&outcome, &plan.pipeline, options)?;
    Ok(Some(outcome))
}
