//! A Go service that serves no pprof but /debug/vars: its memory account is read off that page.

use super::go::built;
use crate::support::{Server, report, run_soak, skipped};

use serde_json::Value;

/// A run against it; none where there is no Go.
fn soaked(fixed: bool) -> Option<(i32, Value)> {
    let mut command = std::process::Command::new(built("expvar")?);
    command.env_remove("FIXED");
    if fixed {
        command.env("FIXED", "1");
    }
    let server = Server::from(command);
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("run");
    let output = run_soak(&[&server.url(), "-z", "26s", "-q", "200/s", "-o", out.to_str().unwrap()]);
    Some((output.code, report(&out)))
}

#[test]
fn its_leak_is_found_in_the_live_heap_and_its_size_is_right() {
    let Some((code, report)) = soaked(false) else {
        return skipped("there is no go on PATH to build the service without pprof");
    };
    assert_eq!((code, report["verdict"].as_str()), (1, Some("leak")), "{}", report["headline"]);
    assert_eq!(report["account_exact"], true, "{}", report["account"]);
    let series = report["series"].as_array().unwrap();
    let live = series.iter().find(|s| s["name"] == "mem_live_bytes").expect("a live heap");
    assert_eq!(live["trend"], "growing", "{live}");
    let each = live["per_request"].as_f64().unwrap();
    assert!((3600.0..5200.0).contains(&each), "4 KiB per request, not {each}: {live}");
    let probes = report["probes"].as_array().unwrap();
    let found = |name: &str| probes.iter().any(|p| p["name"] == name && p["found"] == true);
    assert!(found("vars") && !found("heap"), "{probes:?}");
}

#[test]
fn its_fix_is_not_called_a_leak() {
    let Some((code, report)) = soaked(true) else {
        return skipped("there is no go on PATH to build the service without pprof");
    };
    assert_ne!(code, 1, "{}", report["headline"]);
    assert_eq!(report["culprits"].as_array().map(Vec::len), Some(0));
}
