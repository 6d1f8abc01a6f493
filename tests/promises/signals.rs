//! Ctrl-C, SIGTERM or SIGHUP once: no more load, no settle, the whole report, exit by the verdict on what was seen.
//! Twice: out. Whenever it comes, a COMMAND that soak started does not outlive it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::support::{Running, Server, as_server, closed_port, events, report, soak, until};

/// Whether a process is there and no zombie.
fn lives(pid: &str) -> bool {
    let out = std::process::Command::new("ps").args(["-o", "stat=", "-p", pid]).output().unwrap();
    let state = String::from_utf8_lossy(&out.stdout);
    !state.trim().is_empty() && !state.trim().starts_with('Z')
}

/// What a command has written into a file, once it has.
fn written(file: &Path) -> String {
    until("the command has begun", || std::fs::read_to_string(file).is_ok_and(|text| text.ends_with('\n')));
    std::fs::read_to_string(file).unwrap().trim().to_string()
}

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
    let output = run.end();
    // 3 s are promised where the machine has a moment to spare; settle would take 20
    assert!(asked.elapsed() < Duration::from_secs(12), "took {:?}", asked.elapsed());
    let sent = server.requests().len();

    let report = report(&out);
    assert_eq!(i64::from(output.code), report["exit_code"].as_i64().unwrap());
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
fn a_terminal_that_closes_does_the_same() {
    stops_and_reports(Signal::HUP);
}

#[test]
#[cfg(target_os = "linux")]
fn under_nohup_a_terminal_that_closes_is_nothing() {
    let server = Server::start("ok");
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("run");
    let quiet = soak(&[]);
    let mut command = std::process::Command::new("sh");
    command.args(["-c", "trap '' HUP; exec \"$@\"", "sh"]).arg(quiet.get_program());
    command.args([&server.url(), "--load-only", "-z", "2s", "-o", out.to_str().unwrap()]);
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let run = Running::start(command);
    until("the run has begun", || out.join("events.jsonl").exists());
    run.signal(Signal::HUP);
    run.end().ends_with(0);
    assert!(!events(&out).iter().any(|e| e["kind"] == "stopped"), "{:?}", events(&out));
}

fn leaves_no_process_behind(signal: Signal) {
    let place = tempfile::tempdir().unwrap();
    let (out, began, ended) =
        (place.path().join("run"), place.path().join("began"), place.path().join("ended"));
    // never listens, but tidies up when it is asked to end
    let script = format!(
        "trap 'echo yes > {}; exit' TERM; echo $$ > {}; while :; do sleep 0.1; done",
        ended.display(),
        began.display()
    );
    let url = format!("http://127.0.0.1:{}/", closed_port());
    let run = Running::start(soak(&[&url, "-o", out.to_str().unwrap(), "--", "sh", "-c", &script]));
    let pid = written(&began);
    run.signal(signal);
    let output = run.end().ends_with(130);
    assert!(
        output.stderr.contains("stopped before the run began") && output.stderr.contains("sh is ended"),
        "{output:?}"
    );
    assert!(!lives(&pid), "the command was left behind");
    assert_eq!(written(&ended), "yes");
    assert!(!out.exists(), "something was written");
}

#[test]
fn while_a_command_is_awaited_each_signal_ends_it_too() {
    leaves_no_process_behind(Signal::INT);
    leaves_no_process_behind(Signal::TERM);
    leaves_no_process_behind(Signal::HUP);
}

#[test]
fn the_summary_does_not_wait_for_a_command_to_end_and_twice_does_not_either() {
    let place = tempfile::tempdir().unwrap();
    let (out, began) = (place.path().join("run"), place.path().join("began"));
    let port = closed_port();
    let (server, vars) = as_server("ok", port);
    // what is ignored stays so over exec: it does not end on SIGTERM
    let script = format!("trap '' TERM; echo $$ > {}; exec \"$@\"", began.display());
    let url = format!("http://127.0.0.1:{port}/");
    let out = out.to_str().unwrap();
    let mut command =
        soak(&[&url, "--baseline", "0.2s", "--warmup", "0.2s", "-z", "80s", "-o", out, "--", "sh", "-c"]);
    command.arg(script).arg("sh").args(server).envs(vars);
    let mut child = command.stderr(std::process::Stdio::null()).spawn().unwrap();
    let pid = written(&began);
    until("the run comes to steady", || {
        std::fs::read_to_string(Path::new(out).join("samples.csv"))
            .is_ok_and(|text| text.contains(",steady,"))
    });
    let soak = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(soak, Signal::INT).unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.contains("exit code")), "no summary");
    assert!(lives(&pid), "the summary came after the command's end");
    rustix::process::kill_process(soak, Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(!lives(&pid), "the command was left behind");
}

#[test]
fn twice_is_out_at_once() {
    let server = Server::start("ok");
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("run");
    let run = in_steady(&server, &out);
    run.signal(Signal::INT);
    // what comes within a moment of the first is the same wish
    until("the first was understood", || events(&out).iter().any(|e| e["kind"] == "stopped"));
    run.signal(Signal::TERM);
    run.end().ends_with(130);
    assert!(out.join("samples.csv").exists(), "what was recorded stays");
}
