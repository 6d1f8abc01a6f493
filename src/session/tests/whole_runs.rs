//! A run against a fake service ends as it should, on the disk and in memory.

use std::time::Duration;

use reqwest::StatusCode;

use super::super::testing::{FakeRun, FakeService, Now, group, plan, watch};
use crate::drive::SimulatedAnswers;
use crate::evidence::{
    Command, EventKind, Gone, PlanRecord, Runtime, SeriesId, StopAsker, StopReason, Workload,
};
use crate::findings::{Report, Verdict};
use crate::judge::judge;
use crate::run::End;
use crate::units::Span;
use crate::wording::report;

const KIB_3: f64 = 3072.0;

#[test]
fn memory_that_grows_with_each_request_is_a_leak() {
    let finished = FakeRun::new(plan(60), FakeService::growing_per_request(KIB_3)).run();
    let report = &finished.report;
    assert_eq!((report.verdict, report.exit_code), (Verdict::Leak, 1), "{}", report.headline);
    let outcome = finished.write_report();
    assert!(outcome.troubles.is_empty(), "{:?}", outcome.troubles);
    for file in ["report.json", "report.html", "soak.png", "junit.xml"] {
        assert!(finished.dir().join(file).exists(), "no {file}");
    }
}

#[test]
fn the_mirror_in_memory_and_the_run_directory_give_the_same_verdict() {
    let stuck = |share: f64| {
        let tasks = move |now: Now| 10.0 + (share * now.requests as f64).floor();
        FakeService::growing_per_request(0.0)
            .series(SeriesId::Goroutines, tasks)
            .tasks(group("main.worker", "chan send"), tasks)
    };
    for service in [
        FakeService::growing_per_request(KIB_3),
        FakeService::growing_per_request(0.0),
        stuck(0.1),
        stuck(0.0),
    ] {
        let finished = FakeRun::new(plan(60), service).run();
        let in_memory = report(&judge(&finished.mirrored), &finished.mirrored);
        let on_disk = report(&judge(&finished.evidence), &finished.evidence);
        // soak's own processor time is rounded in load.csv
        let on_disk = Report { driver: in_memory.driver.clone(), ..on_disk };
        assert_eq!(in_memory, on_disk, "{}", finished.report.headline);
    }
}

#[test]
fn tasks_that_the_runtime_proves_to_be_leaked_are_the_culprit() {
    let stuck = |now: Now| (now.requests / 10) as f64;
    let service = FakeService::growing_per_request(0.0)
        .series(SeriesId::Goroutines, move |now| 20.0 + stuck(now))
        .tasks(group("main.worker", "chan send"), stuck)
        .proving(stuck);
    let finished = FakeRun::new(plan(60), service).runtime(Runtime::Go).run();
    assert_eq!(finished.report.verdict, Verdict::Leak, "{}", finished.report.headline);
    assert_eq!(finished.report.culprits[0].name, "main.worker");
    assert_eq!(finished.evidence.snapshots.len(), 3);
}

#[test]
fn slow_collections_are_forced_less_often() {
    let collections = |takes_ms: u64| {
        let service = FakeService::growing_per_request(0.0)
            .after_collection(SeriesId::MemLive, |now| 3e7 + 8192.0 * now.noise())
            .collecting_for(Duration::from_millis(takes_ms));
        FakeRun::new(plan(60), service).runtime(Runtime::Go).run().collections
    };
    let (quick, slow) = (collections(1), collections(500));
    assert!(quick >= 10 && slow <= 3, "{quick} and {slow}");
}

#[test]
fn a_service_that_only_answers_errors_leaves_the_verdict_open() {
    let broken =
        SimulatedAnswers { status: StatusCode::BAD_GATEWAY, ..SimulatedAnswers::ok_after(Duration::ZERO) };
    let service = FakeService::growing_per_request(0.0).answering(broken);
    let finished = FakeRun::new(plan(60), service).run();
    assert_eq!((finished.report.verdict, finished.report.exit_code), (Verdict::Inconclusive, 3));
}

#[test]
fn a_target_that_hangs_has_failed_and_what_its_requests_hold_is_no_leak() {
    let until_40 = SimulatedAnswers {
        hangs_from: Some(Duration::from_secs(40)),
        ..SimulatedAnswers::ok_after(Duration::from_millis(1))
    };
    // 64 connections are busy within a second
    let held = |now: Now| (100.0 * (now.seconds() - 40.0)).clamp(0.0, 64.0).floor();
    let service = FakeService::growing_per_request(0.0)
        .series(SeriesId::Threads, move |now| 20.0 + held(now))
        .answering(until_40);
    let finished = FakeRun::new(plan(60), service).run();
    let report = &finished.report;
    assert_eq!(report.verdict, Verdict::Failed, "{}", report.headline);
    let says = "Failed: the target stopped answering after 40 s, with 64 requests in flight";
    assert_eq!(report.headline, says);
    let load = report.load.as_ref().unwrap();
    assert!(load.in_flight_start <= 1 && load.in_flight_end == 64, "{load:?}");
}

