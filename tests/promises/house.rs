//! The house stays in order: who may use whom, files of a bearable size, main alone ends the process.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A room and the rooms it may use, from the ground up.
const ROOMS: &[(&str, &[&str])] = &[
    ("units", &[]),
    ("error", &[]),
    ("workload", &[]),
    ("evidence", &["workload"]),
    ("findings", &["evidence", "workload"]),
    ("settings", &["workload"]),
    ("plan", &["settings", "workload", "evidence"]),
    ("http", &["plan", "workload"]),
    ("target", &["plan", "evidence"]),
    ("drive", &["plan", "http", "workload", "evidence"]),
    ("probe", &["plan", "http", "target", "evidence"]),
    ("record", &["plan", "evidence", "workload"]),
    ("run", &["plan", "target", "drive", "probe", "record", "evidence", "workload"]),
    ("trend", &["evidence", "findings"]),
    ("culprit", &["evidence", "findings", "trend"]),
    ("judge", &["evidence", "findings", "trend", "culprit", "workload"]),
    ("wording", &["findings", "evidence", "workload"]),
    ("report", &["findings", "evidence", "wording", "workload"]),
    ("live", &["findings", "evidence", "wording", "culprit", "judge", "record"]),
    ("demo", &[]),
    (
        "session",
        &[
            "workload", "evidence", "findings", "plan", "http", "target", "drive", "probe", "record", "run",
            "trend", "culprit", "judge", "wording", "report", "live",
        ],
    ),
    (
        "cli",
        &[
            "workload", "evidence", "findings", "settings", "plan", "target", "drive", "probe", "record",
            "run", "trend", "culprit", "judge", "report", "live", "demo", "session", "wording",
        ],
    ),
];
/// Everyone may use these.
const COMMON: &[&str] = &["units", "error"];

fn sources(dir: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()) {
        if entry.is_dir() {
            sources(&entry, into);
        } else if entry.extension().is_some_and(|e| e == "rs") {
            into.push(entry);
        }
    }
}

fn all_sources() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 40, "only {} files found", files.len());
    files
        .into_iter()
        .map(|f| (f.strip_prefix(&root).unwrap().to_path_buf(), fs::read_to_string(&f).unwrap()))
        .collect()
}

fn room_of(file: &Path) -> String {
    let first = file.iter().next().unwrap().to_string_lossy();
    first.trim_end_matches(".rs").to_string()
}

/// The rooms that a file names as `crate::ROOM`, in `use` lines and in paths alike.
fn used(text: &str) -> BTreeSet<String> {
    let mut rooms = BTreeSet::new();
    for line in text.lines().filter(|l| !l.trim_start().starts_with("//")) {
        for part in line.split("crate::").skip(1) {
            let grouped = part.starts_with('{');
            let names: Vec<&str> = if grouped {
                part.trim_start_matches('{').split(',').map(str::trim).collect()
            } else {
                vec![part]
            };
            for name in names {
                let room: String =
                    name.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
                if !room.is_empty() {
                    rooms.insert(room);
                }
            }
        }
    }
    rooms
}

#[test]
fn every_room_uses_only_the_rooms_it_may() {
    let mut wrong = Vec::new();
    for (file, text) in all_sources() {
        let room = room_of(&file);
        if room == "lib" || room == "main" {
            continue;
        }
        let Some((_, may)) = ROOMS.iter().find(|(name, _)| *name == room) else {
            wrong.push(format!("{}: the table knows no room {room}", file.display()));
            continue;
        };
        for other in used(&text) {
            let known = ROOMS.iter().any(|(name, _)| *name == other);
            if known && other != room && !may.contains(&other.as_str()) && !COMMON.contains(&other.as_str()) {
                wrong.push(format!("{}: {room} may not use {other}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_table_itself_is_read_right() {
    let text = "use crate::trend::{a, b};\n// use crate::never;\nlet x = crate::units::Span(y);\nuse crate::{plan, cli::X};";
    let found: Vec<String> = used(text).into_iter().collect();
    assert_eq!(found, ["cli", "plan", "trend", "units"]);
}

#[test]
fn no_file_is_longer_than_400_lines() {
    let long: Vec<String> = all_sources()
        .iter()
        .filter(|(_, text)| text.lines().count() > 400)
        .map(|(file, text)| format!("{}: {} lines", file.display(), text.lines().count()))
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn the_conductor_stays_under_200_lines() {
    let (_, text) = all_sources().into_iter().find(|(f, _)| f.ends_with("run/conductor.rs")).unwrap();
    let code = text.split("#[cfg(test)]").next().unwrap().lines().count();
    assert!(code < 200, "{code} lines");
}

#[test]
fn nothing_but_main_ends_the_process_and_nothing_is_unsafe() {
    for (file, text) in all_sources() {
        let lines = text.lines().filter(|l| !l.trim_start().starts_with("//"));
        for line in lines {
            assert!(
                !line.contains("process::exit") && !line.contains("process::abort"),
                "{}: {line}",
                file.display()
            );
            assert!(!line.contains("unsafe {"), "{}: {line}", file.display());
        }
    }
}

#[test]
fn there_are_two_traits_at_most() {
    let traits: Vec<String> = all_sources()
        .iter()
        .flat_map(|(file, text)| {
            text.lines()
                .filter(|l| {
                    let l = l.trim_start().trim_start_matches("pub ").trim_start_matches("pub(super) ");
                    l.starts_with("trait ")
                })
                .map(|l| format!("{}: {}", file.display(), l.trim()))
                .collect::<Vec<_>>()
        })
        .collect();
    assert!(traits.len() <= 2, "{}", traits.join("\n"));
}
