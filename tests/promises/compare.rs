//! `soak compare BEFORE AFTER`: what became of each growth, whether it is fixed, and one picture of both.

use std::path::Path;

use serde_json::Value;

use super::support::{run_soak, text};

/// The two runs that the README shows.
const LEAK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/reports/sample-leak");
const FIXED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/reports/sample-fixed");

fn compared(before: &str, after: &str, code: i32) -> Value {
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("both");
    let output = run_soak(&["compare", before, after, "--json", "-o", out.to_str().unwrap()]).ends_with(code);
    let document: Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(document, serde_json::from_str::<Value>(&text(out.join("compare.json"))).unwrap());
    let page = text(out.join("compare.md"));
    assert!(page.starts_with("# ") && page.contains("| series | before | after | change |"), "{page}");
    let page = text(out.join("compare.html"));
    assert!(
        page.contains("class=\"badge\"") && page.contains("Before: ") && !page.contains("<script"),
        "{page}"
    );
    let picture = std::fs::read(out.join("compare.png")).unwrap();
    assert!(picture.starts_with(b"\x89PNG") && picture.len() > 20_000, "{} bytes", picture.len());
    document
}

#[test]
fn a_leak_and_its_fix_are_distinguished_in_either_order() {
    let fixed = compared(LEAK, FIXED, 0);
    assert_eq!((&fixed["verdict"], &fixed["exit_code"]), (&"fixed".into(), &0.into()), "{fixed}");
    assert!(fixed["headline"].as_str().unwrap().starts_with("Fixed: "), "{fixed}");
    let tasks = fixed["series"].as_array().unwrap().iter().find(|s| s["name"] == "goroutines").unwrap();
    let change = tasks["change"]["value"].as_f64().unwrap();
    assert!((change + 1.0).abs() < 0.05, "one goroutine per request less: {tasks}");
    let back = compared(FIXED, LEAK, 1);
    assert_eq!(back["verdict"], "regressed", "{back}");
}

#[test]
fn a_run_compared_with_itself_has_not_changed() {
    assert_eq!(compared(LEAK, LEAK, 1)["verdict"], "still_leaking");
    assert_eq!(compared(FIXED, FIXED, 0)["verdict"], "no_difference");
}

#[test]
fn a_person_reads_a_table() {
    let place = tempfile::tempdir().unwrap();
    let output = run_soak(&["compare", LEAK, FIXED, "-o", place.path().to_str().unwrap()]).ends_with(0);
    for what in ["FIXED", "before", "after", "goroutines", "per request less", "compare.html", "exit code 0"]
    {
        assert!(output.stdout.contains(what), "{what}: {}", output.stdout);
    }
}

#[test]
fn what_the_runs_drove_differently_is_noted() {
    let place = tempfile::tempdir().unwrap();
    let other = place.path().join("other");
    std::fs::create_dir(&other).unwrap();
    for file in std::fs::read_dir(LEAK).unwrap().map(Result::unwrap).filter(|f| f.path().is_file()) {
        std::fs::copy(file.path(), other.join(file.file_name())).unwrap();
    }
    let (plan, url) = (text(other.join("plan.toml")), "http://127.0.0.1");
    let at = plan.find(url).unwrap_or_else(|| panic!("{plan}"));
    let end = at + plan[at..].find('"').unwrap();
    let elsewhere = format!("{}{url}:1/slow{}", &plan[..at], &plan[end..]);
    std::fs::write(other.join("plan.toml"), elsewhere).unwrap();
    let document = compared(LEAK, other.to_str().unwrap(), 1);
    let notes = document["notes"].as_array().unwrap().iter().map(|note| note.as_str().unwrap());
    let driven: Vec<&str> = notes.filter(|note| note.contains(": before ")).collect();
    assert!(driven.len() == 1 && driven[0].starts_with("The runs drove different requests: before GET /"));
    assert!(driven[0].ends_with(", after GET /slow."), "{}", driven[0]);
}

#[test]
fn comparing_what_is_not_a_run_is_wrong_use() {
    for (before, after) in [(LEAK, "/no/such/run"), ("Cargo.toml", LEAK)] {
        let output = run_soak(&["compare", before, after]);
        assert_eq!((output.code, output.stderr.lines().count()), (2, 1), "{output:?}");
    }
    assert!(!Path::new(LEAK).join("compare.png").exists());
}

/// A copy of a sample whose plan names an earlier run.
fn held_against(sample: &str, earlier: &str, dir: &Path) {
    super::support::copy(Path::new(sample), dir);
    let plan = text(dir.join("plan.toml"));
    let plan = plan.replacen("interval = ", &format!("compare_to = \"{earlier}\"\ninterval = "), 1);
    std::fs::write(dir.join("plan.toml"), plan).unwrap();
}

#[test]
fn a_run_that_names_an_earlier_one_is_compared_with_it_whenever_it_is_rendered() {
    let place = tempfile::tempdir().unwrap();
    for (sample, earlier, verdict, code) in
        [(FIXED, LEAK, "fixed", 0), (LEAK, FIXED, "regressed", 1), (FIXED, "/no/such/run", "", 3)]
    {
        let dir = place.path().join(format!("{code}"));
        held_against(sample, earlier, &dir);
        let rendered = run_soak(&["report", dir.to_str().unwrap()]).ends_with(0);
        let report = super::support::report(&dir);
        assert_eq!(report["exit_code"], code, "{report}");
        let gate = report["gates"].as_array().unwrap().last().unwrap();
        assert_eq!(gate["expr"], format!("compare {earlier}"), "{gate}");
        if verdict.is_empty() {
            assert!(gate["why"].as_str().unwrap().contains("cannot be read any more"), "{gate}");
            assert!(!dir.join("compare.json").exists());
            continue;
        }
        let compared: Value = serde_json::from_str(&text(dir.join("compare.json"))).unwrap();
        assert_eq!((&compared["verdict"], &gate["why"]), (&verdict.into(), &compared["headline"]));
        assert!(rendered.stdout.contains(&verdict.to_uppercase()), "{}", rendered.stdout);
        assert_eq!(rendered.stdout.matches("exit code").count(), 1, "{}", rendered.stdout);
        assert!(dir.join("compare.png").exists() && dir.join("compare.md").exists());
        let analyzed = run_soak(&["analyze", dir.to_str().unwrap(), "--json"]).ends_with(code);
        assert_eq!(serde_json::from_str::<Value>(&analyzed.stdout).unwrap(), report);
    }
}
