//! Whole runs in no time: tokio's clock is paused until every task waits, and then jumps.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};

use super::*;
use crate::drive::{Clock, Driver, Sending, SimulatedAnswers};
use crate::evidence::{
    DrivenPlan, Environment, Evidence, Gone, Judging, KeyUse, ObservedPlan, PhasePlan, PlanRecord,
    RequestKeys, SeriesId, StopAsker, VaryRecord, Workload,
};
use crate::plan::RequestPlan;
use crate::probe::{Probe, ProbeError, ProbeFuture, Reading, Request, Sampler};
use crate::record::{RunDir, read_run};
use crate::run::Enough;
use crate::units::{Rate, Span};
use crate::workload::ONLY;

/// tokio's clock, which the test turns by waiting.
struct Waited(Instant);

impl Clock for Waited {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

/// What the one probe of a test does with each question.
#[derive(Clone, Copy)]
enum Does {
    CollectsFor(Duration),
    FailsToCollectAfter(Duration),
    DiesAt(Duration),
    NeverAnswersLooks,
}

struct Mock {
    does: Does,
    began: Instant,
    collections: Arc<AtomicU32>,
}

impl Probe for Mock {
    fn name(&self) -> &'static str {
        "mock"
    }

    fn series(&self) -> Vec<SeriesId> {
        vec![SeriesId::MemLive]
    }

    fn answers(&self, ask: Request) -> bool {
        // who follows a process's life is not busy with anything else
        ask == Request::Sample || (ask != Request::Count && !matches!(self.does, Does::DiesAt(_)))
    }

    fn ask(&mut self, ask: Request) -> ProbeFuture<'_> {
        let (does, began) = (self.does, self.began);
        if ask == Request::Collect {
            self.collections.fetch_add(1, Ordering::Relaxed);
        }
        Box::pin(async move {
            let mut reading = Reading::default();
            match (does, ask) {
                (Does::CollectsFor(time), Request::Collect) => {
                    sleep(time).await;
                    reading.values.push((SeriesId::MemLive, 1e6));
                    reading.events.push(EventKind::Collection { took_s: time.as_secs_f64() });
                }
                (Does::FailsToCollectAfter(time), Request::Collect) => {
                    sleep(time).await;
                    return Err(ProbeError("the page broke off".into()));
                }
                (Does::DiesAt(at), Request::Sample) if began.elapsed() >= at => {
                    reading
                        .events
                        .push(EventKind::TargetGone { reason: "it died".into(), who: Gone::Target });
                }
                (Does::NeverAnswersLooks, Request::Collect | Request::Snapshot(_)) => {
                    std::future::pending().await
                }
                _ => {}
            }
            Ok(reading)
        })
    }
}

fn plan(steady_s: f64) -> PlanRecord {
    let span = Span::from_secs_f64;
    let load = DrivenPlan { rate: Rate::PerSecond(1.0), connections: 1, ..DrivenPlan::example() };
    let example = PlanRecord::example_of(load);
    PlanRecord {
        interval: span(10.0),
        phases: PhasePlan { steady: span(steady_s), ..example.phases },
        judging: Judging { horizon: span(86_400.0), ..example.judging },
        ..example
    }
}

/// What a run came to: how often a collection was asked for, and for how long it went on.
struct Came {
    evidence: Evidence,
    end: End,
    collections: u32,
    lasted: Duration,
}

/// A run of steady alone, with a Ctrl-C at some moment.
async fn run(does: Does, steady_s: f64, stop_at: Option<Duration>) -> Came {
    follow(does, plan(steady_s), stop_at).await
}

async fn follow(does: Does, plan: PlanRecord, stop_at: Option<Duration>) -> Came {
    obey(does, plan, stop_at.map(|at| (at, Command::Stop(StopAsker::Interrupt))).into_iter().collect(), false)
        .await
}

