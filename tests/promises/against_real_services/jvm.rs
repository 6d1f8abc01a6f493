//! A real Java service: threads are named with their state, kept objects with their class, and a heap that only fills
//! up to its limit is no leak.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::{Server, events, report, run_soak, skipped};

/// The service under tests/fixtures/javaservice; none where there is no Java.
pub fn service(case: &str, options: &[&str]) -> Option<Server> {
    let version = Command::new("java").arg("-version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !version.is_ok_and(|status| status.success()) {
        skipped("there is no java on PATH to run the service");
        return None;
    }
    let mut command = Command::new("java");
    command.args(["-Xmx96m", "-XX:+UseG1GC"]).args(options).env("CASE", case);
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/javaservice/Service.java"));
    Some(Server::from(command))
}

struct Soaked {
    code: i32,
    report: Value,
    stderr: String,
    collections: usize,
}

fn soaked(server: &Server, args: &[&str]) -> Soaked {
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("run");
    let url = server.url();
    let output = run_soak(&[&[&url, "-q", "100", "-o", out.to_str().unwrap()], args].concat());
    let collections = events(&out).iter().filter(|e| e["kind"] == "collection").count();
    Soaked { code: output.code, report: report(&out), stderr: output.stderr, collections }
}

fn series<'a>(report: &'a Value, name: &str) -> &'a Value {
    report["series"].as_array().unwrap().iter().find(|s| s["name"] == name).unwrap_or(&Value::Null)
}

#[test]
fn threads_that_are_left_behind_are_named_with_their_state() {
    let Some(server) = service("threads", &[]) else { return };
    let Soaked { code, report, collections, .. } = soaked(&server, &["-z", "30s"]);
    assert_eq!((code, report["verdict"].as_str()), (1, Some("leak")), "{}", report["headline"]);
    assert_eq!(report["target"]["runtime"], "jvm");
    let culprit = &report["culprits"][0];
    assert_eq!(
        (culprit["name"].as_str(), culprit["state"].as_str(), culprit["kind"].as_str()),
        (Some("audit-writer-#"), Some("WAITING"), Some("thread"))
    );
    let each = culprit["per_request"].as_f64().unwrap();
    assert!((0.09..0.11).contains(&each), "one in ten, not {each}");
    assert!(culprit["stack"].to_string().contains("Service.java:"), "{culprit}");
    assert_eq!(collections, 3, "at the ends of phases and at no other time");
}

#[test]
fn objects_that_are_kept_are_named_by_their_class() {
    let Some(server) = service("map", &[]) else { return };
    let Soaked { code, report, .. } = soaked(&server, &["-z", "40s"]);
    assert_eq!((code, report["verdict"].as_str()), (1, Some("leak")), "{}", report["headline"]);
    let live = series(&report, "mem_live_bytes");
    let each = live["per_request"].as_f64().unwrap();
    assert!((1900.0..2400.0).contains(&each), "2,016 bytes and their entry in the map, not {each}");
    assert!(live["limit_at_s"].is_array(), "the heap's limit is reached some day: {live}");
    let classes: Vec<&str> =
        report["culprits"].as_array().unwrap().iter().filter_map(|c| c["name"].as_str()).collect();
    assert!(classes.contains(&"byte[]") && classes.contains(&"Service$Session"), "{classes:?}");
}

#[test]
fn a_heap_that_only_fills_up_to_its_limit_is_not_a_leak() {
    let Some(server) = service("none", &[]) else { return };
    let Soaked { code, report, .. } = soaked(&server, &["-z", "35s"]);
    assert_eq!((code, report["verdict"].as_str()), (0, Some("stable")), "{}", report["headline"]);
    assert_eq!(report["culprits"].as_array().map(Vec::len), Some(0));
    assert_eq!(series(&report, "heap_limit_bytes")["end"].as_f64().map(|b| (b / 1048576.0) as u64), Some(96));
}

#[test]
fn a_jvm_without_counters_is_asked_for_its_heap_and_judged_all_the_same() {
    let Some(server) = service("none", &["-XX:-UsePerfData"]) else { return };
    let Soaked { code, report, stderr, collections } = soaked(&server, &["--verbose", "-z", "35s"]);
    assert!(stderr.contains("not available: hsperfdata"), "{stderr}");
    assert_eq!((code, report["verdict"].as_str()), (0, Some("stable")), "{}", report["headline"]);
    assert_eq!(collections, 3, "at the ends of phases and at no other time");
    let end = |name: &str| series(&report, name)["end"].as_f64().unwrap_or_else(|| panic!("no {name}"));
    assert_eq!(end("heap_limit_bytes"), 96.0 * 1048576.0);
    assert!((0.1e6..96e6).contains(&end("heap_bytes")) && (0.1e6..20e6).contains(&end("mem_live_bytes")));
    let info = report["probes"].as_array().unwrap().iter().find(|p| p["name"] == "java heap info").unwrap();
    assert!(info["cost_ratio"].as_f64().unwrap() < 0.01, "{info}");
}

#[test]
fn a_cache_that_fills_and_then_is_full_is_not_called_a_leak() {
    let Some(server) = service("cache", &[]) else { return };
    let Soaked { code, report, .. } = soaked(&server, &["-z", "36s"]);
    let live = series(&report, "mem_live_bytes");
    let grown = live["end"].as_f64().unwrap() - live["start"].as_f64().unwrap();
    assert!(grown > 1e6, "it fills while it is looked at, by {grown} bytes");
    assert_ne!(live["trend"], "growing", "{live}");
    assert_ne!((code, report["verdict"].as_str()), (1, Some("leak")), "{}", report["headline"]);
}

#[test]
fn without_leave_nothing_is_collected_and_a_jvm_that_refuses_is_left_alone() {
    let Some(server) = service("none", &["-XX:+DisableAttachMechanism"]) else { return };
    let Soaked { stderr, collections, report, .. } = soaked(&server, &["--verbose", "-z", "6s", "--no-gc"]);
    assert!(
        stderr.contains("not available: java threads") && stderr.contains("DisableAttachMechanism"),
        "{stderr}"
    );
    assert_eq!(collections, 0);
    assert_ne!(report["verdict"], "failed", "no signal has ended it");
    assert!(!series(&report, "heap_bytes").is_null(), "its counters are there all the same");

    let Some(server) = service("none", &["-XX:-UsePerfData", "-Xrs"]) else { return };
    let Soaked { stderr, report, .. } = soaked(&server, &["--verbose", "-z", "6s"]);
    assert!(stderr.contains("not available: hsperfdata") && stderr.contains("UsePerfData"), "{stderr}");
    assert_ne!(report["verdict"], "failed", "no signal has ended it");

    let Some(server) = service("none", &["-XX:-UsePerfData", "-XX:+DisableAttachMechanism"]) else { return };
    let stderr = soaked(&server, &["--verbose", "-z", "6s"]).stderr;
    assert!(
        stderr.contains("not available: java heap") && stderr.contains("it was started with -XX:+Disable"),
        "{stderr}"
    );
}
