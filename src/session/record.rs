//! The recorded half of a run: the conductor goes through its phases, and what it learns goes into a run directory.
//!
//! Clock, driver and probes come from the caller, so that a test makes a whole run without a process, a network or a
//! wait.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::Receiver;

use super::console::{OutputOptions, fit_stderr};
use super::early_stop::EarlyStop;
use super::environment::record_costs;
use super::forwarder_check::ForwarderMonitor;
use super::live_warnings::LiveWarnings;
use super::probes::sample_columns;
use super::rolling_report::RollingReport;
use super::so_far::RunningVerdict;
use crate::drive::{Clock, Driver};
use crate::error::{Error, Result};
use crate::evidence::{Command, Environment, Phase, PlanRecord};
use crate::judge::forecast;
use crate::live::{Cycle, Desk, Progress, Status, Verbosity};
use crate::probe::Sampler;
use crate::record::{Mirror, Recorder, RunDir};
use crate::run::{End, Parts, Stage, conduct};
use crate::wording::{describe_so_far, detectable_growth, gate_below_detectable};

/// What is recorded, and where.
pub struct Recording<'a> {
    pub plan: &'a PlanRecord,
    pub dir: &'a RunDir,
    /// env.json, without what the probes cost.
    pub environment: Environment,
    pub options: &'a OutputOptions,
}

/// What a run is made with.
pub struct Instruments {
    pub clock: Arc<dyn Clock>,
    /// Sends the load; none in a watch.
    pub driver: Option<Driver>,
    pub sampler: Sampler,
    /// What a person asks for while it runs.
    pub commands: Receiver<Command>,
    /// Where keys on a dashboard send theirs; none without a person.
    pub desk: Option<Desk>,
    pub forwarder: ForwarderMonitor,
}

/// What came of it.
pub struct Recorded {
    pub end: End,
    pub mirror: Mirror,
    /// The first write that failed, if one did.
    pub failure: Option<Error>,
}

/// Goes through all phases, until the end, a stop or certainty.
///
/// # Errors
/// When the files of the run cannot be made; nothing was sent then.
pub async fn record(recording: Recording<'_>, instruments: Instruments) -> Result<Recorded> {
    let Recording { plan, dir, mut environment, options } = recording;
    let Instruments { clock, driver, sampler, commands, desk, mut forwarder } = instruments;
    let recorder = Recorder::create(dir, plan, &environment, &sample_columns(&sampler))?;
    let planned = Some(plan.phases.total().0).filter(|_| !plan.phases.is_open_ended());
    let mut progress = Progress::new(options.verbosity(), planned, desk, fit_stderr);
    let every = plan.observed().and_then(|watch| watch.every).map(|every| every.0);
    let mut rolling = RollingReport::new(dir.0.clone(), every, options.theme);
    let mut early_stop = EarlyStop::from_plan(plan);
    let asked = options.verbosity() != Verbosity::Quiet || plan.until_sure.is_some();
    let verdict = RefCell::new(asked.then(|| RunningVerdict::from_plan(plan)));
    let mut warmed_up = false;
    let mut warnings = LiveWarnings::default();
    let mut on_second = |mirror: &Mirror, stage: Stage, left: Duration| {
        if stage.phase == Phase::Steady && !std::mem::replace(&mut warmed_up, true) {
            show_forecast(mirror, &mut progress);
        }
        let cycle = Cycle { number: stage.cycle, of: plan.phases.cycles };
        let mut status = Status::from_mirror(mirror, stage.phase, cycle, planned.map(|_| left));
        let mut verdict = verdict.borrow_mut();
        verdict.iter_mut().for_each(|verdict| verdict.update(mirror));
        let look = verdict.as_ref().and_then(RunningVerdict::latest);
        status.so_far = look.map(describe_so_far).unwrap_or_default();
        warnings.new_lines(mirror).iter().for_each(|line| progress.info(line));
        progress.update(&status, mirror, look);
        rolling.update(status.elapsed);
    };
    let parts = Parts {
        plan,
        clock,
        driver,
        sampler: &sampler,
        commands,
        check_forwarder: &mut |answered| forwarder.check(answered),
        is_enough: &mut |mirror| early_stop.check(mirror, verdict.borrow_mut().as_mut()),
        on_second: &mut on_second,
    };
    let (mut recorder, end) = conduct(parts, recorder).await;
    rolling.end();
    progress.finish();
    if end != End::Aborted {
        let ran_s = recorder.mirror().evidence().recording.elapsed_s.last().copied().unwrap_or(0.0);
        record_costs(&mut environment.probes, &sampler, ran_s);
        recorder.environment(&environment);
    }
    let (mirror, failure) = recorder.finish();
    Ok(Recorded { end, mirror, failure })
}

/// Warm-up is over: says what the rest of the run can detect, and warns of each gate that asks for less.
fn show_forecast(mirror: &Mirror, progress: &mut Progress) {
    let forecast = forecast(mirror.evidence());
    let warnings =
        forecast.gates_below.iter().map(|gate| format!("warning: {}", gate_below_detectable(gate)));
    for line in detectable_growth(&forecast).into_iter().chain(warnings) {
        progress.info(&line);
    }
}
