//! What stands in a run directory, and that it is enough to render everything again.

use std::fs;
use std::io::Write;
use std::path::Path;

use rustix::process::Signal;
use serde_json::Value;

use super::support::{Running, Server, copy, events, recorded, report, run, run_soak, soak, text, until};

const EVIDENCE: [&str; 7] =
    ["plan.toml", "env.json", "samples.csv", "groups.csv", "load.csv", "latency.hlog", "events.jsonl"];
const DERIVED: [&str; 5] = ["report.json", "report.md", "junit.xml", "soak.png", "soak.svg"];

fn columns(dir: &Path, file: &str) -> Vec<String> {
    text(dir.join(file)).lines().next().unwrap().split(',').map(String::from).collect()
}

/// Renders again and gives the report.
#[track_caller]
fn rendered(dir: &Path) -> Value {
    run_soak(&["report", dir.to_str().unwrap()]).ends_with(0);
    report(dir)
}

#[test]
fn every_file_is_there() {
    let dir = &recorded().dir;
    for file in EVIDENCE.iter().chain(&DERIVED) {
        assert!(fs::metadata(dir.join(file)).is_ok_and(|m| m.len() > 0), "no {file}");
    }
    assert!(dir.join("tasks").is_dir());
    for file in super::support::files(dir) {
        let name = file.file_name().unwrap().to_str().unwrap();
        assert!(!name.ends_with(".new") && !name.starts_with('.'), "{name} was left behind");
    }
}

#[test]
fn the_line_that_does_the_run_again_runs() {
    let server = Server::start("ok");
    let place = tempfile::tempdir().unwrap();
    let flags = "-z 4s -q 20 -c 7 --misbehave hang-up=5% --gate latency.p99<5s --max-hold 1s -o first";
    let url = server.url();
    let mut first = soak(&std::iter::once(url.as_str()).chain(flags.split(' ')).collect::<Vec<_>>());
    first.current_dir(place.path());
    run(first);
    let first = place.path().join("first");
    let line = report(&first)["reproduce"].as_str().unwrap().to_string();
    let mut again = super::support::shell(&line);
    again.current_dir(place.path());
    let output = run(again);
    assert!(output.code != 2 && output.code != 70, "{line}\n{output:?}");
    let latest = text(place.path().join("reports/latest"));
    let plan = |dir: &Path| text(dir.join("plan.toml"));
    assert_eq!(plan(&place.path().join("reports").join(latest.trim())), plan(&first), "{line}");
}

#[test]
fn its_tables_have_their_columns() {
    let dir = &recorded().dir;
    let samples = columns(dir, "samples.csv");
    assert_eq!(samples[..3], ["elapsed_s", "phase", "requests_total"]);
    for series in [
        "rss_bytes",
        "rss_anon_bytes",
        "rss_shmem_bytes",
        "threads",
        "fds",
        "cpu_ratio",
        "tokio_tasks",
        "tasks",
    ] {
        assert!(samples.iter().any(|name| name == series), "no {series} in {samples:?}");
    }
    assert_eq!(columns(dir, "groups.csv"), ["elapsed_s", "kind", "group", "count"]);
    let load = columns(dir, "load.csv");
    assert_eq!(load[..8], ["elapsed_s", "request", "behaviour", "block", "due", "sent", "done", "dropped"]);
    for kind in ["connect", "timeout", "reset", "3xx", "4xx", "5xx", "body"] {
        assert!(load.contains(&format!("error_{kind}")), "no {kind} in {load:?}");
    }
    assert!(load.ends_with(&["soak_rss_bytes".into(), "soak_cpu_s".into()]), "{load:?}");
}

#[test]
fn each_row_has_each_column_and_time_only_goes_on() {
    let dir = &recorded().dir;
    for file in ["samples.csv", "groups.csv", "load.csv"] {
        let wide = columns(dir, file).len();
        let mut before = 0.0;
        let all = text(dir.join(file));
        assert!(all.lines().count() > 5, "{file} is nearly empty");
        for line in all.lines().skip(1) {
            assert_eq!(line.split(',').count(), wide, "{file}: {line}");
            let now: f64 = line.split(',').next().unwrap().parse().unwrap();
            assert!(now >= before, "{file}: {line} comes before {before}");
            before = now;
        }
    }
}

#[test]
fn its_phases_come_in_order_in_events_and_samples() {
    let dir = &recorded().dir;
    let phases: Vec<String> = events(dir)
        .iter()
        .filter(|event| event["kind"] == "phase")
        .map(|event| event["phase"].as_str().unwrap().to_string())
        .collect();
    assert_eq!(phases, ["baseline", "warmup", "steady", "settle"]);
    let samples = text(dir.join("samples.csv"));
    let mut seen: Vec<&str> = samples.lines().skip(1).map(|line| line.split(',').nth(1).unwrap()).collect();
    seen.dedup();
    assert_eq!(seen, phases);
}

