//! Ctrl-C or SIGTERM once: no more load, no settle, the whole report, exit by the verdict on what was seen. Twice: out.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::support::{Running, Server, events, report, soak, until};

/// A run of minutes that has come to steady.
fn in_steady(server: &Server, out: &Path) -> Running {
    let run = Running::start(soak(&[
        &server.url(),
        "--baseline",
        "0.5s",
        "--warmup",
        "0.5s",
        "--load-duration",
        "90s",
        "--settle",
        "20s",
        "-o",
        out.to_str().unwrap(),
    ]));
    until("the run comes to steady", || {
        std::fs::read_to_string(out.join("samples.csv"))
            .is_ok_and(|text| text.matches(",steady,").count() > 5)
    });
    run
}

fn stops_and_reports(signal: Signal) {
    let server = Server::start("ok");
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("run");
    let run = in_steady(&server, &out);
    let asked = Instant::now();
    run.signal(signal);
    let told = run.end();
    // 3 s are promised where the machine has a moment to spare; settle would take 20
    assert!(asked.elapsed() < Duration::from_secs(12), "took {:?}", asked.elapsed());
    let sent = server.requests().len();

    let report = report(&out);
    assert_eq!(i64::from(told.code), report["exit_code"].as_i64().unwrap());
    assert!(["stable", "inconclusive", "leak"].contains(&report["verdict"].as_str().unwrap()), "{report}");
    for file in ["report.md", "soak.png", "soak.svg", "junit.xml"] {
        assert!(out.join(file).exists(), "no {file}");
    }
    let events = events(&out);
    assert!(events.iter().any(|e| e["kind"] == "stopped"), "{events:?}");
    assert!(!events.iter().any(|e| e["phase"] == "settle"), "{events:?}");
    thread::sleep(Duration::from_millis(200));
    assert_eq!(server.requests().len(), sent, "load went on");
}

#[test]
fn ctrl_c_once_ends_the_load_and_reports() {
    stops_and_reports(Signal::INT);
}

#[test]
fn sigterm_once_does_the_same() {
    stops_and_reports(Signal::TERM);
}

#[test]
fn twice_is_out_at_once() {
    let server = Server::start("ok");
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("run");
    let run = in_steady(&server, &out);
    run.signal(Signal::INT);
    thread::sleep(Duration::from_millis(1));
    run.signal(Signal::TERM);
    run.end().ends_with(130);
    assert!(out.join("samples.csv").exists(), "what was recorded stays");
}

#[test]
fn before_steady_nothing_can_be_told_and_that_is_said() {
    let server = Server::start("ok");
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("run");
    let run =
        Running::start(soak(&[&server.url(), "--baseline", "60s", "-z", "90s", "-o", out.to_str().unwrap()]));
    until("the run has begun", || {
        std::fs::read_to_string(out.join("samples.csv")).is_ok_and(|text| text.contains(",baseline,"))
    });
    run.signal(Signal::INT);
    run.end().ends_with(3);
    let headline = report(&out)["headline"].as_str().unwrap().to_string();
    assert!(headline.contains("before steady began"), "{headline}");
    assert_eq!(server.requests(), Vec::<String>::new(), "nothing was driven");
}
