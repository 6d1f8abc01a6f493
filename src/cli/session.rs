//! One run from plan to exit code: find, prepare, conduct, conclude.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::drive::{Driver, Monotonic};
use crate::error::{Error, Result};
use crate::evidence::{Environment, EventKind, Evidence, Findings, ProbeRecord};
use crate::judge::judge;
use crate::live::{Cycle, Progress, Status, signals};
use crate::plan::Plan;
use crate::probe::{Sampler, discover, of_target};
use crate::record::{Mirror, Recorder, RunDir, read_run, replace_file};
use crate::report;
use crate::run::{End, Parts, Stage, best_count, conduct};
use crate::target::{self, Found, Standing, Target};

use super::output::{Manner, say};
use super::sure::Sure;

/// Under load the target's work is looked at this often.
const LOOK_EVERY_S: u32 = 3;

/// What a run came to.
#[derive(Debug)]
pub struct Outcome {
    /// The report.
    pub findings: Findings,
    /// Where it stands.
    pub dir: PathBuf,
}

/// Runs a plan. None when somebody asked twice to stop.
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
    let mut target = match target::find(plan).await? {
        Found::Here(target) => Some(*target),
        Found::Nobody(why) => {
            if !plan.record.judging.load_only {
                say(manner, &format!("no process is looked at: {why}"));
            }
            None
        }
    };
    let outcome = drive_and_watch(plan, manner, target.as_mut()).await;
    if let Some(target) = &mut target {
        target.end().await;
    }
    outcome
}

async fn drive_and_watch(
    plan: &Plan,
    manner: &Manner,
    mut target: Option<&mut Target>,
) -> Result<Option<Outcome>> {
    if let Some(target) = &target {
        say(manner, &format!("target: {}", target.line()));
    }
    let (sampler, records) = look_around(plan, target.as_deref()).await?;
    for record in &records {
        match (&record.turn_on, record.found) {
            (_, true) => say(manner, &format!("probe: {} ({})", record.name, record.yields)),
            (Some(line), false) => {
                say(manner, &format!("not available: {} ({}); {line}", record.name, record.yields))
            }
            (None, false) => {}
        }
    }
    let standing = match &mut target {
        Some(target) => target.sound().await,
        None => Standing::Unknown,
    };
    let mut forwarder = target.as_deref().and_then(|t| not_the_service(t, &standing));
    if let Some(EventKind::Forwarder { text }) = &forwarder {
        say(manner, &format!("warning: {text}"));
    }

    let dir = RunDir::create(&plan.out, &plan.record.profile)?;
    let mut environment = environment(target.as_deref(), records);
    let recorder = Recorder::create(&dir, &plan.record, &environment, &columns(&sampler))?;
    let (sender, commands) = tokio::sync::mpsc::channel(4);
    let twice = signals::listen(sender)?;
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
        let target = target.as_deref_mut().filter(|_| !told && seconds % LOOK_EVERY_S == 0)?;
        let standing = target.look(answered);
        let event = not_the_service(target, &standing)?;
        told = true;
        Some(event)
    };
    let mut sure = Sure::of(&plan.record);
    let cycles = plan.record.phases.cycles;
    let mut tick =
        |mirror: &Mirror, stage: Stage, left: Duration| progress.update(&status(mirror, stage, cycles, left));
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
    if let Some(error) = &failure {
        say(manner, &format!("the recording is not whole ({error}); judged by what is in memory"));
    }
    let place = dir.0.clone();
    // apart, so that somebody who asks a second time does not wait for pictures
    let report = tokio::task::spawn_blocking(move || {
        let evidence = if failure.is_none() { read_run(&place)? } else { mirror.into_evidence() };
        conclude(&place, &evidence)
    });
    tokio::select! {
        done = report => done.map_err(|e| Error::Own(format!("the report could not be made: {e}")))?.map(Some),
        _ = twice => {
            stopped();
            Ok(None)
        }
    }
}

/// Judges evidence and writes every derived file.
///
/// # Errors
/// When a file cannot be written.
pub fn conclude(dir: &Path, evidence: &Evidence) -> Result<Outcome> {
    let findings = judge(evidence);
    report::render_all(evidence, &findings, |name, content| replace_file(&dir.join(name), content))?;
    Ok(Outcome { findings, dir: dir.to_path_buf() })
}