/// A run in which a person asks for something at some moments, with requests that are answered at once or none.
async fn obey(does: Does, plan: PlanRecord, asked: Vec<(Duration, Command)>, drives: bool) -> Came {
    let began = Instant::now();
    let collections = Arc::new(AtomicU32::new(0));
    let mock = Mock { does, began, collections: Arc::clone(&collections) };
    let sampler = Sampler::start(vec![Box::new(mock)]).for_run(plan.phases.total().0);
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("tasks")).unwrap();
    let environment = Environment {
        soak: "0".into(),
        os: "linux".into(),
        kernel: "6".into(),
        cores: 1,
        started: String::new(),
        target: None,
        probes: Vec::new(),
    };
    let recorder =
        Recorder::create(&RunDir(dir.path().into()), &plan, &environment, sampler.series()).unwrap();
    let (sender, commands) = mpsc::channel(1);
    tokio::spawn(async move {
        for (at, command) in asked {
            tokio::time::sleep_until(began + at).await;
            let _ = sender.send(command).await;
        }
    });
    let clock = Arc::new(Waited(began));
    let requests = [RequestPlan::get("http://127.0.0.1/".parse().unwrap())];
    let driven = plan.driven().filter(|_| drives).map(|load| {
        let rate = load.rate;
        let sending = Sending { rate, connections: 8, timeout: 10 * S, threads: 1, blocks: None };
        Driver::simulated(&requests, sending, SimulatedAnswers::ok_after(S / 100), clock.clone())
    });
    let parts = Parts {
        plan: &plan,
        clock,
        driver: driven,
        sampler: &sampler,
        commands,
        check_forwarder: &mut |_| None,
        is_enough: &mut |_| Enough::No,
        on_second: &mut |_, _, _| {},
    };
    let (recorder, end) = conduct(parts, recorder).await;
    let lasted = began.elapsed();
    let (mirror, failure) = recorder.finish();
    assert!(failure.is_none(), "{failure:?}");
    let evidence = mirror.into_evidence();
    if drives {
        says_the_same(&read_run(dir.path()).unwrap(), &evidence);
    }
    Came { evidence, end, collections: collections.load(Ordering::Relaxed), lasted }
}

const S: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn a_slow_collection_is_waited_for_and_makes_those_after_it_fewer() {
    let came = run(Does::CollectsFor(8 * S), 120.0, None).await;
    let collected: Vec<f64> = came
        .evidence
        .events
        .iter()
        .filter(|e| e.kind == EventKind::Collection { took_s: 8.0 })
        .map(|e| e.elapsed_s)
        .collect();
    assert_eq!(came.collections, 1, "it has used up more than a hundredth of the time");
    assert_eq!(collected.len(), 1);
    assert!((0.9..1.2).contains(&collected[0]), "recorded at the time it was asked for: {collected:?}");
    let live = came.evidence.recording.series(SeriesId::MemLive).unwrap();
    assert_eq!(live.samples.iter().filter(|s| s.get().is_some()).count(), 1, "and its values are there");
}

#[tokio::test(start_paused = true)]
async fn collections_of_a_big_heap_keep_within_a_hundredth_of_a_short_run() {
    for (takes, most) in [(Duration::from_millis(10), 10), (Duration::from_millis(80), 4), (S, 1)] {
        let came = run(Does::CollectsFor(takes), 30.0, None).await;
        assert_eq!(came.collections, most, "of {takes:?} each");
    }
}

#[tokio::test(start_paused = true)]
async fn a_collection_that_fails_costs_the_target_its_time_too() {
    let came = run(Does::FailsToCollectAfter(8 * S), 120.0, None).await;
    assert_eq!(came.collections, 1);
}

#[tokio::test(start_paused = true)]
async fn a_target_that_dies_behind_the_last_sample_is_seen_to_be_gone() {
    let gone =
        |came: &Came| came.evidence.events.iter().any(|e| matches!(e.kind, EventKind::TargetGone { .. }));
    let came = run(Does::DiesAt(14 * S), 15.0, None).await;
    assert!(gone(&came) && came.end == End::Finished);
    let came = run(Does::DiesAt(4 * S), 15.0, Some(5 * S)).await;
    assert!(gone(&came) && came.end == End::Stopped);
}

