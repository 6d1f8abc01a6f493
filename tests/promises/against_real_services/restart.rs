//! A target that restarts in the middle of a run, under another pid and at the same URL: each life is judged by itself.

use std::net::TcpStream;
use std::process::Command;

use serde_json::Value;

use super::go::built;
use crate::support::{Server, closed_port, events, report, run_soak, skipped, text, until};

struct Ran {
    code: i32,
    report: Value,
    /// When the first life was seen to be over, in seconds.
    ended_s: f64,
    samples: Vec<Vec<String>>,
}

/// A run against a Go service that is killed in the midst of steady and started again, as by a supervisor; none where
/// there is no Go.
fn soaked(fixed: bool) -> Option<Ran> {
    let port = closed_port();
    // a program in the background has no standard input of its own, and the service ends with its one
    let script = format!(
        "echo listening on 127.0.0.1:{port}; exec 3<&0; \"$0\" <&3 >/dev/null & sleep 17; kill -9 $!; wait $!; \
         exec \"$0\" <&3 >/dev/null"
    );
    let mut command = Command::new("sh");
    command.args(["-c", &script]).arg(built("leaky")?).env("PORT", port.to_string()).env_remove("FIXED");
    if fixed {
        command.env("FIXED", "1");
    }
    let server = Server::from(command);
    until("the service listens", || TcpStream::connect(server.address()).is_ok());
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("run");
    let output = run_soak(&[&server.url(), "-z", "33s", "-q", "50/s", "-o", out.to_str().unwrap()]);
    let events = events(&out);
    let of = |kind: &str| events.iter().filter(|event| event["kind"] == kind).collect::<Vec<_>>();
    assert_eq!(of("restart").len(), 1, "{}", output.all());
    // pages may answer before the process that serves them is found
    let ended = of("target_gone").into_iter().chain(of("restart")).next().unwrap();
    let ended_s = ended["elapsed_s"].as_f64().unwrap();
    let samples = text(out.join("samples.csv"));
    let samples = samples.lines().map(|line| line.split(',').map(String::from).collect()).collect();
    Some(Ran { code: output.code, report: report(&out), ended_s, samples })
}

impl Ran {
    /// The readings of a series before and after that.
    fn lives(&self, name: &str) -> (Vec<f64>, Vec<f64>) {
        let column = self.samples[0].iter().position(|known| known == name).expect(name);
        let read = self.samples[1..]
            .iter()
            .filter_map(|row| Some((row[0].parse::<f64>().unwrap(), row[column].parse::<f64>().ok()?)));
        let (before, after): (Vec<_>, Vec<_>) = read.partition(|(at, _)| *at <= self.ended_s);
        let values = |all: Vec<(f64, f64)>| all.into_iter().map(|(_, value)| value).collect();
        (values(before), values(after))
    }

    fn series(&self, name: &str) -> &Value {
        self.report["series"].as_array().unwrap().iter().find(|series| series["name"] == name).expect(name)
    }
}

#[test]
fn a_leak_in_both_lives_is_one_leak_a_request_and_no_part_jumps() {
    let Some(ran) = soaked(false) else {
        return skipped("there is no go on PATH to build the leaking service");
    };
    assert_eq!((ran.code, ran.report["verdict"].as_str()), (1, Some("leak")), "{}", ran.report["headline"]);
    let culprit = &ran.report["culprits"][0];
    assert_eq!(culprit["name"], "main.searchForever", "{culprit}");
    let each = culprit["per_request"].as_f64().unwrap();
    assert!((0.8..1.2).contains(&each), "a goroutine per request, not {each}: {culprit}");
    let (before, after) = ran.lives("goroutines");
    assert!(before.iter().any(|n| *n > 500.0) && after[0] < 100.0, "{before:?} {after:?}");
    // the account follows the new process, and its native part begins anew
    assert_eq!(ran.report["account_exact"], true, "{}", ran.report["account"]);
    let (before, after) = ran.lives("mem_native_bytes");
    assert!(before.len() >= 3 && after.len() >= 3, "{before:?} {after:?}");
    assert!(after[0].abs() < 3e6, "{before:?} {after:?}");
    // it may rise a little while the young process touches its first pages; a jump would be a whole process of 5 MiB
    let native = ran.series("mem_native_bytes");
    let rose = native["end"].as_f64().unwrap() - native["start"].as_f64().unwrap();
    assert!(rose.abs() < 2e6, "{native}");
    let parts = ran.report["account"].as_array().unwrap();
    let stacks = parts.iter().find(|part| part["part"] == "stacks").unwrap();
    assert!(stacks["per_request"].as_f64().unwrap() > 500.0, "of both lives together: {stacks}");
}

#[test]
fn a_fixed_service_that_restarts_is_not_called_a_leak() {
    let Some(ran) = soaked(true) else { return skipped("there is no go on PATH to build the fixed service") };
    assert!([0, 3].contains(&ran.code), "{}", ran.report["headline"]);
    assert_eq!(ran.report["culprits"].as_array().map(Vec::len), Some(0));
    for part in ran.report["series"].as_array().unwrap() {
        let name = part["name"].as_str().unwrap();
        let of_account = ["mem_live_bytes", "mem_stacks_bytes", "mem_native_bytes"].contains(&name);
        assert!(!(of_account && part["trend"] == "growing" && part["material"] == true), "{part}");
    }
}