/// All probes that are there, ready to be asked.
async fn look_around(plan: &Plan, target: Option<&Target>) -> Result<(Sampler, Vec<ProbeRecord>)> {
    if plan.record.judging.load_only {
        return Ok((Sampler::start(Vec::new()), Vec::new()));
    }
    let mut discovered = discover(plan, target).await;
    let mut probes = Vec::new();
    let mut records = Vec::new();
    if let Some(target) = target {
        let own = of_target(target);
        probes.extend(own.probes);
        records.extend(own.records);
    }
    probes.append(&mut discovered.probes);
    records.append(&mut discovered.records);
    let sampler = Sampler::start(probes);
    let sees_memory = sampler.series().iter().any(|name| name.ends_with("_bytes"));
    if !sees_memory {
        return Err(Error::usage(format!(
            "nothing shows the memory behind {}: name the process with --pid, give --metrics URL, or --load-only to judge by gates alone",
            plan.record.url
        )));
    }
    Ok((sampler, records))
}

/// The columns of samples.csv: what the probes fill, and `tasks` where any of them counts tasks.
fn columns(sampler: &Sampler) -> Vec<String> {
    let mut columns: Vec<String> =
        sampler.series().iter().filter(|name| *name != "requests_total").cloned().collect();
    if best_count(&columns).is_some() && !columns.iter().any(|name| name == "tasks") {
        columns.push("tasks".into());
    }
    columns
}

/// Why this target is not to be judged, with the line that names the right one.
fn not_the_service(target: &Target, standing: &Standing) -> Option<EventKind> {
    let name = format!("{} (pid {})", target.record.program, target.record.pid.unwrap_or_default());
    let instead = |pid: Option<u32>| {
        pid.map_or("name the service with --pid".to_string(), |pid| format!("judge it with --pid {pid}"))
    };
    let text = match standing {
        Standing::Forwards { to } => format!(
            "{name} only passes connections on to {} on port {}; {}",
            to.program,
            to.port,
            instead(to.pid)
        ),
        Standing::Idle { to: Some(to), .. } => format!(
            "{name} does no work while requests are answered; {} does; {}",
            to.program,
            instead(to.pid)
        ),
        Standing::Idle { to: None, .. } => {
            format!(
                "{name} does no work while requests are answered: something else answers them; {}",
                instead(None)
            )
        }
        Standing::Unknown | Standing::Service { .. } => return None,
    };
    Some(EventKind::Forwarder { text })
}

fn environment(target: Option<&Target>, probes: Vec<ProbeRecord>) -> Environment {
    Environment {
        soak: env!("CARGO_PKG_VERSION").into(),
        os: std::env::consts::OS.into(),
        kernel: sysinfo::System::kernel_version().unwrap_or("unknown".into()),
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        started: jiff::ZonedDateTime::now().to_string(),
        target: target.map(|t| t.record.clone()),
        probes,
    }
}

/// What each probe has cost.
fn price(records: &mut [ProbeRecord], sampler: &Sampler, ran_s: f64) {
    for cost in sampler.costs() {
        if let Some(record) = records.iter_mut().find(|r| r.found && r.name == cost.name) {
            record.asked = cost.asked;
            record.failed = cost.failed;
            record.mean_s = cost.mean_s;
            record.cost_ratio = if ran_s > 0.0 { cost.total_s / ran_s } else { 0.0 };
        }
    }
}

fn status(mirror: &Mirror, stage: Stage, cycles: u32, left: Duration) -> Status {
    let (evidence, counts) = (mirror.evidence(), mirror.counts());
    // the latest row may speak of a part of a second only; five of them make a rate
    let recent: Vec<_> = evidence.load.iter().rev().take(6).collect();
    let seconds = match (recent.first(), recent.last()) {
        (Some(last), Some(first)) => last.elapsed_s - first.elapsed_s,
        _ => 0.0,
    };
    let sent: u64 = recent.iter().take(recent.len().saturating_sub(1)).map(|r| r.sent).sum();
    Status {
        elapsed: Duration::from_secs_f64(evidence.recording.elapsed_s.last().copied().unwrap_or(0.0)),
        left: Some(left),
        cycle: Some(Cycle { number: stage.cycle, of: cycles }),
        rate_held: (stage.phase.has_load() && seconds > 0.0).then(|| sent as f64 / seconds),
        errors: counts.failed - counts.dropped,
        dropped: counts.dropped,
        rss_bytes: mirror.last("rss_bytes"),
        tasks: mirror.last("tasks"),
        ..Status::new(stage.phase)
    }
}
