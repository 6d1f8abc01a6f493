//! How a run ends: by its own time, by a person, by certainty, by what its service does, and beside an earlier run.

use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::super::testing::{FakeRun, FakeService, Finished, Now, group, plan, watch};
use crate::drive::SimulatedAnswers;
use crate::evidence::{
    Command, DrivenPlan, ErrorKind, EventKind, Gone, PlanRecord, Runtime, SeriesId, StopAsker,
};
use crate::plan::resolve_run;
use crate::run::End;
use crate::settings::Settings;
use crate::units::{Rate, Span};

/// Memory that stays as it is.
fn flat() -> FakeService {
    FakeService::growing_per_request(0.0)
}

/// One task that stays for each request that `requests` counts.
fn leaving_tasks(requests: fn(Now) -> f64) -> FakeService {
    FakeService::new()
        .series(SeriesId::RequestsTotal, requests)
        .series(SeriesId::TokioTasks, move |now| 5.0 + requests(now))
        .tasks(group("src/demo/story.rs:1", "send"), move |now| 5.0 + requests(now))
}

fn report(finished: &Finished) -> Value {
    serde_json::to_value(&finished.report).unwrap()
}

/// A plan of a run as flags would make it.
fn plan_from(flags: &str) -> PlanRecord {
    let flags: Settings = toml::from_str(&format!("url = 'http://127.0.0.1:1/'\n{flags}")).unwrap();
    resolve_run(flags, Settings::default(), None).unwrap().record
}

#[test]
fn neither_no_fail_nor_gates_only_make_a_death_pass() {
    let plan = plan_from(
        "duration = '1m'\nno-fail = true\ngates-only = true\nallow-inconclusive = true\n\
         gate = ['latency.p99 < 10s']",
    );
    let gone = EventKind::TargetGone { reason: "its pid vanished".into(), who: Gone::Target };
    let report = report(&FakeRun::new(plan, flat().event(Duration::from_secs(30), gone)).run());
    assert_eq!((&report["exit_code"], &report["verdict"]), (&4.into(), &"failed".into()), "{report}");
    assert!(report["headline"].as_str().unwrap().contains("went away"), "{}", report["headline"]);
}

#[test]
fn a_service_that_answers_only_500_cannot_be_judged() {
    let broken = SimulatedAnswers {
        status: StatusCode::INTERNAL_SERVER_ERROR,
        ..SimulatedAnswers::ok_after(Duration::from_millis(1))
    };
    let finished = FakeRun::new(plan(60), flat().answering(broken)).run();
    let report = report(&finished);
    assert_eq!((&report["exit_code"], &report["verdict"]), (&3.into(), &"inconclusive".into()));
    let headline = report["headline"].as_str().unwrap();
    assert!(headline.contains("all 5,999 answers in steady were 500 Internal Server Error"), "{headline}");
    assert_eq!(report["load"]["requests"], 5999, "one more is answered in steady, and sent in warm-up");
    let errors = &report["load"]["errors"];
    assert_eq!((&errors["ratio"], &errors["by_kind"]), (&json!(1.0), &json!({"5xx": 5999})));
    assert_eq!(errors["by_status"], json!({"500": 5999}));
    let notes = report["notes"].to_string();
    assert!(!notes.contains("more than half"), "the headline says it: {notes}");
    let begins = finished.evidence.events.iter().map(|event| &event.kind);
    assert_eq!(begins.filter(|kind| matches!(kind, EventKind::FailuresBegin { .. })).count(), 1);
}

#[test]
fn a_service_that_stops_answering_half_way_says_so_once_and_since_when() {
    let load = DrivenPlan { timeout: Span(Duration::from_secs(1)), ..DrivenPlan::example() };
    let plan = PlanRecord { phases: plan(60).phases, ..PlanRecord::example_of(load) };
    let half_way = Duration::from_secs(30);
    let answers =
        SimulatedAnswers { hangs_from: Some(half_way), ..SimulatedAnswers::ok_after(half_way / 1000) };
    let finished = FakeRun::new(plan, flat().answering(answers)).run();
    let failures = finished.evidence.events.iter().filter_map(|event| match &event.kind {
        EventKind::FailuresBegin { since_s, by_kind, by_status } => Some((*since_s, by_kind, by_status)),
        _ => None,
    });
    let failures: Vec<_> = failures.collect();
    let [(since_s, by_kind, by_status)] = failures[..] else { panic!("{failures:?}") };
    assert!((30.0..=32.0).contains(&since_s) && by_status.is_empty(), "{failures:?}");
    assert!(by_kind.iter().all(|(kind, _)| *kind == ErrorKind::Timeout), "{failures:?}");
    let notes = report(&finished)["notes"].to_string();
    assert!(notes.contains(" s on more than half of the requests failed (mostly timeout)."), "{notes}");
}

#[test]
fn a_slow_service_drops_what_is_due_and_each_drop_is_counted() {
    // two connections at five answers per second each, for fifty that are due
    let load = DrivenPlan { rate: Rate::PerSecond(50.0), connections: 2, ..DrivenPlan::example() };
    let load = DrivenPlan { timeout: Span(Duration::from_secs(1)), ..load };
    let plan = PlanRecord { phases: plan(60).phases, ..PlanRecord::example_of(load) };
    let slow = flat().answering(SimulatedAnswers::ok_after(Duration::from_millis(200)));
    let report = report(&FakeRun::new(plan, slow).run());
    assert_eq!((&report["exit_code"], &report["verdict"]), (&3.into(), &"inconclusive".into()));
    assert!(report["headline"].as_str().unwrap().contains("dropped"), "{}", report["headline"]);
    let load = &report["load"];
    assert!(load["dropped"].as_u64().unwrap() > 2000, "{load}");
    assert_eq!(load["dropped"], load["errors"]["by_kind"]["dropped"]);
    assert!(load["errors"]["ratio"].as_f64().unwrap() > 0.5, "{load}");
    assert!(load["rate_held"].as_f64().unwrap() < 25.0, "{load}");
}

