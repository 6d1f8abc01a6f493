//! `soak analyze FILE`: what it reads, and what it says of a file it cannot read.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn analyze(file: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_soak")).arg("analyze").arg(file).arg("--json").output().unwrap()
}

fn document(out: &Output) -> serde_json::Value {
    serde_json::from_slice(&out.stdout).unwrap()
}

/// A climbing and a constant series, every seventh cell of the first empty; no phase, no requests.
fn csv() -> String {
    let mut text = String::from("elapsed_s,rss_bytes,host,tasks\n");
    for i in 0..300 {
        let rss = 50_000_000 + 4096 * i64::from((i * 10 + i * 7919 % 13) / 10);
        let cell = if i % 7 == 3 { String::new() } else { rss.to_string() };
        text += &format!("{i}.5,{cell},web-1,12\n");
    }
    text
}

fn written(dir: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = dir.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn gaps_text_and_missing_columns_are_no_obstacle_nor_is_gzip() {
    let dir = tempfile::tempdir().unwrap();
    let plain = analyze(&written(dir.path(), "a.csv", csv().as_bytes()));
    let doc = document(&plain);
    assert_eq!(plain.status.code(), Some(1));
    assert_eq!(doc["verdict"], "leak");
    let names: Vec<&str> =
        doc["series"].as_array().unwrap().iter().map(|s| s["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["rss_bytes", "tasks"], "a column of text is no series");
    assert_eq!(doc["series"][0]["trend"], "growing");
    assert_eq!(doc["series"][1]["trend"], "stable");
    assert!(doc["series"][0]["slope_ci"][0].as_f64().unwrap() > 0.0);

    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(csv().as_bytes()).unwrap();
    let packed = analyze(&written(dir.path(), "a.csv.gz", &gz.finish().unwrap()));
    assert_eq!(document(&packed)["series"], doc["series"]);
}

#[test]
fn a_bad_file_is_one_clear_line_and_exit_2() {
    let dir = tempfile::tempdir().unwrap();
    let bad = [
        ("empty.csv", &b""[..], "elapsed_s"),
        ("header.csv", b"time,rss_bytes\n0,1\n1,2\n", "expected elapsed_s"),
        ("back.csv", b"elapsed_s,rss_bytes\n5,1\n4,2\n6,3\n", "elapsed_s falls"),
        ("word.csv", b"elapsed_s,rss_bytes\n0,1\nsoon,2\n3,4\n", "expected seconds"),
        ("phase.csv", b"elapsed_s,phase,rss_bytes\n0,lunch,1\n1,steady,2\n", "lunch"),
        ("cells.csv", b"elapsed_s,rss_bytes\n0,1,9\n1,2\n", "cells"),
        ("packed.csv.gz", b"this is no gzip", "packed.csv.gz"),
    ];
    for (name, bytes, says) in bad {
        let out = analyze(&written(dir.path(), name, bytes));
        let said = String::from_utf8_lossy(&out.stderr);
        assert_eq!(out.status.code(), Some(2), "{name}: {said}");
        assert_eq!(said.trim_end().lines().count(), 1, "{name}: {said}");
        assert!(said.contains(says) && said.contains(name), "{name}: {said}");
        assert!(out.stdout.is_empty(), "{name}");
    }
    let none = analyze(&dir.path().join("nowhere.csv"));
    assert_eq!(none.status.code(), Some(2));
}