#[tokio::test(start_paused = true)]
async fn a_finished_run_that_is_asked_to_stop_waits_for_no_answer() {
    let came = run(Does::NeverAnswersLooks, 10.0, None).await;
    assert!((14 * S..16 * S).contains(&came.lasted), "{:?}", came.lasted);
    let came = run(Does::NeverAnswersLooks, 10.0, Some(11 * S)).await;
    assert!((12 * S..13 * S).contains(&came.lasted), "{:?}", came.lasted);
    assert_eq!(came.end, End::Finished);
}

/// A watch without a planned end.
fn watch(no_gc: bool) -> PlanRecord {
    let mut plan = plan(1.0);
    plan.phases.steady = PhasePlan::OPEN_END;
    plan.interval = Span::from_secs_f64(1.0);
    plan.workload =
        Workload::Observed(ObservedPlan { longest_interval: Span::from_secs_f64(10.0), every: None });
    plan.judging.no_gc = no_gc;
    plan
}

#[tokio::test(start_paused = true)]
async fn a_watch_without_an_end_goes_on_until_it_is_asked_to_stop_and_is_sampled_less_and_less() {
    let collects = Does::CollectsFor(Duration::from_millis(10));
    let came = follow(collects, watch(true), Some(10_800 * S)).await;
    assert_eq!((came.end, came.collections), (End::Stopped, 0));
    assert!((10_800 * S..10_803 * S).contains(&came.lasted), "{:?}", came.lasted);
    let times: Vec<f64> =
        came.evidence.load.iter().map(|row| row.elapsed_s).filter(|at| *at > 7200.0).collect();
    assert!((350..370).contains(&times.len()), "{} samples in the third hour", times.len());
    assert!(!came.evidence.events.iter().any(|e| matches!(e.kind, EventKind::Gap { .. })));

    let came = follow(collects, watch(false), Some(3600 * S)).await;
    assert!((90..120).contains(&came.collections), "{} collections in an hour", came.collections);
}

/// That disk and mirror know the same of what is judged.
fn says_the_same(read: &Evidence, mirrored: &Evidence) {
    assert!(read.recording.phases == mirrored.recording.phases, "other phases");
    assert_eq!(read.latency.steady.count, mirrored.latency.steady.count);
    assert_eq!((read.events.len(), read.snapshots.len()), (mirrored.events.len(), mirrored.snapshots.len()));
    assert_eq!(read.driven().map(|load| load.rate), mirrored.driven().map(|load| load.rate));
}

/// Requests that became due between these moments, in seconds since the run began.
fn due(evidence: &Evidence, from_s: f64, to_s: f64) -> u64 {
    let within = evidence.load.iter().filter(|row| row.elapsed_s > from_s && row.elapsed_s <= to_s);
    within.map(|row| row.due).sum()
}

fn driven_plan() -> PlanRecord {
    let mut plan = plan(60.0);
    let load = DrivenPlan { rate: Rate::PerSecond(10.0), connections: 8, ..DrivenPlan::example() };
    plan.workload = Workload::Driven(load.into());
    plan
}

#[tokio::test(start_paused = true)]
async fn a_change_of_the_rate_begins_steady_anew_and_it_has_its_whole_length() {
    let asked = vec![(30 * S, Command::ScaleRate(2.0))];
    let Came { evidence, end, lasted, .. } =
        obey(Does::CollectsFor(S / 100), driven_plan(), asked, true).await;
    assert_eq!(end, End::Finished);
    assert!((90 * S..93 * S).contains(&lasted), "{lasted:?}");
    let steady = |(_, phase): &(&f64, &Phase)| **phase == Phase::Steady;
    let phases = evidence.recording.elapsed_s.iter().zip(&evidence.recording.phases);
    let from_s = phases.clone().find(steady).map(|(at, _)| *at).unwrap();
    assert!((29.9..30.1).contains(&from_s), "{from_s}");
    assert_eq!(evidence.driven().unwrap().rate, Rate::PerSecond(20.0));
    let (before, after) = (due(&evidence, 0.0, 30.0), due(&evidence, 30.0, 90.0));
    assert!((290..=310).contains(&before) && (1190..=1210).contains(&after), "{before} and {after}");
}

