//! What a pipeline reads: single files where it wants them, junit.xml by its schema, GitHub's annotations and job
//! summary.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::support::{Output, Server, recorded, run, run_soak, skipped, soak, text};

const SCHEMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/junit.xsd");
const LEAK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/reports/sample-leak");
const FIXED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/reports/sample-fixed");

/// What libxml2 says of a file, or none where it is not installed.
fn xmllint(file: &Path) -> Option<Result<(), String>> {
    let out =
        Command::new("xmllint").args(["--noout", "--nonet", "--schema", SCHEMA]).arg(file).output().ok()?;
    Some(if out.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&out.stderr).into_owned()) })
}

/// What stands in a plan, and what in its place.
type Change<'a> = (&'a str, &'a str);

/// A recorded run, to be judged otherwise.
fn judged_as(sample: &str, dir: &Path, changes: &[Change]) {
    super::support::copy(Path::new(sample), dir);
    let plan = dir.join("plan.toml");
    let changed = changes.iter().fold(text(&plan), |plan, (from, to)| {
        assert!(plan.contains(from), "{plan}");
        plan.replace(from, to)
    });
    fs::write(plan, changed).unwrap();
}

#[test]
fn junit_xml_is_valid_by_its_schema() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("junit.xml");
    let gate = |expr: &str, value: f64| {
        format!(
            "[[gate]]\nexpr = \"{expr}\"\nquantity = \"memory\"\naspect = \"slope\"\n\
             limit = {{ value = {value:?}, unit = \"bytes\", at_least = false }}\n"
        )
    };
    let gates = gate("memory.slope < 1B/h", 1e-3)
        + &gate("memory.slope < 1GiB/s", 1e9)
        + &gate("a < \\\"b\\\" & <c>", 1e-9);
    let with_gates = format!("no_gc = false\n\n{gates}");
    let waived = [("no_fail = false", "no_fail = true"), ("no_gc = false", with_gates.as_str())];
    let runs: [(&str, &[Change], &str); 5] = [
        (LEAK, &[], "<failure"),
        (FIXED, &[], "<testcase name=\"verdict\" classname=\"soak\"/>"),
        (LEAK, &waived[1..], "a &lt; "),
        (LEAK, &waived, "<skipped"),
        (FIXED, &waived[1..], "<error"),
    ];
    for (i, (sample, changes, says)) in runs.into_iter().enumerate() {
        let dir = place.path().join(i.to_string());
        judged_as(sample, &dir, changes);
        run_soak(&["analyze", dir.to_str().unwrap(), "--junit", file.to_str().unwrap()]);
        let output = text(&file).replace(" />", "/>");
        assert!(output.contains(says), "{says}: {output}");
        match xmllint(&file) {
            None => {
                return skipped("there is no xmllint on PATH (Debian: libxml2-utils) to validate junit.xml");
            }
            Some(valid) => valid.unwrap(),
        }
    }
    // the schema says something
    fs::write(&file, text(&file).replace("<testcase", "<test").replace("</testcase", "</test")).unwrap();
    assert!(xmllint(&file).unwrap().is_err());
}

#[test]
fn single_files_stand_where_they_were_asked_for() {
    let server = Server::start("ok");
    let place = tempfile::tempdir().unwrap();
    let here = |args: &[&str]| {
        let mut command = soak(args);
        command.current_dir(place.path()).env("SOAK_REPORT_JSON", "soak.json");
        run(command)
    };
    here(&[&server.url(), "-z", "2s", "-o", "run", "--junit", "ci/new/junit.xml"]);
    let at = |name: &str| text(place.path().join(name));
    assert_eq!(at("ci/new/junit.xml"), at("run/junit.xml"));
    assert_eq!(at("soak.json"), at("run/report.json"));
    for args in [["analyze", "run"], ["report", "run"]] {
        let again = [&args[..], &["--report-json", "again.json", "--junit", "again.xml"]].concat();
        here(&again);
        assert!(
            at("again.json") == at("run/report.json") && at("again.xml") == at("run/junit.xml"),
            "{args:?}"
        );
        fs::remove_file(place.path().join("again.json")).unwrap();
    }
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 4, "ci, run, soak.json, again.xml");
}

/// As a step of GitHub's runner sees it: what it said, and what stands in the summary then.
fn as_a_step(args: &[&str], actions: &str) -> (Output, String) {
    let place = tempfile::tempdir().unwrap();
    let summary = place.path().join("summary.md");
    fs::write(&summary, "before\n").unwrap();
    let mut command = soak(args);
    command.env("GITHUB_STEP_SUMMARY", &summary).env("GITHUB_ACTIONS", actions).current_dir(place.path());
    (run(command), text(&summary))
}

fn commands(output: &Output) -> Vec<&str> {
    output.stderr.lines().filter(|line| line.starts_with("::")).collect()
}

#[test]
fn what_is_wrong_becomes_an_annotation_for_githubs_runner() {
    let (step, summary) = as_a_step(&["analyze", LEAK, "--json"], "true");
    let output = step.ends_with(1);
    serde_json::from_str::<Value>(&output.stdout).unwrap();
    let commands = commands(&output);
    assert!(commands[0].starts_with("::error title=soak%3A LEAK::2.8 KiB of memory"), "{commands:?}");
    assert!(commands[0].contains("%0A") && commands.len() == 1, "{commands:?}");
    assert!(summary.starts_with("before\n# LEAK: 2.8 KiB of memory"), "{summary}");
    assert!(summary.contains("main.go:36") && !summary.contains("soak.png"), "{summary}");
}

#[test]
fn the_runner_is_left_alone_where_nothing_is_wrong_or_it_was_not_asked_for() {
    let (fine, summary) = as_a_step(&["analyze", FIXED], "true");
    let fine = fine.ends_with(0);
    assert!(commands(&fine).is_empty() && summary.contains("# NO LEAK"), "{fine:?} {summary}");
    let (elsewhere, summary) = as_a_step(&["analyze", LEAK], "false");
    assert!(commands(&elsewhere).is_empty() && summary == "before\n", "{elsewhere:?} {summary}");
    let (asked, summary) = as_a_step(&["analyze", LEAK, "--github"], "");
    assert!(commands(&asked).len() == 1 && summary.len() > 500, "{asked:?} {summary}");
}

#[test]
fn a_run_annotates_for_the_runner_and_keeps_stdout_one_document() {
    let server = Server::start("500");
    let args = [&server.url(), "-z", "2s", "--load-only", "--gate", "errors.ratio < 1%", "--json", "--quiet"];
    let (output, summary) = as_a_step(&args, "true");
    let document: Value = serde_json::from_str(&output.stdout).unwrap();
    let commands = commands(&output);
    assert_eq!(output.stderr.lines().count(), commands.len(), "{output:?}");
    let gate = commands.iter().find(|line| line.contains("gate failed%3A errors.ratio < 1%25::"));
    assert!(gate.is_some_and(|line| line.starts_with("::error ")), "{commands:?}");
    assert!(summary.contains("errors.ratio") && output.code == 1, "{document}");
}

#[test]
fn a_summary_that_cannot_be_written_costs_no_verdict() {
    let mut command = soak(&["analyze", recorded().dir.to_str().unwrap(), "--github", "--json"]);
    command.env("GITHUB_STEP_SUMMARY", "/no/such/place/summary.md");
    let output = run(command);
    assert_eq!(output.code, recorded().output.code, "{output:?}");
    assert!(output.stderr.contains("/no/such/place/summary.md"), "{output:?}");
}
