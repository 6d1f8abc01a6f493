//! The house stays in order: which room may use which, no circles of files, files of a bearable size, names and
//! sentences in the room that owns them, main alone ends the process.

mod graph;
mod source;
mod words;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use soak::evidence::SeriesId;

use graph::{Graph, rooms_named};
use source::{by_room, files_below, parse, sources, strings};
use words::{all_avoided, avoided};

/// A room and the rooms it may use, from the ground up.
const ROOMS: &[(&str, &[&str])] = &[
    ("units", &[]),
    ("error", &[]),
    ("testing", &[]),
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
            "settings", "workload", "evidence", "findings", "plan", "http", "target", "drive", "probe",
            "record", "run", "trend", "culprit", "judge", "wording", "report", "live",
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
/// Every room may use these; `testing` is there for tests alone.
const COMMON: &[&str] = &["units", "error", "testing"];

/// Rooms whose files still use each other in circles, with the most files that may. It may only shrink.
const IN_CIRCLES: &[(&str, usize)] = &[];
/// Rooms that still spell names of series outside the catalogue, with the most literals that may. It may only shrink.
const SPELL_SERIES: &[(&str, usize)] = &[];
/// Words that a room also uses for something else: the directory tasks/, the flag --threads, a column of samples.csv,
/// a probe, a metric of a service, a kind of task group.
const OTHER_MEANINGS: &[(&str, &str)] = &[
    ("cli", "tasks"),
    ("evidence", "goroutines"),
    ("judge", "goroutines"),
    ("live", "tasks"),
    ("plan", "threads"),
    ("settings", "threads"),
    ("record", "tasks"),
    ("record", "requests_total"),
    ("wording", "goroutines"),
    ("wording", "tasks"),
    ("wording", "threads"),
    ("wording", "children"),
    ("probe", "goroutines"),
    ("probe", "tasks"),
    ("probe", "tokio_tasks"),
];
/// Rooms that decide and still hold sentences, with the most that may. It may only shrink.
const HOLD_SENTENCES: &[(&str, usize)] = &[];
/// Rooms with files of tests that are not called tests.rs, with the most that may be. It may only shrink.
const NAME_TESTS_OTHERWISE: &[(&str, usize)] = &[];

/// Rooms, tests and documents that still use words which soak avoids, with the most that may be. It may only shrink.
const SAY_IT_OTHERWISE: &[(&str, usize)] = &[];

/// That no room has more than its allowance.
#[track_caller]
fn within(allowed: &[(&str, usize)], found: impl Iterator<Item = (String, String)>) {
    let mut over = String::new();
    for (room, all) in by_room(found) {
        let most = allowed.iter().find(|(name, _)| *name == room).map_or(0, |(_, most)| *most);
        if all.len() > most {
            over += &format!("{room} has {} and may have {most}:\n{}\n", all.len(), all.join("\n"));
        }
    }
    assert!(over.is_empty(), "\n{over}");
}

#[test]
fn every_room_uses_only_the_rooms_it_may() {
    let (files, mut wrong) = (sources(), Vec::new());
    assert!(files.len() > 40, "only {} files found", files.len());
    for file in files.iter().filter(|file| file.room() != "lib") {
        let Some((room, may)) = ROOMS.iter().find(|(name, _)| *name == file.room()) else {
            wrong.push(format!("{}: the table has no room {}", file.name(), file.room()));
            continue;
        };
        for other in rooms_named(&file.with_tests) {
            let known = ROOMS.iter().any(|(name, _)| *name == other);
            if known && other != *room && !may.contains(&other.as_str()) && !COMMON.contains(&other.as_str())
            {
                wrong.push(format!("{}: {room} may not use {other}", file.name()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_two_files_use_each_other_in_a_circle() {
    let sources = sources();
    let circles = Graph::new(&sources).circles().into_iter().map(|(files, arrows)| {
        let room = sources[files[0]].room();
        (room.to_string(), files.len(), format!("{} files:\n{}", files.len(), arrows.join("\n")))
    });
    let mut over = String::new();
    let mut of_rooms: BTreeMap<String, (usize, String)> = BTreeMap::new();
    for (room, files, arrows) in circles {
        let (sum, text) = of_rooms.entry(room).or_default();
        *sum += files;
        text.push_str(&arrows);
    }
    for (room, (files, arrows)) in of_rooms {
        let most = IN_CIRCLES.iter().find(|(name, _)| *name == room).map_or(0, |(_, most)| *most);
        if files > most {
            over += &format!("{room}: {files} files in circles, of {most} allowed:\n{arrows}\n");
        }
    }
    assert!(over.is_empty(), "\n{over}");
}

#[test]
fn names_of_series_are_spelled_in_the_catalogue_alone() {
    let catalogue = Path::new("evidence/series_catalogue.rs");
    let sources = sources();
    let others = sources.iter().filter(|file| file.path != catalogue);
    let known = |text: &str| SeriesId::KNOWN.iter().any(|id| id.name() == text);
    let spelled = others.flat_map(|file| {
        let other = |text: &str| OTHER_MEANINGS.contains(&(file.room(), text));
        let names = strings(&file.code).into_iter().map(|(_, text)| text);
        let names = names.filter(|text| known(text) && !other(text));
        names
            .map(|text| (file.room().to_string(), format!("  {}: {text:?}", file.name())))
            .collect::<Vec<_>>()
    });
    within(SPELL_SERIES, spelled);
}

/// Two words or more with a space between are meant to be read.
fn is_sentence(text: &str) -> bool {
    let word = |part: &&str| {
        part.len() > 1 && part.trim_end_matches(['.', ',', ';', ':']).chars().all(char::is_alphabetic)
    };
    text.split(' ').filter(word).count() > 1
}

/// Names of a wait state in Go and of probes.
const NAMES: [&str; 3] = ["IO wait", "java threads", "java heap"];

#[test]
fn the_rooms_that_decide_hold_no_sentences() {
    let panics = ["expect", "unreachable", "panic", "assert", "debug_assert"];
    let sources = sources();
    let deciding = sources.iter().filter(|file| ["trend", "culprit", "judge"].contains(&file.room()));
    let sentences = deciding.flat_map(|file| {
        let read = strings(&file.code).into_iter();
        let read = read
            .filter(|(caller, text)| !panics.contains(&caller.as_str()) && is_sentence(text))
            .filter(|(_, text)| !NAMES.contains(&text.as_str()));
        read.map(|(_, text)| (file.room().to_string(), format!("  {}: {text:?}", file.name())))
            .collect::<Vec<_>>()
    });
    within(HOLD_SENTENCES, sentences);
}

/// What the sentences of the program avoid besides.
const IN_SENTENCES: [&str; 8] = [
    " beside ",
    " as of ",
    "of its own",
    "of their own",
    "looked at",
    "there is no ",
    " is no ",
    "stands there",
];

#[test]
fn sentences_are_in_plain_words() {
    let sources = sources();
    let found = sources.iter().flat_map(|file| {
        let literals = strings(&file.code).into_iter().map(|(_, text)| text);
        let avoided = literals.filter(|text| IN_SENTENCES.iter().any(|phrase| text.contains(phrase)));
        avoided.map(|text| format!("{}: {text:?}", file.name())).collect::<Vec<_>>()
    });
    let found: Vec<String> = found.collect();
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn words_that_soak_avoids_become_fewer() {
    within(SAY_IT_OTHERWISE, all_avoided().into_iter());
}

#[test]
fn an_avoided_word_is_seen_in_names_and_sentences_and_not_within_other_words() {
    let found = avoided("let is_told = 1;\n// it is for want of memory\nwholly untold");
    assert_eq!(found, ["1: told", "2: for want of"]);
}

#[test]
fn no_file_is_longer_than_400_lines() {
    let long: Vec<String> = ["src", "tests", "benches", "fuzz"]
        .iter()
        .flat_map(|dir| {
            files_below(dir).into_iter().map(move |(file, text)| (Path::new(dir).join(file), text))
        })
        .filter(|(_, text)| text.lines().count() > 400)
        .map(|(file, text)| format!("{}: {} lines", file.display(), text.lines().count()))
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn tests_of_a_file_are_in_its_folder() {
    let named_otherwise = |file: &source::Source| {
        let stem = file.path.file_stem().unwrap().to_string_lossy();
        let elsewhere = file.text.lines().any(|line| line.trim_start().starts_with("#[path"));
        elsewhere || stem.ends_with("_test") || stem.ends_with("_tests")
    };
    let wrong = sources().into_iter().filter(named_otherwise);
    within(NAME_TESTS_OTHERWISE, wrong.map(|file| (file.room().to_string(), format!("  {}", file.name()))));
    for (file, text) in ["tests", "benches", "fuzz"].iter().flat_map(|dir| files_below(dir)) {
        let elsewhere = text.lines().any(|line| line.trim_start().starts_with("#[path"));
        assert!(!elsewhere, "{}: has a #[path]", file.display());
    }
}

#[test]
fn the_conductor_stays_under_200_lines() {
    let sources = sources();
    let conductor = sources.iter().find(|file| file.path.ends_with("run/conductor.rs")).unwrap();
    let code = conductor.text.split("#[cfg(test)]").next().unwrap().lines().count();
    assert!(code < 200, "{code} lines");
}

#[test]
fn nothing_but_main_ends_the_process_and_nothing_is_unsafe() {
    for file in sources() {
        let lines = file.text.lines().filter(|l| !l.trim_start().starts_with("//"));
        for line in lines {
            let ends = line.contains("process::exit") || line.contains("process::abort");
            assert!(!ends && !line.contains("unsafe {"), "{}: {line}", file.name());
        }
    }
}

#[test]
fn there_are_two_traits_at_most() {
    let declared = |line: &&str| {
        let line = line.trim_start().trim_start_matches("pub ").trim_start_matches("pub(super) ");
        line.trim_start_matches("pub(crate) ").starts_with("trait ")
    };
    let of = |file: &source::Source| -> Vec<String> {
        file.text.lines().filter(declared).map(|line| format!("{}: {}", file.name(), line.trim())).collect()
    };
    let traits: Vec<String> = sources().iter().flat_map(of).collect();
    assert!(traits.len() <= 2, "{}", traits.join("\n"));
}

/// What these tests say of a small crate.
fn crate_of(files: &[(&str, &str)]) -> Vec<source::Source> {
    parse(files.iter().map(|(path, text)| (PathBuf::from(path), text.to_string())).collect())
}

#[test]
fn rooms_are_read_from_use_lines_and_paths_but_not_from_comments() {
    let text = "use crate::trend::{a, b};\n// use crate::never;\nfn f() { let x = crate::units::Span(y); }\n\
                use crate::{\n    plan,\n    cli::X,\n};";
    let files = crate_of(&[("a.rs", text)]);
    let found: Vec<String> = rooms_named(&files[0].code).into_iter().collect();
    assert_eq!(found, ["cli", "plan", "trend", "units"]);
}

#[test]
fn a_circle_is_seen_over_names_that_are_passed_on_and_over_globs() {
    let room = ("room/mod.rs", "mod a;\nmod b;\nmod c;\npub use a::A;\npub use b::*;");
    let c = ("room/c.rs", "pub fn c() {}");
    let seen = |a: &str, b: &str| -> Vec<String> {
        let files = crate_of(&[room, ("lib.rs", "pub mod room;"), c, ("room/a.rs", a), ("room/b.rs", b)]);
        Graph::new(&files).circles().into_iter().flat_map(|(_, arrows)| arrows).collect()
    };
    let arrows = seen("use super::B;\npub struct A(B);", "pub struct B;\nfn f() -> super::A { todo!() }");
    assert_eq!(arrows, ["  room/a.rs -> room/b.rs  (super::B)", "  room/b.rs -> room/a.rs  (super::A)"]);
    let arrows = seen("use super::*;\npub struct A(B);", "use super::A;\npub struct B;\nfn f() -> A { g() }");
    assert_eq!(arrows.len(), 2, "{arrows:?}");
    let one_way = seen("use super::{B, c};\npub struct A(B);", "pub struct B;");
    assert!(one_way.is_empty(), "{one_way:?}");
    let tested = seen(
        "use super::B;\npub struct A(B);",
        "pub struct B;\n#[cfg(test)]\nmod tests { use super::super::A; fn f(a: A) {} }",
    );
    assert!(tested.is_empty(), "tests may look back: {tested:?}");
}
