//! A real Node service with its inspector on: found by itself, the leak named, a healthy one with garbage stable.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Output, Running, Server, events, report, run_soak, skipped, soak, until};

/// The service of tests/fixtures/node, if there is a Node to run it.
fn service(leak: bool, inspect: bool) -> Option<Server> {
    let version = Command::new("node").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !version.is_ok_and(|status| status.success()) {
        return None;
    }
    let mut command = Command::new("node");
    command.env_remove("LEAK").env_remove("PORT").env_remove("NODE_OPTIONS");
    if leak {
        command.env("LEAK", "1");
    }
    if inspect {
        command.arg("--inspect=127.0.0.1:0");
    }
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/node/server.js"));
    Some(Server::from(command))
}

fn soaked(server: &Server, args: &[&str]) -> (Output, Value, usize) {
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("run");
    let url = server.url();
    let output = run_soak(&[&[&url, "-o", out.to_str().unwrap()], args].concat());
    let collections = events(&out).iter().filter(|event| event["kind"] == "collection").count();
    (output, report(&out), collections)
}

fn series<'a>(report: &'a Value, name: &str) -> Option<&'a Value> {
    report["series"].as_array().unwrap().iter().find(|series| series["name"] == name)
}

#[test]
fn the_leak_is_named_by_file_and_line() {
    let Some(server) = service(true, true) else { return skipped("there is no node on PATH") };
    let (output, report, collections) = soaked(&server, &["-z", "30s", "-q", "100/s"]);
    let output = output.ends_with(1);
    assert_eq!(
        (report["verdict"].as_str(), report["target"]["runtime"].as_str()),
        (Some("leak"), Some("v8"))
    );
    assert!(collections >= 8, "{collections} collections\n{}", output.all());
    assert_eq!(series(&report, "mem_live_bytes").unwrap()["trend"], "growing", "{}", output.all());
    let culprit = &report["culprits"][0];
    assert_eq!(
        (culprit["kind"].as_str(), culprit["name"].as_str()),
        (Some("heap"), Some("(anonymous) (server.js:11)"))
    );
    assert!(culprit["stack"].to_string().contains("tests/fixtures/node/server.js:11"), "{culprit}");
}

#[test]
fn a_service_that_only_makes_garbage_is_stable() {
    let Some(server) = service(false, true) else { return skipped("there is no node on PATH") };
    // what a request could hide is the heap's noise over the requests: enough of them, on a busy machine too
    let (output, report, _) = soaked(&server, &["-z", "30s", "-q", "400/s"]);
    let output = output.ends_with(0);
    let live = series(&report, "mem_live_bytes").unwrap_or_else(|| panic!("{}", output.all()));
    // in so short a run its own noise may leave the trend open, not the verdict
    assert!(report["verdict"] == "stable" && live["trend"] != "growing", "{live}");
    assert_eq!(report["culprits"].as_array().map(Vec::len), Some(0));
    let inspector =
        report["probes"].as_array().unwrap().iter().find(|probe| probe["name"] == "inspector").unwrap();
    assert!(inspector["cost_ratio"].as_f64().unwrap() < 0.0125, "{inspector}");
}

#[test]
fn no_collection_is_forced_where_none_is_wanted() {
    let Some(server) = service(false, true) else { return skipped("there is no node on PATH") };
    let (output, report, collections) = soaked(&server, &["-z", "6s", "-q", "50/s", "--no-gc"]);
    assert_eq!(collections, 0);
    assert!(
        series(&report, "heap_bytes").is_some() && series(&report, "mem_live_bytes").is_none(),
        "{}",
        output.all()
    );
}

#[test]
fn without_an_inspector_soak_says_what_turns_it_on_and_sends_no_signal() {
    let Some(server) = service(false, false) else { return skipped("there is no node on PATH") };
    let (output, _, _) = soaked(&server, &["-z", "4s", "-q", "50/s"]);
    let said = &output.stderr;
    assert!(said.contains("--inspect=127.0.0.1:0") && said.contains("kill -USR1"), "{said}");
    let (_, report, _) = soaked(&server, &["-z", "4s", "-q", "50/s"]);
    assert!(series(&report, "heap_bytes").is_none(), "its inspector is still off");
}

#[test]
fn a_service_that_ends_does_not_wait_for_soak_to_leave() {
    let Some(server) = service(false, true) else { return skipped("there is no node on PATH") };
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("run");
    let url = server.url();
    let watch = soak(&["watch", &url, "--gc", "-z", "8s", "-o", out.to_str().unwrap()]);
    let running = Running::start(watch);
    let seen = |kind: &str| {
        let events = std::fs::read_to_string(out.join("events.jsonl")).unwrap_or_default();
        events.contains(&format!("\"kind\":\"{kind}\""))
    };
    until("a collection", || seen("collection"));
    let begun = Instant::now();
    drop(server); // it is asked to end, and killed after two seconds
    assert!(begun.elapsed() < Duration::from_millis(1_800), "Node waits for each connection");
    assert!(seen("collection") && running.end().code >= 3, "it went away");
}
