//! The profiles are files that people read and copy; the binary holds the same, and every one is a plan.

use std::path::Path;

use soak::plan::resolve_run;
use soak::settings::{BUILT_IN, Settings, find_profile};

use super::support::{run_soak, text};

#[test]
fn each_file_is_what_the_binary_prints_and_parses_back_to_a_plan() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("profiles");
    let files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), BUILT_IN.len());
    for file in files {
        let name = file.file_stem().unwrap().to_str().unwrap();
        let printed = run_soak(&["profiles", name]).ends_with(0);
        assert_eq!((printed.stdout, printed.stderr), (text(&file), String::new()));

        let as_file = find_profile(file.to_str().unwrap()).unwrap();
        let embedded = find_profile(name).unwrap();
        assert_eq!(as_file.settings, embedded.settings, "{name}");
        let flags = Settings { url: Some("http://127.0.0.1:1/".into()), ..Settings::default() };
        let plan = resolve_run(flags, Settings::default(), Some(embedded)).unwrap();
        assert_eq!(plan.record.profile, name);
    }
}

#[test]
fn the_list_has_a_line_for_each() {
    let listed = run_soak(&["profiles"]).ends_with(0).stdout;
    let names: Vec<&str> = listed.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(names, BUILT_IN.map(|profile| profile.name));
}

#[test]
fn they_take_as_long_as_they_say() {
    for (name, seconds) in [
        ("smoke", 60.0),
        ("ci", 300.0),
        ("hostile", 300.0),
        ("incident", 900.0),
        ("day", 4200.0),
        ("overnight", 28_800.0),
    ] {
        let flags = Settings { url: Some("http://127.0.0.1:1/".into()), ..Settings::default() };
        let plan = resolve_run(flags, Settings::default(), Some(find_profile(name).unwrap())).unwrap();
        assert_eq!(plan.record.phases.total().secs(), seconds, "{name}");
    }
}