#[test]
fn requests_that_hang_in_the_end_do_not_excuse_what_grew_before() {
    let cut_at = |second: u64| {
        let hangs = SimulatedAnswers {
            hangs_from: Some(Duration::from_secs(second - 3)),
            ..SimulatedAnswers::ok_after(Duration::from_millis(1))
        };
        let service = FakeService::growing_per_request(KIB_3).answering(hangs);
        FakeRun::new(plan(3600), service)
            .command_at(Duration::from_secs(second), Command::Stop(StopAsker::Interrupt))
            .run()
    };
    let finished = cut_at(100);
    assert_eq!(finished.report.verdict, Verdict::Leak, "it grew long before: {}", finished.report.headline);
}

#[test]
fn a_target_that_dies_and_stays_away_ends_the_run_early() {
    let gone = EventKind::TargetGone { reason: "its pid vanished".into(), who: Gone::Target };
    let service = FakeService::growing_per_request(0.0).event(Duration::from_secs(20), gone);
    let finished = FakeRun::new(plan(600), service).run();
    assert_eq!((finished.end, finished.report.exit_code), (End::Stopped, 4));
    assert!((50..55).contains(&finished.lasted.as_secs()), "{:?}", finished.lasted);
}

#[test]
fn a_run_that_is_asked_to_stop_reports_what_it_has() {
    let service = FakeService::growing_per_request(KIB_3);
    let finished = FakeRun::new(plan(3600), service)
        .command_at(Duration::from_secs(100), Command::Stop(StopAsker::Interrupt))
        .run();
    assert_eq!((finished.end, finished.report.verdict), (End::Stopped, Verdict::Leak));
    assert_eq!(finished.count_events(|kind| matches!(kind, EventKind::Stopped { .. })), 1);
}

#[test]
fn a_day_of_watching_takes_no_time_and_stays_small() {
    let requests = |now: Now| (now.seconds() * 20.0).floor();
    let service = FakeService::new()
        .series(SeriesId::RequestsTotal, requests)
        .series(SeriesId::Rss, |now| 1e8 + 4096.0 * now.noise());
    let finished = FakeRun::new(watch(86_400), service).run();
    assert_eq!((finished.end, finished.lasted.as_secs() / 60), (End::Finished, 24 * 60));
    assert_eq!(finished.report.verdict, Verdict::Stable, "{}", finished.report.headline);
    let rows = finished.evidence.recording.len();
    assert!((1500..4000).contains(&rows), "{rows} samples");
}

#[test]
fn a_run_until_sure_ends_as_soon_as_the_leak_is_certain() {
    let hour = PlanRecord { until_sure: Some(Span::from_secs_f64(30.0)), ..plan(3600) };
    let finished = FakeRun::new(hour, FakeService::growing_per_request(KIB_3)).run();
    assert_eq!((finished.end, finished.report.verdict), (End::Stopped, Verdict::Leak));
    assert!((40..600).contains(&finished.lasted.as_secs()), "{:?}", finished.lasted);
    let certain = |kind: &EventKind| matches!(kind, EventKind::Stopped { reason: StopReason::Worded(why) } if why.contains("--until-sure"));
    assert_eq!(finished.count_events(certain), 1);
}

#[test]
fn a_run_that_is_asked_to_stop_twice_waits_for_nothing() {
    let finished = FakeRun::new(plan(3600), FakeService::growing_per_request(0.0))
        .command_at(Duration::from_secs(20), Command::Stop(StopAsker::Interrupt))
        .command_at(Duration::from_secs(20), Command::Abort)
        .run();
    assert_eq!((finished.end, finished.lasted.as_secs()), (End::Aborted, 20));
}

#[test]
fn steady_ends_with_the_last_of_a_number_of_requests() {
    let mut counted = plan(3600);
    if let Workload::Driven(load) = &mut counted.workload {
        load.requests = Some(6_000);
    }
    let finished = FakeRun::new(counted, FakeService::growing_per_request(0.0)).run();
    assert_eq!(finished.end, End::Finished);
    assert!((79..83).contains(&finished.lasted.as_secs()), "{:?}", finished.lasted);
    assert_eq!(finished.report.load.as_ref().map(|load| load.latency_s.count), Some(6_000));
}
