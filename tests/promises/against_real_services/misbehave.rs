//! Clients that misbehave: the leak of each behaviour is found with its size, and a healthy service is not blamed.

use std::process::Command;

use serde_json::Value;

use super::go::built;
use crate::support::{Server, report, run_soak, skipped, text};

const MIX: &str = "hang-up=8%,abandon-upload=8%,churn=8%,slow-send=8%";

fn driven(fixed: bool, duration: &str) -> Option<(i32, String, Value, String)> {
    let Some(program) = built("twofold") else {
        skipped("there is no go on PATH to build the service that leaks in two measures");
        return None;
    };
    let mut command = Command::new(program);
    command.env_remove("FIXED");
    if fixed {
        command.env("FIXED", "1");
    }
    let server = Server::from(command);
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("run");
    let args = ["-z", duration, "-q", "60/s", "--misbehave", MIX, "-o", out.to_str().unwrap()];
    let output = run_soak(&[&[server.url().as_str()], &args[..]].concat());
    Some((output.code, output.stdout, report(&out), text(out.join("load.csv"))))
}

/// The attribution of a behaviour. Both stacks of the service have one creator, so they are one culprit.
fn line<'a>(report: &'a Value, behaviour: &str) -> &'a Value {
    let lines = report["attribution"].as_array().unwrap();
    let is =
        |l: &&Value| l["behaviour"] == behaviour && l["series"] == "goroutines" && l["culprit"].is_string();
    lines.iter().find(is).unwrap_or_else(|| panic!("{behaviour}: {lines:#?}"))
}

/// How many of a behaviour were sent in steady, by the rows of load.csv that name a block.
fn in_blocks(load: &str, behaviour: &str) -> u64 {
    let rows = load.lines().map(|row| row.split(',').collect::<Vec<_>>());
    let of_block = rows.filter(|row| row[2] == behaviour && !row[3].is_empty());
    of_block.map(|row| row[5].parse::<u64>().unwrap()).sum()
}

#[test]
fn two_behaviours_that_leak_in_different_measure_are_distinguished() {
    let Some((code, stdout, report, load)) = driven(false, "45s") else { return };
    assert_eq!((code, report["verdict"].as_str()), (1, Some("leak")), "{}", report["headline"]);
    for (behaviour, truth) in [("hang-up", 2.0), ("abandon-upload", 1.0)] {
        let blamed = line(&report, behaviour);
        assert_eq!(blamed["answer"], "leaks", "{blamed}");
        let each = blamed["per_each"].as_f64().unwrap();
        assert!((each - truth).abs() <= 0.1 * truth, "{blamed}");
    }
    let ends = |behaviour: &str| line(&report, behaviour)["per_each_ci"].clone();
    let (less, more) = (ends("abandon-upload")[1].as_f64(), ends("hang-up")[0].as_f64());
    assert!(less < more, "the intervals overlap: {less:?} {more:?}");
    for behaviour in ["normal", "churn", "slow-send"] {
        assert_ne!(line(&report, behaviour)["answer"], "leaks", "{}", line(&report, behaviour));
    }
    assert!(stdout.contains("goroutines leaked per hang-up"), "{stdout}");
    assert!(report["caption"].as_str().unwrap().contains("leaked per"), "{}", report["caption"]);
    // of each behaviour as many, to one, whichever blocks they were dealt to
    let sent = ["hang-up", "abandon-upload", "churn", "slow-send"].map(|name| in_blocks(&load, name));
    let (least, most) = (sent.iter().min().unwrap(), sent.iter().max().unwrap());
    assert!(*least > 100 && most - least <= 1, "{sent:?}");
    // what misbehaves has no part in the figures of the load
    let load = &report["load"];
    assert_eq!((load["errors"]["ratio"].as_f64(), load["dropped"].as_u64()), (Some(0.0), Some(0)), "{load}");
    assert!((load["rate_asked"].as_f64().unwrap() - 60.0 * 0.68).abs() < 1e-6, "{load}");
}

#[test]
fn a_healthy_service_is_not_blamed_for_its_clients() {
    let Some((code, _, report, _)) = driven(true, "32s") else { return };
    assert_eq!(report["culprits"].as_array().map(Vec::len), Some(0), "{}", report["headline"]);
    let blamed =
        report["attribution"].as_array().unwrap().iter().filter(|line| line["answer"] == "leaks").count();
    assert_eq!((blamed, code == 1), (0, false), "{}", report["headline"]);
}