#[test]
fn the_plan_and_the_environment_are_recorded() {
    let dir = &recorded().dir;
    let plan: toml::Table = text(dir.join("plan.toml")).parse().unwrap();
    assert_eq!(plan["schema"].as_str(), Some("soak/1"));
    assert_eq!(plan["label"].as_str(), Some("the sample"));
    let env: Value = serde_json::from_str(&text(dir.join("env.json"))).unwrap();
    for key in ["soak", "os", "kernel", "cores", "started", "target", "probes"] {
        assert!(!env[key].is_null(), "no {key} in {env}");
    }
    assert!(
        env["probes"]
            .as_array()
            .unwrap()
            .iter()
            .any(|p| p["name"] == "process" && p["asked"].as_u64() > Some(5))
    );
    assert!(!env.to_string().contains("demo-serve"), "the command line is not recorded: {env}");
}

#[test]
fn the_latency_log_holds_each_request_once() {
    let dir = &recorded().dir;
    let log = fs::read(dir.join("latency.hlog")).unwrap();
    assert!(log.starts_with(b"#[Histogram log format version 1.3]"));
    // read by the library's own reader, as its tools would
    let mut counted = 0;
    let mut deserializer = hdrhistogram::serialization::Deserializer::new();
    for entry in hdrhistogram::serialization::interval_log::IntervalLogIterator::new(&log) {
        let entry = entry.expect("a line that cannot be read");
        let hdrhistogram::serialization::interval_log::LogEntry::Interval(interval) = entry else { continue };
        if ["warmup", "probing"].contains(&interval.tag().map_or("", |t| t.as_str()))
            || interval.tag().is_none_or(|t| t.as_str() == "steady")
        {
            use base64::Engine;
            let bytes =
                base64::engine::general_purpose::STANDARD.decode(interval.encoded_histogram()).unwrap();
            let histogram: hdrhistogram::Histogram<u64> =
                deserializer.deserialize(&mut bytes.as_slice()).unwrap();
            counted += histogram.len();
        }
    }
    let done = columns(dir, "load.csv").iter().position(|column| column == "done").unwrap();
    let load = fs::read_to_string(dir.join("load.csv")).unwrap();
    let ended = load.lines().skip(1).map(|row| row.split(',').nth(done).unwrap().parse::<u64>().unwrap());
    assert_eq!(counted, ended.sum::<u64>());
    let of_steady = report(dir)["load"]["requests"].as_u64().unwrap();
    assert!((1..counted).contains(&of_steady), "{of_steady} of {counted}");
}

#[test]
fn the_report_has_what_programs_rely_on() {
    let report = report(&recorded().dir);
    for key in [
        "schema",
        "verdict",
        "exit_code",
        "reason",
        "headline",
        "target",
        "load",
        "series",
        "account",
        "culprits",
        "gates",
        "driver",
    ] {
        assert!(!report[key].is_null(), "no {key}");
    }
    for key in ["requests", "rate_asked", "rate_held", "late_p99_s", "dropped", "errors", "latency_s"] {
        assert!(!report["load"][key].is_null(), "no load.{key}");
    }
    let rss = report["series"].as_array().unwrap().iter().find(|s| s["name"] == "rss_bytes").unwrap();
    for key in [
        "trend",
        "shape",
        "start",
        "end",
        "slope_per_s",
        "slope_ci",
        "per_request",
        "per_request_ci",
        "detectable_per_s",
        "recovered",
        "material",
        "limit_at_s",
        "why",
    ] {
        assert!(rss.get(key).is_some(), "no {key} in {rss}");
    }
    assert_eq!(report["exit_code"].as_i64(), Some(i64::from(recorded().output.code)));
}

#[test]
fn rendering_again_gives_the_same_report() {
    let place = tempfile::tempdir().unwrap();
    let again = place.path().join("run");
    copy(&recorded().dir, &again);
    for file in DERIVED {
        fs::remove_file(again.join(file)).unwrap();
    }
    rendered(&again);
    for file in ["report.json", "report.md", "soak.svg"] {
        assert_eq!(text(again.join(file)), text(recorded().dir.join(file)), "{file}");
    }
    for file in EVIDENCE {
        assert_eq!(
            fs::read(again.join(file)).unwrap(),
            fs::read(recorded().dir.join(file)).unwrap(),
            "{file}"
        );
    }
}

#[test]
fn a_torn_last_line_is_left_out() {
    let place = tempfile::tempdir().unwrap();
    let torn = place.path().join("run");
    copy(&recorded().dir, &torn);
    for (file, part) in [
        ("samples.csv", "5.0,settle,4"),
        ("groups.csv", "5.0,ta"),
        ("load.csv", "5.0,main,nor"),
        ("events.jsonl", "{\"elapsed_s\":5.0,\"ki"),
        ("latency.hlog", "Tag=steady,5.0,1.0"),
        ("tasks/groups.jsonl", "{\"id\":\"x"),
    ] {
        let mut file = fs::OpenOptions::new().append(true).open(torn.join(file)).unwrap();
        file.write_all(part.as_bytes()).unwrap();
    }
    assert_eq!(rendered(&torn), report(&recorded().dir));
}

