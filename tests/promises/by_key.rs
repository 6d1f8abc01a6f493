//! Requests that differ: a service that keeps an entry for each key, and what soak says of it.

use std::path::Path;

use serde_json::Value;

use super::support::{Server, report, run_soak, text};

/// Judges a store while these keys are asked for.
fn judged(place: &Path, keys: &str, flags: &[&str]) -> (i32, Value) {
    let server = Server::start("store");
    let (url, out) = (format!("{}{keys}", server.url()), place.join("run"));
    let own = [url.as_str(), "--vary", "-o", out.to_str().unwrap(), "--quiet"];
    let output = run_soak(&[&own[..], flags].concat());
    assert!(out.join("report.json").exists(), "{output:?}");
    (output.code, report(&out))
}

fn headline(report: &Value) -> &str {
    report["headline"].as_str().unwrap()
}

#[test]
fn a_store_without_a_bound_is_a_leak_under_keys_that_never_end() {
    let place = tempfile::tempdir().unwrap();
    let (code, report) = judged(place.path(), "k/{{seq}}", &["-z", "25s", "-q", "50/s"]);
    assert_eq!(code, 1, "{}", headline(&report));
    let plan = text(place.path().join("run/plan.toml"));
    assert!(plan.contains("URL {{seq}}") && plan.contains("/k/{{seq}}"), "{plan}");
}

#[test]
fn the_same_store_is_stable_once_all_its_keys_were_seen() {
    let place = tempfile::tempdir().unwrap();
    let (code, report) =
        judged(place.path(), "k/{{pick 500}}", &["-z", "32s", "-q", "50/s", "--warmup", "2s"]);
    assert_eq!(code, 0, "{}", headline(&report));
    let notes = report["notes"].to_string();
    assert!(notes.contains("All 500 keys were seen after"), "{notes}");
}

#[test]
fn keys_that_were_not_all_seen_leave_it_open() {
    let place = tempfile::tempdir().unwrap();
    let (code, report) = judged(place.path(), "k/{{pick 9000}}", &["-z", "25s", "-q", "50/s"]);
    assert_eq!(code, 3, "{}", headline(&report));
    assert!(headline(&report).contains("of 9,000 keys had not been seen yet"), "{}", headline(&report));
}

#[test]
fn growth_is_reported_per_new_and_per_repeated_key() {
    let place = tempfile::tempdir().unwrap();
    let (code, report) = judged(
        place.path(),
        "k/{{seq}}",
        &["-z", "50s", "-q", "60/s", "--reuse", "0.6", "--interval", "0.5"],
    );
    assert_eq!(code, 1, "{}", headline(&report));
    assert!(headline(&report).contains("per new key"), "{}", headline(&report));
    let load = text(place.path().join("run/load.csv"));
    let sent = |name: &str| -> f64 {
        let rows = load.lines().filter(|line| line.split(',').nth(1) == Some(name));
        rows.map(|line| line.split(',').nth(5).unwrap().parse::<f64>().unwrap()).sum()
    };
    let share = sent("repeated key") / (sent("repeated key") + sent("new key"));
    assert!((share - 0.6).abs() < 0.02, "{share}");
}
