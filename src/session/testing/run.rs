//! A run of a plan against a fake service, from the conductor to the judged report.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};

use super::super::conclude::{Outcome, conclude};
use super::super::console::OutputOptions;
use super::super::driver::sending;
use super::super::forwarder_check::ForwarderMonitor;
use super::super::judged_run::judge_run;
use super::super::record::{Instruments, Recorded, Recording, record};
use super::service::{FakeService, RequestCount};
use crate::drive::{Clock, Driver, SimulatedAnswers};
use crate::evidence::{
    Command, DrivenPlan, Environment, EventKind, Evidence, ObservedPlan, PhasePlan, PlanRecord, Runtime,
    Workload,
};
use crate::findings::Report;
use crate::plan::{PipelinePlan, RequestPlan};
use crate::probe::{Probe, Sampler};
use crate::record::{RunDir, files, read_run};
use crate::report::picture::Theme;
use crate::run::{End, stages};
use crate::units::{Rate, Span};
use crate::workload::Pace;

/// tokio's clock, which goes on whenever every task waits.
struct PausedClock(Instant);

impl Clock for PausedClock {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

/// Ten seconds of warm-up, so many of steady and ten of settle, with 100 requests per second and two samples.
pub fn plan(steady_s: u64) -> PlanRecord {
    let span = |seconds| Span(Duration::from_secs(seconds));
    PlanRecord {
        interval: Span(Duration::from_millis(500)),
        phases: PhasePlan {
            baseline: span(0),
            warmup: span(10),
            steady: span(steady_s),
            settle: span(10),
            cycles: 1,
        },
        ..PlanRecord::example_of(DrivenPlan { rate: Rate::PerSecond(100.0), ..DrivenPlan::example() })
    }
}

/// A watch of so many seconds, sampled every second at first and every minute in the end.
pub fn watch(steady_s: u64) -> PlanRecord {
    let span = |seconds| Span(Duration::from_secs(seconds));
    let phases = PhasePlan { warmup: span(0), settle: span(0), ..plan(steady_s).phases };
    let workload = Workload::Observed(ObservedPlan { longest_interval: span(60), every: None });
    PlanRecord { interval: span(1), phases, workload, ..PlanRecord::example() }
}

/// A run that is about to begin.
pub struct FakeRun {
    plan: PlanRecord,
    service: FakeService,
    runtime: Runtime,
    commands: Vec<(Duration, Command)>,
}

/// What a run came to.
pub struct Finished {
    /// How it ended.
    pub end: End,
    /// How long it took, in the run's own time.
    pub lasted: Duration,
    /// How often a collection was forced.
    pub collections: u64,
    /// What was read back from the run directory.
    pub evidence: Evidence,
    /// What the recorder had in memory at the end.
    pub mirrored: Evidence,
    /// The judged evidence.
    pub report: Report,
    dir: TempDir,
}

impl FakeRun {
    /// A run of this plan against this service.
    pub fn new(plan: PlanRecord, service: FakeService) -> FakeRun {
        FakeRun { plan, service, runtime: Runtime::Other, commands: Vec::new() }
    }

    /// The service is written in this language.
    pub fn runtime(mut self, runtime: Runtime) -> FakeRun {
        self.runtime = runtime;
        self
    }

    /// The user presses Ctrl-C, or twice, at this moment.
    pub fn command_at(mut self, at: Duration, command: Command) -> FakeRun {
        self.commands.push((at, command));
        self
    }

    /// Goes through the whole run, reads it back and judges it.
    pub fn run(self) -> Finished {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(self.go_through())
    }

    async fn go_through(self) -> Finished {
        let FakeRun { plan, service, runtime, commands } = self;
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join(files::TASKS)).unwrap();
        let run_dir = RunDir(dir.path().into());
        let began = Instant::now();
        let clock: Arc<dyn Clock> = Arc::new(PausedClock(began));
        let driver = plan.driven().map(|load| simulated_driver(load, service.answers(), &clock));
        let probe = service.into_probe(Arc::clone(&clock), requests_answered(&plan));
        let collections = probe.collections();
        let probes: Vec<Box<dyn Probe>> = vec![Box::new(probe)];
        let instruments = Instruments {
            clock,
            driver,
            sampler: Sampler::start(probes).for_run(plan.phases.total().0),
            commands: send_commands(commands),
            desk: None,
            forwarder: ForwarderMonitor::new(None, None, false),
        };
        let options = OutputOptions { quiet: true, ..OutputOptions::default() };
        let environment = Environment::example(runtime, 1);
        let recording = Recording { plan: &plan, dir: &run_dir, environment, options: &options };
        let Recorded { end, mirror, failure } = record(recording, instruments).await.unwrap();
        assert!(failure.is_none(), "{failure:?}");
        let lasted = began.elapsed();
        let evidence = read_run(dir.path()).unwrap();
        let report = judge_run(dir.path(), &evidence).report;
        let collections = collections.load(Ordering::Relaxed);
        Finished { end, lasted, collections, evidence, mirrored: mirror.into_evidence(), report, dir }
    }
}

/// A driver that answers every request by arithmetic.
fn simulated_driver(load: &DrivenPlan, answers: SimulatedAnswers, clock: &Arc<dyn Clock>) -> Driver {
    let request = RequestPlan::get("http://127.0.0.1:1/".parse().unwrap());
    Driver::simulated(&[request], sending(load), answers, Arc::clone(clock))
}

/// How many requests are answered by a time, at an even rate and in the phases with load.
fn requests_answered(plan: &PlanRecord) -> RequestCount {
    let rate = plan.driven().and_then(|load| load.rate.per_second()).unwrap_or_default();
    let (pace, stages) = (Pace::new(rate), stages(&plan.phases));
    Box::new(move |elapsed| {
        let mut begun = Duration::ZERO;
        let mut loaded = Duration::ZERO;
        for stage in &stages {
            if stage.phase.has_load() {
                loaded += elapsed.saturating_sub(begun).min(stage.length);
            }
            begun += stage.length;
        }
        pace.count_before(loaded)
    })
}

/// What comes of commands that are given at these moments.
fn send_commands(commands: Vec<(Duration, Command)>) -> mpsc::Receiver<Command> {
    let (sender, receiver) = mpsc::channel(4);
    let began = Instant::now();
    tokio::spawn(async move {
        for (at, command) in commands {
            sleep(at.saturating_sub(began.elapsed())).await;
            let _ = sender.send(command).await;
        }
        // a channel that closes is not a command
        std::future::pending::<()>().await;
    });
    receiver
}

impl Finished {
    /// The run directory.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Writes the report with all its files and pictures, which takes longer than the run.
    pub fn write_report(&self) -> Outcome {
        conclude(self.dir(), &self.evidence, Theme::Light, &PipelinePlan::default())
    }

    /// How many events of a kind were recorded.
    pub fn count_events(&self, is_one: impl Fn(&EventKind) -> bool) -> usize {
        self.evidence.events.iter().filter(|event| is_one(&event.kind)).count()
    }
}