#[test]
fn a_run_that_was_killed_is_rendered_as_far_as_it_came() {
    let demo = Server::demo();
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("run");
    let run = Running::start(soak(&[
        &demo.url(),
        "--baseline",
        "0.3s",
        "--warmup",
        "0.5s",
        "--load-duration",
        "60s",
        "-o",
        out.to_str().unwrap(),
    ]));
    until("there is something to lose", || {
        fs::read_to_string(out.join("samples.csv")).is_ok_and(|text| text.matches(",steady,").count() > 10)
    });
    run.signal(Signal::KILL);
    run.end();
    assert!(!out.join("report.json").exists());
    let report = rendered(&out);
    assert!(["leak", "inconclusive", "stable"].contains(&report["verdict"].as_str().unwrap()), "{report}");
    assert!(report["load"]["requests"].as_u64().unwrap() > 50, "{}", report["load"]);
    for file in DERIVED {
        assert!(out.join(file).exists(), "no {file}");
    }
}

#[test]
fn a_run_of_its_own_is_named_after_profile_and_moment_and_is_the_latest() {
    let server = Server::start("ok");
    let place = tempfile::tempdir().unwrap();
    let one = || {
        let mut command = soak(&[&server.url(), "-z", "1s", "--load-only", "--profile", "ci"]);
        command.current_dir(place.path());
        run(command).ends_with(0);
        text(place.path().join("reports/latest")).trim().to_string()
    };
    let (first, second) = (one(), one());
    for name in [&first, &second] {
        assert!(name.starts_with("ci-2") && name.len() == "ci-20260131T120501Z-4f2a".len(), "{name}");
        assert!(place.path().join("reports").join(name).join("report.json").exists(), "{name}");
    }
    assert_ne!(first, second);
}

#[test]
fn an_old_run_is_set_aside_by_replace_and_in_ci() {
    let server = Server::start("ok");
    let place = tempfile::tempdir().unwrap();
    let dir = place.path().join("run");
    let again = |flags: &[&str], ci: bool| {
        let url = server.url();
        let mut args = vec![url.as_str(), "-z", "1s", "--load-only", "-o", dir.to_str().unwrap()];
        args.extend(flags);
        let mut command = soak(&args);
        if ci {
            command.env("CI", "true");
        }
        run(command).code
    };
    assert_eq!(again(&[], false), 0);
    let first = text(dir.join("samples.csv"));
    assert_eq!(again(&[], false), 2, "evidence is never overwritten");
    assert_eq!(text(dir.join("samples.csv")), first);
    assert_eq!(again(&["--replace"], false), 0);
    assert_eq!(text(place.path().join("run.1/samples.csv")), first);
    let second = text(dir.join("samples.csv"));
    assert_eq!(again(&[], true), 0);
    assert_eq!(text(place.path().join("run.2/samples.csv")), second);
    assert!(dir.join("report.json").exists());
}

/// As on a disk that is full: no file may grow beyond 8 KiB, and what is written beyond is cut off in the middle.
#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_costs_neither_the_verdict_nor_what_was_written_before() {
    let server = Server::start("ok");
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("run");
    let mut command = std::process::Command::new("bash");
    command.args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$@\"", "bash"]).arg(soak(&[]).get_program());
    command.args([
        &server.url(),
        "-z",
        "6s",
        "--interval",
        "20ms",
        "--gate",
        "latency.p99 < 9s",
        "-o",
        out.to_str().unwrap(),
    ]);
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let full = run(command);
    assert!([0, 1, 3].contains(&full.code), "{full:?}");
    assert!(full.stdout.contains("exit code"), "the findings are shown: {full:?}");
    let lines = |what: &str| full.stderr.lines().filter(|line| line.contains(what)).count();
    assert_eq!(lines("judged by what is in memory"), 1, "{}", full.stderr);
    assert_eq!(lines("the report is not whole"), 1, "{}", full.stderr);
    assert!(full.stdout.contains("gate held"), "memory has latency too: {}", full.stdout);
    for file in ["samples.csv", "load.csv", "events.jsonl", "latency.hlog"] {
        let text = text(out.join(file));
        assert!(text.len() <= 8192 && text.ends_with('\n'), "{file} ends in {:?}", text.lines().last());
    }
    assert!(out.join("junit.xml").exists(), "what is small enough is there");
    assert!(!out.join("soak.png").exists() && !out.join("soak.png.new").exists());
    rendered(&out);
}
