//! stdout carries results, stderr everything else.

use std::process::Stdio;

use serde_json::Value;

use super::support::{Running, Server, recorded, run, run_soak, soak, text};

#[test]
fn the_summary_is_a_result_and_progress_is_not() {
    let output = &recorded().output;
    assert!(output.stdout.contains("exit code") && output.stdout.contains("report: "), "{}", output.stdout);
    assert!(output.stderr.contains("target: ") && output.stderr.contains("steady"), "{}", output.stderr);
    assert!(!output.stdout.contains("target: ") && !output.stderr.contains("exit code"), "{output:?}");
    assert!(!output.all().contains('\u{1b}'), "no colours where there is no terminal");
}

#[test]
fn who_is_judged_is_said_before_the_load_starts() {
    let stderr = &recorded().output.stderr;
    let target = stderr.find("target: ").unwrap();
    assert!(target < stderr.find("warmup").unwrap(), "{stderr}");
    assert!(stderr[target..].contains("pid "), "{stderr}");
}

#[test]
fn json_is_one_document_on_stdout_and_the_same_as_in_the_file() {
    let server = Server::start("ok");
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("run");
    let output = run_soak(&[&server.url(), "-z", "2s", "--json", "-o", out.to_str().unwrap()]);
    let document: Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(document["schema"], "soak/1");
    assert_eq!(document, serde_json::from_str::<Value>(&text(out.join("report.json"))).unwrap());
    assert_eq!(document["exit_code"].as_i64(), Some(i64::from(output.code)));
    assert!(output.stderr.contains("target: "), "{}", output.stderr);
}

#[test]
fn quiet_leaves_only_the_result() {
    let server = Server::start("ok");
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("run");
    let output = run_soak(&[&server.url(), "-z", "2s", "--quiet", "-o", out.to_str().unwrap()]);
    assert_eq!(output.stderr, "");
    let report: Value = serde_json::from_str(&text(out.join("report.json"))).unwrap();
    assert_eq!(output.stdout.trim_end(), report["headline"].as_str().unwrap());
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
fn a_reader_that_went_away_causes_no_panic() {
    let dir = recorded().dir.to_str().unwrap();
    for args in
        [vec!["analyze", dir], vec!["analyze", dir, "--json"], vec!["profiles"], vec!["man"], vec!["--help"]]
    {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = soak(&args);
        command.stdout(Stdio::from(writer));
        let output = Running::start(command).end();
        assert!([0, 1, 3].contains(&output.code), "{args:?}: {output:?}");
        assert!(!output.stderr.contains("panicked"), "{args:?}: {}", output.stderr);
    }
}

#[test]
fn analyze_and_report_show_the_same_summary() {
    let dir = recorded().dir.to_str().unwrap();
    let place = tempfile::tempdir().unwrap();
    let copy = place.path().join("run");
    super::support::copy(&recorded().dir, &copy);
    let rendered = run_soak(&["report", copy.to_str().unwrap()]).ends_with(0);
    let analyzed = run_soak(&["analyze", dir]);
    let up_to_the_code = |text: &str| text.split("exit code").next().unwrap().to_string();
    assert_eq!(up_to_the_code(&rendered.stdout), up_to_the_code(&analyzed.stdout));
    assert_eq!(analyzed.code, recorded().output.code);
}

#[test]
fn an_error_that_is_not_read_keeps_its_exit_code() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = soak(&["analyze", "nowhere.csv"]);
    command.stderr(Stdio::from(writer));
    Running::start(command).end().ends_with(2);
}
