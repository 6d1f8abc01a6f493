//! Servers that fail, hang, die or were never there: what the contract says, and never 0.

use std::path::Path;

use serde_json::Value;

use super::support::{Output, Running, Server, as_server, closed_port, report, run, soak};

/// A short run that ends by itself; with what it reports.
fn short(url: &str, more: &[&str], out: &Path) -> (Output, Value) {
    let out_text = out.to_str().unwrap();
    let mut args = vec![
        url,
        "--baseline",
        "0.3s",
        "--warmup",
        "0.5s",
        "--load-duration",
        "4s",
        "--settle",
        "0.5s",
        "-q",
        "50",
        "-t",
        "1s",
        "-o",
        out_text,
    ];
    args.extend(more);
    let output = run(soak(&args));
    let report = if out.join("report.json").exists() { report(out) } else { Value::Null };
    (output, report)
}

/// That such a server ends so, with this in its headline.
#[track_caller]
fn ends(kind: &str, more: &[&str], code: i32, verdict: &str, words: &[&str]) -> Value {
    let server = Server::start(kind);
    let place = tempfile::tempdir().unwrap();
    let (output, report) = short(&server.url(), more, &place.path().join("run"));
    let output = output.ends_with(code);
    assert_eq!(report["verdict"], verdict, "{output:?}");
    let headline = report["headline"].as_str().unwrap();
    for word in words {
        assert!(headline.contains(word), "{kind} should say {word}: {headline}");
    }
    report
}

#[test]
fn one_that_answers_only_500_as_expected_is_fine_with_that() {
    let server = Server::start("500");
    let place = tempfile::tempdir().unwrap();
    let (_, report) = short(&server.url(), &["--expect-status", "500"], &place.path().join("run"));
    assert_eq!(report["load"]["errors"]["ratio"], 0.0);
}

#[test]
fn one_that_accepts_and_never_answers_has_failed() {
    let report = ends("silent", &["--keep-going"], 4, "failed", &["no request was answered"]);
    let kinds = report["load"]["errors"]["by_kind"].as_object().unwrap();
    assert_eq!((kinds.len(), &report["load"]["errors"]["ratio"]), (1, &1.0.into()), "{kinds:?}");
    assert!(kinds["timeout"].as_u64().unwrap() > 100, "{kinds:?}");
}

#[test]
fn one_that_stops_listening_half_way_but_lives_cannot_be_judged() {
    let report = ends("deaf", &[], 3, "inconclusive", &["failed", "connect"]);
    let kinds = report["load"]["errors"]["by_kind"].as_object().unwrap();
    assert!(kinds["connect"].as_u64().unwrap() > 20, "{kinds:?}");
}

#[test]
fn one_that_dies_half_way_has_failed() {
    ends("dies", &[], 4, "failed", &["went away"]);
}

#[test]
fn a_command_that_ends_by_itself_has_failed() {
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("run");
    let port = closed_port();
    let (line, vars) = as_server("dies", port);
    let url = format!("http://127.0.0.1:{port}/");
    let mut args = vec![url.as_str(), "-z", "6s", "-q", "100", "-t", "1s", "-o", out.to_str().unwrap(), "--"];
    args.extend(line.iter().map(String::as_str));
    let mut command = soak(&args);
    command.envs(vars);
    let output = Running::start(command).end().ends_with(4);
    assert_eq!(report(&out)["verdict"], "failed", "{output:?}");
}

#[test]
fn a_command_is_started_judged_and_ended() {
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("run");
    let port = closed_port();
    let (line, vars) = as_server("ok", port);
    let url = format!("http://127.0.0.1:{port}/");
    let mut args = vec![url.as_str(), "-z", "3s", "-o", out.to_str().unwrap(), "--"];
    args.extend(line.iter().map(String::as_str));
    let mut command = soak(&args);
    command.envs(vars);
    let output = run(command);
    assert!([0, 1, 3].contains(&output.code), "{output:?}");
    assert!(report(&out)["target"]["pid"].as_u64().is_some());
    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err(), "it still listens");
}

#[test]
fn a_command_that_cannot_be_started_is_wrong_use() {
    let place = tempfile::tempdir().unwrap();
    let url = format!("http://127.0.0.1:{}/", closed_port());
    let (output, report) = short(&url, &["--", "/no/such/program"], &place.path().join("run"));
    assert_eq!((output.code, report), (2, Value::Null), "{}", output.stderr);
    assert!(output.stderr.contains("/no/such/program"), "{}", output.stderr);
}

#[test]
fn one_that_refuses_every_connection_has_failed() {
    let place = tempfile::tempdir().unwrap();
    let url = format!("http://127.0.0.1:{}/", closed_port());
    let (output, report) = short(&url, &["--load-only", "--keep-going"], &place.path().join("run"));
    let output = output.ends_with(4);
    assert_eq!(report["verdict"], "failed", "{output:?}");
    assert!(report["load"]["errors"]["by_kind"]["connect"].as_u64().unwrap() > 100, "{report}");
}

#[test]
fn a_living_process_behind_a_refusing_port_has_failed_too() {
    let server = Server::start("ok");
    let place = tempfile::tempdir().unwrap();
    let url = format!("http://127.0.0.1:{}/", closed_port());
    let pid = server.pid().to_string();
    let (output, report) = short(&url, &["--pid", &pid, "--keep-going"], &place.path().join("run"));
    let output = output.ends_with(4);
    assert_eq!(report["target"]["pid"].as_u64(), Some(server.pid().into()), "{output:?}");
}