#[tokio::test(start_paused = true)]
async fn what_is_paused_is_not_judged_and_sends_nothing() {
    let asked =
        vec![(20 * S, Command::PauseLoad), (50 * S, Command::ScaleRate(0.5)), (80 * S, Command::PauseLoad)];
    let Came { evidence, end, lasted, .. } =
        obey(Does::CollectsFor(S / 100), driven_plan(), asked, true).await;
    assert_eq!(end, End::Finished);
    assert!((140 * S..143 * S).contains(&lasted), "{lasted:?}");
    assert!(due(&evidence, 20.0, 80.0) <= 1, "but for one that was due at that moment");
    let after = due(&evidence, 80.0, 140.0);
    assert!((295..=305).contains(&after), "{after}");
    let recording = &evidence.recording;
    let judged =
        recording.elapsed_s.iter().zip(&recording.phases).filter(|(_, phase)| **phase == Phase::Steady);
    assert!(judged.into_iter().all(|(at, _)| *at >= 79.9));
    // a run that ends with its requests goes on, too
    let mut plan = driven_plan();
    if let Workload::Driven(load) = &mut plan.workload {
        load.requests = Some(300);
    }
    let asked = vec![(20 * S, Command::PauseLoad), (50 * S, Command::PauseLoad)];
    let Came { evidence, lasted, .. } = obey(Does::CollectsFor(S / 100), plan, asked, true).await;
    assert!((79 * S..83 * S).contains(&lasted), "{lasted:?}");
    assert_eq!(due(&evidence, 45.0, 90.0), 300);
    // one that is paused to the end judges nothing
    let asked = vec![(20 * S, Command::PauseLoad), (40 * S, Command::Stop(StopAsker::Interrupt))];
    let Came { evidence, .. } = obey(Does::CollectsFor(S / 100), driven_plan(), asked, true).await;
    assert!(evidence.recording.phases.iter().all(|phase| *phase != Phase::Steady));
}

#[tokio::test(start_paused = true)]
async fn a_change_while_it_settles_changes_nothing_of_what_was_judged() {
    let mut plan = driven_plan();
    plan.phases.settle = Span::from_secs_f64(20.0);
    let asked = vec![(70 * S, Command::ScaleRate(2.0)), (72 * S, Command::PauseLoad)];
    let Came { evidence, lasted, .. } = obey(Does::CollectsFor(S / 100), plan, asked, true).await;
    assert!((80 * S..84 * S).contains(&lasted), "{lasted:?}");
    assert!(evidence.last_load_change().is_none() && evidence.recording.steady_s() >= 50.0);
}

#[tokio::test(start_paused = true)]
async fn steady_is_judged_from_the_moment_when_all_keys_were_seen() {
    let keys = RequestKeys {
        request: ONLY.into(),
        origin: ONLY.into(),
        keys: KeyUse::Next,
        distinct: Some(300),
        from_one: false,
    };
    let mut plan = driven_plan();
    if let Workload::Driven(load) = &mut plan.workload {
        load.vary = Some(VaryRecord { keys: vec![keys], ..VaryRecord::default() });
    }
    let Came { evidence, lasted, .. } = obey(Does::CollectsFor(S / 100), plan.clone(), vec![], true).await;
    let seen: Vec<f64> = evidence
        .events
        .iter()
        .filter(|event| event.kind == EventKind::KeysSeen { keys: 300 })
        .map(|event| event.elapsed_s)
        .collect();
    assert!(matches!(seen[..], [at] if (29.0..32.0).contains(&at)), "{seen:?}");
    let phases = evidence.recording.elapsed_s.iter().zip(&evidence.recording.phases);
    let judged: Vec<f64> = phases.filter(|(_, phase)| **phase == Phase::Steady).map(|(at, _)| *at).collect();
    assert!(judged[0] >= seen[0] && judged[0] < seen[0] + 1.5, "{judged:?}");
    assert!((60 * S..64 * S).contains(&lasted), "the run is no longer for it: {lasted:?}");
}
