//! stdout carries results, stderr everything else.

use std::process::Stdio;

use serde_json::Value;

use super::support::{Running, Server, recorded, run, soak, text, told};

#[test]
fn the_summary_is_a_result_and_progress_is_not() {
    let told = &recorded().told;
    assert!(told.stdout.contains("exit code") && told.stdout.contains("report: "), "{}", told.stdout);
    assert!(told.stderr.contains("target: ") && told.stderr.contains("steady"), "{}", told.stderr);
    assert!(!told.stdout.contains("target: ") && !told.stderr.contains("exit code"), "{told:?}");
    assert!(!told.all().contains('\u{1b}'), "no colours where there is no terminal");
}

#[test]
fn who_is_judged_is_said_before_the_load_starts() {
    let stderr = &recorded().told.stderr;
    let target = stderr.find("target: ").unwrap();
    assert!(target < stderr.find("warmup").unwrap(), "{stderr}");
    assert!(stderr[target..].contains("pid "), "{stderr}");
}

#[test]
fn json_is_one_document_on_stdout_and_the_same_as_in_the_file() {
    let server = Server::start("ok");
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("run");
    let told = told(&[&server.url(), "-z", "2s", "--json", "-o", out.to_str().unwrap()]);
    let document: Value = serde_json::from_str(&told.stdout).unwrap();
    assert_eq!(document["schema"], "soak/1");
    assert_eq!(document, serde_json::from_str::<Value>(&text(out.join("report.json"))).unwrap());
    assert_eq!(document["exit_code"].as_i64(), Some(i64::from(told.code)));
    assert!(told.stderr.contains("target: "), "{}", told.stderr);
}

#[test]
fn quiet_leaves_only_the_result() {
    let server = Server::start("ok");
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("run");
    let told = told(&[&server.url(), "-z", "2s", "--quiet", "-o", out.to_str().unwrap()]);
    assert_eq!(told.stderr, "");
    let report: Value = serde_json::from_str(&text(out.join("report.json"))).unwrap();
    assert_eq!(told.stdout.trim_end(), report["headline"].as_str().unwrap());
}

#[test]
fn colours_can_be_asked_for_and_no_color_goes_before_that() {
    let dir = recorded().dir.to_str().unwrap();
    let colourful = |no_color: &str| {
        let mut command = soak(&["analyze", dir]);
        command.env("CLICOLOR_FORCE", "1");
        if !no_color.is_empty() {
            command.env("NO_COLOR", no_color);
        }
        run(command).stdout.contains('\u{1b}')
    };
    assert!(colourful(""));
    assert!(!colourful("1"));
}

#[test]
fn a_reader_that_went_away_is_no_panic() {
    let dir = recorded().dir.to_str().unwrap();
    for args in
        [vec!["analyze", dir], vec!["analyze", dir, "--json"], vec!["profiles"], vec!["man"], vec!["--help"]]
    {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = soak(&args);
        command.stdout(Stdio::from(writer));
        let told = Running::start(command).end();
        assert!([0, 1, 3].contains(&told.code), "{args:?}: {told:?}");
        assert!(!told.stderr.contains("panicked"), "{args:?}: {}", told.stderr);
    }
}

#[test]
fn analyze_and_report_show_the_same_summary() {
    let dir = recorded().dir.to_str().unwrap();
    let place = tempfile::tempdir().unwrap();
    let copy = place.path().join("run");
    super::support::copy(&recorded().dir, &copy);
    let rendered = told(&["report", copy.to_str().unwrap()]).ends_with(0);
    let analyzed = told(&["analyze", dir]);
    let up_to_the_code = |text: &str| text.split("exit code").next().unwrap().to_string();
    assert_eq!(up_to_the_code(&rendered.stdout), up_to_the_code(&analyzed.stdout));
    assert_eq!(analyzed.code, recorded().told.code);
}

#[test]
fn an_error_that_nobody_reads_keeps_its_exit_code() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = soak(&["analyze", "nowhere.csv"]);
    command.stderr(Stdio::from(writer));
    Running::start(command).end().ends_with(2);
}
