//! Of a target that is many processes soak says which one grows, and does not blame what comes and goes with the load.
//!
//! The services are `tests/fixtures/prefork/server.py` and `tests/fixtures/slower/server.py`, whose truth is known.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// The server, its port and the pid of the worker that leaks; its process group ends with it.
struct Server {
    child: Child,
    port: u16,
    leaks: u32,
}

impl Server {
    /// None where there is no python3.
    fn start(mode: &str) -> Option<Server> {
        Server::run("prefork", mode)
    }

    fn run(fixture: &str, mode: &str) -> Option<Server> {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
        let script = fixtures.join(fixture).join("server.py");
        let mut command = Command::new("python3");
        command.arg(script).arg(mode).stdout(Stdio::piped()).process_group(0);
        let Ok(mut child) = command.spawn() else {
            crate::support::skipped("there is no python3 on PATH for the server");
            return None;
        };
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let mut numbers = line.split_whitespace().map(|n| n.parse::<u32>().unwrap());
        let port = u16::try_from(numbers.next().unwrap()).unwrap();
        Some(Server { port, leaks: numbers.next().unwrap(), child })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill").args(["-9", "--", &group]).status();
        let _ = self.child.wait();
    }
}

/// soak's exit code, its report and its instances.csv.
fn judged(server: &Server, rate: &str, duration: &str) -> (i32, Value, String) {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("run");
    let url = format!("http://127.0.0.1:{}/", server.port);
    let status = Command::new(env!("CARGO_BIN_EXE_soak"))
        .args(["--url", &url, "--duration", duration, "--rate", rate, "--no-tui", "--quiet", "--out"])
        .arg(&out)
        .stdout(Stdio::null())
        .status()
        .unwrap();
    let report = std::fs::read_to_string(out.join("report.json")).unwrap();
    let instances = std::fs::read_to_string(out.join("instances.csv")).unwrap();
    (status.code().unwrap(), serde_json::from_str(&report).unwrap(), instances)
}

#[test]
fn the_one_worker_that_leaks_is_named() {
    let Some(server) = Server::start("leak") else { return };
    let (code, report, instances) = judged(&server, "100/s", "24s");
    assert_eq!((code, &report["verdict"]), (1, &Value::from("leak")), "{}", report["headline"]);
    let name = report["culprits"][0]["name"].as_str().unwrap_or_default();
    assert!(name.contains(&format!("(pid {})", server.leaks)), "{}", report["culprits"]);
    assert_eq!(report["culprits"].as_array().unwrap().len(), 1, "{}", report["culprits"]);
    let rows =
        |pid: u32| instances.lines().filter(|l| l.contains(&format!(",{pid},rss_anon_bytes,"))).count();
    assert!(rows(server.leaks) > 10 && rows(server.child.id()) > 10, "{instances}");
}

#[test]
fn workers_that_are_recycled_are_no_leak() {
    let Some(server) = Server::start("recycled") else { return };
    let (code, report, _) = judged(&server, "100/s", "24s");
    assert_ne!(code, 1, "{}", report["headline"]);
    assert_eq!(report["culprits"], Value::Array(Vec::new()));
}

#[test]
fn children_that_are_left_behind_are_counted_a_request() {
    let Some(server) = Server::start("children") else { return };
    let (code, report, _) = judged(&server, "20/s", "22s");
    assert_eq!((code, &report["verdict"]), (1, &Value::from("leak")), "{}", report["headline"]);
    let culprit = &report["culprits"][0];
    let per_request = culprit["per_request"].as_f64().unwrap();
    assert_eq!(culprit["kind"], "child", "{culprit}");
    assert!((per_request - 0.25).abs() < 0.03, "{culprit}");
}

#[test]
fn connections_of_the_load_itself_are_not_blamed() {
    let Some(server) = Server::run("slower", "") else { return };
    let (code, report, _) = judged(&server, "20/s", "22s");
    assert_ne!(code, 1, "{}", report["headline"]);
    assert_eq!(report["culprits"], Value::Array(Vec::new()));
    let fds = report["series"].as_array().unwrap().iter().find(|s| s["name"] == "fds").unwrap();
    let grown = fds["end"].as_f64().unwrap() - fds["start"].as_f64().unwrap();
    assert!(grown > 10.0, "the trap is set: {fds}");
}

#[test]
fn sockets_that_are_left_open_are_named_by_their_kind() {
    let Some(server) = Server::start("sockets") else { return };
    let (code, report, _) = judged(&server, "20/s", "22s");
    assert_eq!((code, &report["verdict"]), (1, &Value::from("leak")), "{}", report["headline"]);
    let culprit = &report["culprits"][0];
    assert_eq!(
        (&culprit["kind"], &culprit["name"]),
        (&Value::from("fd"), &Value::from("sockets")),
        "{culprit}"
    );
    assert!((culprit["per_request"].as_f64().unwrap() - 1.0).abs() < 0.1, "{culprit}");
}
