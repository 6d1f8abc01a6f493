//! Load shapes: what a profile asks for is what load.csv has, and one that contradicts itself sends nothing.

use std::fs;

use super::support::{Server, events, report, run_soak, text};

/// Requests due by the rows of load.csv, each with the time of its row.
fn due(load: &str) -> Vec<(f64, u64)> {
    let mut lines = load.lines();
    let columns: Vec<&str> = lines.next().unwrap().split(',').collect();
    let at = |name: &str| columns.iter().position(|column| *column == name).unwrap();
    let (time, due) = (at("elapsed_s"), at("due"));
    let rows = lines.map(|line| line.split(',').collect::<Vec<_>>());
    rows.map(|row| (row[time].parse().unwrap(), row[due].parse().unwrap())).collect()
}

#[test]
fn steps_after_a_ramp_are_what_load_csv_has() {
    let server = Server::start("ok");
    let place = tempfile::tempdir().unwrap();
    let (profile, out) = (place.path().join("climb.toml"), place.path().join("run"));
    let phases = "baseline = 1\nwarmup = 4\nload-duration = 8\nsettle = 1\ninterval = '100ms'";
    fs::write(&profile, format!("{phases}\n[shape]\nkind = 'steps'\nrates = ['50/s', '200%']\n")).unwrap();
    let (url, profile) = (server.url(), profile.to_str().unwrap());
    let args =
        [url.as_str(), "-q", "100/s", "--profile", profile, "-o", out.to_str().unwrap(), "--load-only"];
    let output = run_soak(&args);
    assert!(output.stderr.contains("steady"), "{output:?}");

    let begins = |phase: &str| {
        let mut events = events(&out).into_iter();
        let event = events.find(|event| event["kind"] == "phase" && event["phase"] == phase).unwrap();
        event["elapsed_s"].as_f64().unwrap()
    };
    let rows = due(&text(out.join("load.csv")));
    let between = |from: f64, to: f64| {
        // a count is taken a moment after its time
        let within = rows.iter().filter(|(time, _)| *time > from + 0.05 && *time <= to + 0.05);
        within.map(|(_, due)| *due).sum::<u64>() as f64
    };
    let (warmup, steady) = (begins("warmup"), begins("steady"));
    // a ramp from 5/s to 50/s has 22 in its 0.8 s; an interval has up to 20
    for (from, to, ideal) in [
        (warmup, warmup + 2.0, 82.0),
        (warmup + 2.0, steady, 100.0),
        (steady, steady + 4.0, 200.0),
        (steady + 4.0, steady + 8.0, 800.0),
    ] {
        let due = between(from, to);
        assert!((due - ideal).abs() <= 25.0, "{due} were due from {from} to {to} and not {ideal}");
    }
    // whatever the rows' times, the sum is exact
    assert_eq!(rows.iter().map(|(_, due)| due).sum::<u64>(), 1182);

    let plan = text(out.join("plan.toml"));
    for line in
        ["rate = \"125/s\"", "of = \"100/s\"", "kind = \"steps\"", "each = \"4s\"", "warmup_ramp = true"]
    {
        assert!(plan.contains(line), "no {line} in {plan}");
    }
    let load = &report(&out)["load"];
    assert!((load["rate_asked"].as_f64().unwrap() - 125.0).abs() < 4.0, "{load}");
    let output = report(&out).to_string();
    assert!(output.contains("--profile 'climb.toml' --rate 100/s"), "{output}");
}

#[test]
fn a_shape_that_contradicts_itself_sends_nothing_and_writes_nothing() {
    let server = Server::start("ok");
    let place = tempfile::tempdir().unwrap();
    let (profile, out) = (place.path().join("spiky.toml"), place.path().join("run"));
    fs::write(&profile, "[shape]\nkind = 'spikes'\nto = '500/s'\nevery = '5s'\nfor = '10s'\n").unwrap();
    let (url, profile) = (server.url(), profile.to_str().unwrap());
    let output = run_soak(&[&url, "--profile", profile, "-o", out.to_str().unwrap()]).ends_with(2);
    let line = output.stderr.trim_end();
    assert_eq!(
        (line, output.stdout.as_str()),
        (
            format!("soak: {profile}: shape.for: a spike of 10 s every 5 s leaves no time between them")
                .as_str(),
            ""
        )
    );
    assert!(!out.exists() && server.requests().is_empty());
}
