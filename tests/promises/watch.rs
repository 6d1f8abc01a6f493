//! `soak watch` observes and judges while something else drives, sends no load, and forces no collection unasked.
//!
//! The drivers here are loops in the test, as curl in a shell would be.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::Value;

use super::support::{Running, Server, closed_port, events, files, report, run, run_soak, soak, until};

/// A loop that asks for `/` so often a second, until it is dropped.
pub struct Driver {
    over: Arc<AtomicBool>,
    answered: Arc<AtomicU64>,
    thread: Option<JoinHandle<()>>,
}

impl Driver {
    pub fn start(address: SocketAddr, rate: u32) -> Driver {
        let (over, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let (ends, count) = (Arc::clone(&over), Arc::clone(&answered));
        let thread = std::thread::spawn(move || {
            let begun = Instant::now();
            while !ends.load(Ordering::Relaxed) {
                get(address);
                let n = count.fetch_add(1, Ordering::Relaxed) + 1;
                let due = begun + Duration::from_secs(1) * n as u32 / rate;
                std::thread::sleep(due.saturating_duration_since(Instant::now()));
            }
        });
        Driver { over, answered, thread: Some(thread) }
    }

    fn answered(&self) -> u64 {
        self.answered.load(Ordering::Relaxed)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// One connection, one request, its answer; a server that was just ended answers nothing, which is the test's own
/// doing.
fn get(address: SocketAddr) {
    let Ok(mut stream) = TcpStream::connect(address) else { return };
    let _ = stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    // one that keeps the connection open says how long the answer is, and the head is enough for a driver
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let _ = lines.find(|line| line.is_empty());
    let _ = lines.next();
}

fn series<'a>(report: &'a Value, name: &str) -> &'a Value {
    report["series"].as_array().unwrap().iter().find(|s| s["name"] == name).unwrap_or(&Value::Null)
}

/// That nothing in a report speaks of a load that soak sent.
#[track_caller]
fn speaks_of_no_load(out: &Path) {
    assert_eq!(report(out)["load"], Value::Null);
    for file in ["report.md", "soak.svg"] {
        let text = super::support::text(out.join(file));
        for word in ["/s sent<", "no errors", "**Load**", ">p99", "0 requests,", " at 100/s"] {
            assert!(!text.contains(word), "{file} says '{word}'");
        }
        assert!(text.contains("watched for"), "{file}");
    }
}

#[test]
fn a_leak_is_found_and_sized_by_the_targets_own_count_of_requests() {
    let demo = Server::demo();
    // requests from before are none of the watch's
    (0..20).for_each(|_| get(demo.address()));
    let driver = Driver::start(demo.address(), 60);
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("run");
    let gates =
        ["--gate", "latency.p99 < 1s", "--gate", "errors.ratio < 1%", "--gate", "tasks.slope < 1/min"];
    let args = ["watch", &demo.url(), "-z", "12s", "-o", out.to_str().unwrap()];
    let output = run_soak(&[&args[..], &gates].concat()).ends_with(1);
    let report = report(&out);
    assert_eq!(report["verdict"], "leak", "{}", report["headline"]);
    let culprit = &report["culprits"][0];
    let each = culprit["per_request"].as_f64().unwrap();
    assert!((0.9..1.1).contains(&each), "a task per request, not {each}");
    assert!(culprit["name"].as_str().unwrap().starts_with("src/demo/story.rs:"), "{culprit}");
    assert!(report["headline"].as_str().unwrap().contains("per request"), "{}", report["headline"]);
    let samples = super::support::text(out.join("samples.csv"));
    let counted: Vec<u64> =
        samples.lines().skip(1).filter_map(|line| line.split(',').nth(2)?.parse().ok()).collect();
    let (first, last) = (counted[0], counted[counted.len() - 1]);
    assert!(first == 0 && last > 200 && last <= driver.answered(), "{first} to {last}");
    assert!(samples.lines().skip(1).all(|line| line.split(',').nth(1) == Some("steady")), "{samples}");
    let result = |i: usize| (report["gates"][i]["result"].as_str(), report["gates"][i]["why"].as_str());
    assert_eq!(result(0), (Some("inconclusive"), Some("no load was sent")));
    assert_eq!(result(1), (Some("inconclusive"), Some("no load was sent")));
    assert_eq!(result(2).0, Some("failed"), "{}", report["gates"]);
    assert!(output.stderr.contains("/s answered"), "{}", output.stderr);
    let driver_health = report["driver"]["rss_bytes_max"].as_u64().unwrap();
    assert!(driver_health > 1 << 20, "soak tells of itself: {}", report["driver"]);
    speaks_of_no_load(&out);
}

#[test]
fn a_healthy_service_is_stable_and_nothing_is_sent_to_it() {
    let server = Server::start("ok");
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("run");
    let watch = Running::start(soak(&[
        "watch",
        &server.url(),
        "--interval",
        "200ms",
        "-o",
        out.to_str().unwrap(),
        "--max-hold",
        "1s",
    ]));
    let driver = Driver::start(server.address(), 20);
    until("eight seconds are sampled", || {
        std::fs::read_to_string(out.join("samples.csv")).is_ok_and(|text| text.lines().count() > 40)
    });
    let asked = Instant::now();
    watch.signal(Signal::INT);
    let output = watch.end();
    assert!(asked.elapsed() < Duration::from_secs(12), "took {:?}", asked.elapsed());
    drop(driver);
    let report = report(&out);
    assert_eq!(i64::from(output.code), report["exit_code"].as_i64().unwrap());
    assert!(
        ["stable", "inconclusive"].contains(&report["verdict"].as_str().unwrap()),
        "{}",
        report["headline"]
    );
    assert_eq!(report["culprits"].as_array().map(Vec::len), Some(0));
    let by_the_hour = output.stdout.contains("No request counter: growth is reported per hour.");
    assert!(by_the_hour, "{}", output.stdout);
    assert!(events(&out).iter().any(|e| e["kind"] == "stopped"));
    let unasked: Vec<String> =
        server.requests().into_iter().filter(|head| !head.contains("Host: x | Connection: close")).collect();
    assert_eq!(unasked, Vec::<String>::new(), "soak itself sent something");
    speaks_of_no_load(&out);
}

#[test]
fn twice_is_out_at_once() {
    let server = Server::start("ok");
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("run");
    let watch = Running::start(soak(&["watch", &server.url(), "-o", out.to_str().unwrap()]));
    until("the watch has begun", || out.join("samples.csv").exists());
    watch.signal(Signal::TERM);
    until("the first was understood", || events(&out).iter().any(|e| e["kind"] == "stopped"));
    watch.signal(Signal::INT);
    // where the report stood already before the second came, the watch is over
    assert!([130, 0, 3].contains(&watch.end().code));
}

#[test]
fn a_pid_alone_is_enough_and_the_report_is_written_again_while_it_goes_on() {
    let server = Server::start("ok");
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("run");
    let pid = server.pid().to_string();
    let args = ["watch", "--pid", &pid, "--every", "2s", "--interval", "100ms", "--json"];
    let watch = Running::start(soak(&[&args[..], &["-o", out.to_str().unwrap()]].concat()));
    let length = || {
        let text = std::fs::read_to_string(out.join("report.json")).ok()?;
        let report: Value = serde_json::from_str(&text).expect("a report is always whole");
        let subtitle = report["subtitle"].as_str()?.to_string();
        Some(subtitle.split("watched for ").nth(1)?.split(' ').next()?.parse::<f64>().unwrap())
    };
    until("a report is there", || length().is_some());
    let first = length().unwrap();
    until("a later one is there", || length().is_some_and(|later| later > first + 1.0));
    let whole = |path: &Path| !path.to_string_lossy().ends_with(".new");
    watch.signal(Signal::INT);
    let output = watch.end();
    assert!(files(&out).iter().all(|path| whole(path)), "half a file was left");
    let document: Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(document, report(&out));
    assert!(document["subtitle"].as_str().unwrap().contains(&format!("(pid {pid})")), "{document}");
    let text = super::support::text(out.join("samples.csv"));
    let times: Vec<f64> =
        text.lines().skip(1).map(|l| l.split(',').next().unwrap().parse().unwrap()).collect();
    let longest = times.windows(2).map(|w| w[1] - w[0]).fold(0.0, f64::max);
    assert!(longest < 1.5, "a report delayed a sample by {longest} s");
}

#[test]
fn a_target_that_is_gone_has_failed() {
    let server = Server::start("ok");
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("run");
    let args = ["watch", &server.url(), "-z", "60s", "--down-after", "1s", "--interval", "200ms"];
    let watch = Running::start(soak(&[&args[..], &["-o", out.to_str().unwrap()]].concat()));
    until("it is watched", || {
        std::fs::read_to_string(out.join("samples.csv")).is_ok_and(|text| text.lines().count() > 5)
    });
    drop(server);
    let output = watch.end().ends_with(4);
    assert!(output.stdout.contains("gone for"), "{}", output.stdout);
}

#[test]
fn a_command_without_a_url_is_watched_and_ended() {
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("run");
    let args = ["watch", "-z", "3s", "-o", out.to_str().unwrap(), "--", "sleep", "77"];
    let output = run_soak(&args);
    assert!([0, 3].contains(&output.code), "{output:?}");
    assert_eq!(report(&out)["target"]["found_by"], "started");
    assert_eq!(series(&report(&out), "threads")["end"], 1.0);
}

#[test]
fn what_makes_no_sense_exits_with_2_and_writes_nothing() {
    let url = format!("http://127.0.0.1:{}/", closed_port());
    for (args, says) in [
        (vec!["watch"], "no target given"),
        (vec!["watch", &url], "no process is listening"),
        (vec!["watch", &url, "--rate", "5"], "--rate"),
        (vec!["watch", &url, "-c", "5"], "-c"),
        (vec!["watch", &url, "--settle", "5s"], "--settle"),
        (vec!["watch", &url, "--every", "soon"], "--every: invalid duration 'soon'"),
    ] {
        let place = tempfile::tempdir().unwrap();
        let mut command = soak(&args);
        command.current_dir(place.path());
        let output = run(command).ends_with(2);
        assert!(output.stderr.contains(says), "{args:?}: {}", output.stderr);
        assert_eq!(files(place.path()).len(), 0, "{args:?}");
    }
}
