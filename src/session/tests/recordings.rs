//! Runs of real services that were recorded and whose right answer is known; they are kept next to the repository.

use std::path::Path;

use super::super::judged_run::judge_run;
use crate::findings::{Report, Verdict};
use crate::record::{files, read_run};

/// What soak says of a recording today; none, and loudly, where it is not here.
fn judged(name: &str) -> Option<Report> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/runs").join(name);
    if !dir.join(files::SAMPLES).exists() {
        crate::testing::skipped(&format!("there is no recording {}", dir.display()));
        return None;
    }
    Some(judge_run(&dir, &read_run(&dir).unwrap()).report)
}

#[test]
fn a_leak_of_64_kib_per_request_that_recycling_hides() {
    let Some(report) = judged("recycled-worker") else { return };
    assert_eq!((report.verdict, report.exit_code), (Verdict::Leak, 1), "{}", report.headline);
    assert!(report.headline.contains("recycling hides the leak"), "{}", report.headline);
    let workers = &report.workers[0];
    let each = workers.per_request.unwrap() / 65_536.0;
    assert!(workers.leaks && (0.97..1.03).contains(&each), "{workers:?}");
    let requests = workers.requests_per_life.unwrap();
    assert!((590.0..610.0).contains(&requests), "{requests} requests");
}

#[test]
fn small_heaps_that_rise_at_each_collection_are_leaks() {
    for name in ["go-context-child-leak", "go-context-child-leak-3m", "node-session-store-leak-inspect"] {
        let Some(report) = judged(name) else { return };
        assert_eq!((report.verdict, report.exit_code), (Verdict::Leak, 1), "{name}: {}", report.headline);
    }
}

#[test]
fn no_run_is_stable_over_growth_that_its_interval_shows() {
    for name in ["etcd-keeps-revisions", "java-delete-on-exit-leak-3m"] {
        let Some(report) = judged(name) else { return };
        assert_ne!(report.verdict, Verdict::Stable, "{name}: {}", report.headline);
    }
}

#[test]
fn an_interpreter_that_warms_up_is_no_leak() {
    let Some(report) = judged("python-warms-up") else { return };
    assert_eq!(report.verdict, Verdict::Inconclusive, "{}", report.headline);
    assert!(
        report.headline.contains("in its first half hour under load without a leak"),
        "{}",
        report.headline
    );
}

#[test]
fn one_step_of_the_live_heap_is_stable() {
    let Some(report) = judged("one-step-live-heap") else { return };
    assert_eq!(report.verdict, Verdict::Stable, "{}", report.headline);
}

#[test]
fn a_transport_for_each_request_leaks_goroutines() {
    let Some(report) = judged("go-transport-each") else { return };
    assert_eq!(report.verdict, Verdict::Leak, "{}", report.headline);
    assert!(report.headline.contains("goroutines"), "{}", report.headline);
}