#[test]
fn a_service_that_no_one_uses_is_not_called_healthy() {
    let idle = leaving_tasks(|_| 0.0);
    let report = report(&FakeRun::new(watch(60), idle).run());
    assert_eq!(report["exit_code"], 3, "{report}");
    assert!(report.to_string().contains("no request was answered while it was watched"), "{report}");
}

#[test]
fn a_run_that_ends_before_steady_says_that_nothing_can_be_known() {
    let baseline = Span(Duration::from_secs(60));
    let mut plan = plan(90);
    plan.phases.baseline = baseline;
    let finished = FakeRun::new(plan, flat())
        .command_at(Duration::from_secs(5), Command::Stop(StopAsker::Interrupt))
        .run();
    let report = report(&finished);
    assert_eq!((finished.end, &report["exit_code"]), (End::Stopped, &3.into()), "{report}");
    assert!(report["headline"].as_str().unwrap().contains("before steady began"), "{}", report["headline"]);
    assert_eq!(finished.evidence.load.iter().map(|row| row.sent).sum::<u64>(), 0, "nothing was sent");
}

#[test]
fn with_until_sure_a_watch_ends_as_soon_as_it_is_certain() {
    let plan = PlanRecord { until_sure: Some(Span(Duration::from_secs(5))), ..watch(3600) };
    let finished = FakeRun::new(plan, leaving_tasks(|now| (now.seconds() * 60.0).floor())).run();
    let report = report(&finished);
    assert_eq!((finished.end, &report["exit_code"]), (End::Stopped, &1.into()), "{report}");
    assert!(finished.lasted < Duration::from_secs(120), "{:?}", finished.lasted);
    assert!(report.to_string().contains("the answer is certain"), "{report}");
}

#[test]
fn a_run_is_compared_with_an_earlier_one_at_its_end() {
    let fixed = Path::new(env!("CARGO_MANIFEST_DIR")).join("reports/sample-fixed");
    let plan = PlanRecord { compare_to: Some(PathBuf::from(&fixed)), ..plan(60) };
    let judging = crate::evidence::Judging { gates_only: true, ..plan.judging.clone() };
    let plan = PlanRecord { judging, ..plan };
    let stuck = |now: Now| 4.0 + now.requests as f64;
    let service = flat().series(SeriesId::Goroutines, stuck).tasks(group("main.worker", "chan send"), stuck);
    let finished = FakeRun::new(plan, service).run();
    let report = report(&finished);
    assert_eq!(report["exit_code"], 1, "{report}");
    assert_eq!(report["reason"], format!("gate compare {}", fixed.display()), "{report}");
    assert!(report["reproduce"].as_str().unwrap().contains("--compare-to"), "{report}");
    let comparison = serde_json::to_value(finished.write_report().comparison.unwrap()).unwrap();
    assert_eq!(comparison["verdict"], "regressed", "{comparison}");
    for file in ["compare.json", "compare.md", "compare.html", "compare.png"] {
        assert!(finished.dir().join(file).exists(), "no {file}");
    }
}

#[test]
fn of_a_run_that_ends_early_proof_and_series_agree() {
    let stuck = |now: Now| (now.requests / 2) as f64;
    let service = || {
        flat()
            .series(SeriesId::Goroutines, move |now| 20.0 + stuck(now))
            .tasks(group("main.worker", "chan send"), stuck)
            .proving(stuck)
    };
    for second in [13, 16, 25, 40] {
        let run = FakeRun::new(plan(600), service()).runtime(Runtime::Go);
        let finished = run.command_at(Duration::from_secs(second), Command::Stop(StopAsker::Interrupt)).run();
        let report = report(&finished);
        assert_eq!(
            (finished.end, &report["verdict"]),
            (End::Stopped, &"leak".into()),
            "{second} s: {report}"
        );
        assert_eq!(report["culprits"][0]["proven"], true, "after {second} s: {report}");
        let all = report["series"].as_array().unwrap();
        let series = all.iter().find(|series| series["name"] == "goroutines").unwrap();
        assert_eq!(series["trend"], "growing", "after {second} s: {series}");
    }
}

#[test]
fn threads_that_each_collection_frees_want_cycles_or_a_longer_run() {
    // three teeth: clients that are dropped, each with a thread until it is collected
    let threads = |now: Now| 30.0 + (now.seconds() * 4.0).rem_euclid(100.0).floor();
    let service = || FakeService::new().series(SeriesId::Threads, threads);
    let finished = FakeRun::new(plan(60), service()).runtime(Runtime::Jvm).run();
    let report = report(&finished);
    assert_eq!(report["verdict"], "inconclusive", "{report}");
    let headline = report["headline"].as_str().unwrap();
    assert!(headline.contains("--cycles 3"), "{headline}");
    assert!(headline.contains("or --load-duration of about "), "it names no time: {headline}");
    let long = FakeRun::new(plan(1200), service()).runtime(Runtime::Jvm).run();
    assert_eq!(long.report.verdict, crate::findings::Verdict::Stable, "{}", long.report.headline);
}
