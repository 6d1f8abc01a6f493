//! A real Go service: the leak is found, named, proven by the runtime; its fix is stable.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use crate::support::{Server, events, report, run_soak, skipped};
use crate::watch::Driver;

/// The service of this name under tests/fixtures, built once; none where there is no Go.
pub fn built(name: &'static str) -> Option<PathBuf> {
    static BUILT: Mutex<BTreeMap<&str, Option<PathBuf>>> = Mutex::new(BTreeMap::new());
    let mut known = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    let build = || {
        let version = Command::new("go").arg("version").stderr(Stdio::null()).output().ok()?;
        if !version.status.success() {
            return None;
        }
        let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let built = Command::new("go")
            .args(["build", "-o"])
            .arg(&program)
            .arg(".")
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name))
            .env("GOTOOLCHAIN", "local")
            .output()
            .unwrap();
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        Some(program)
    };
    known.entry(name).or_insert_with(build).clone()
}

/// The service of the story.
fn leaky() -> Option<PathBuf> {
    built("leaky")
}

struct Soaked {
    code: i32,
    report: Value,
    stdout: String,
    collections: usize,
}

fn soaked(program: &Path, fixed: bool, args: &[&str]) -> Soaked {
    let mut command = Command::new(program);
    command.env_remove("FIXED").env_remove("PORT");
    if fixed {
        command.env("FIXED", "1");
    }
    let server = Server::from(command);
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("run");
    let url = server.url();
    let output = run_soak(&[&[&url, "-o", out.to_str().unwrap()], args].concat());
    let collections = events(&out).iter().filter(|e| e["kind"] == "collection").count();
    Soaked { code: output.code, report: report(&out), stdout: output.stdout, collections }
}

#[test]
fn the_leak_is_named_and_proven() {
    let Some(program) = leaky() else {
        return skipped("there is no go on PATH to build the leaking service");
    };
    let Soaked { code, report, .. } = soaked(&program, false, &["-z", "15s"]);
    assert_eq!((code, report["verdict"].as_str()), (1, Some("leak")), "{}", report["headline"]);
    assert_eq!(report["target"]["runtime"], "go");
    let culprit = &report["culprits"][0];
    assert_eq!(
        (culprit["name"].as_str(), culprit["state"].as_str()),
        (Some("main.searchForever"), Some("chan send"))
    );
    let each = culprit["per_request"].as_f64().unwrap();
    assert!((0.9..1.1).contains(&each), "a goroutine per request, not {each}");
    assert!(culprit["stack"].to_string().contains("main.go:"), "{culprit}");
    let served = report["series"].as_array().unwrap().iter().any(|s| s["name"] == "goroutines_leaked");
    if served {
        assert_eq!(culprit["proven"], true, "{culprit}");
    } else {
        skipped("this Go serves no goroutineleak, so nothing could be proven");
    }
}

#[test]
fn its_fix_is_not_called_a_leak() {
    let Some(program) = leaky() else { return skipped("there is no go on PATH to build the fixed service") };
    let Soaked { code, report, .. } = soaked(&program, true, &["-z", "30s"]);
    assert_eq!((code, report["verdict"].as_str()), (0, Some("stable")), "{}", report["headline"]);
    assert_eq!(report["culprits"].as_array().map(Vec::len), Some(0));
}

#[test]
fn a_run_that_may_force_no_collection_asks_for_nothing_that_would() {
    let Some(program) = leaky() else {
        return skipped("there is no go on PATH to build the leaking service");
    };
    let args = ["-z", "10s", "-q", "60", "--no-gc"];
    let Soaked { report, stdout, collections, .. } = soaked(&program, false, &args);
    assert_eq!(collections, 0);
    let series = report["series"].as_array().unwrap();
    let has = |name: &str| series.iter().any(|s| s["name"] == name);
    assert!(has("heap_bytes") && !has("mem_live_bytes"), "the heap stands undivided: {series:?}");
    assert!(!has("goroutines_leaked"), "to prove who is stuck the runtime collects");
    let culprit = &report["culprits"][0];
    assert_eq!(
        (culprit["name"].as_str(), culprit["proven"].as_bool()),
        (Some("main.searchForever"), Some(false))
    );
    assert!(stdout.contains("run without --no-gc for both"), "{stdout}");
}

#[test]
fn a_watch_forces_no_collection_and_says_what_it_then_cannot_know() {
    let Some(program) = leaky() else {
        return skipped("there is no go on PATH to build the leaking service");
    };
    let mut command = Command::new(program);
    command.env_remove("FIXED");
    let server = Server::from(command);
    let _driver = Driver::start(server.address(), 60);
    let place = tempfile::tempdir().unwrap();
    let watched = |duration: &str, gc: &[&str]| {
        let out = place.path().join(duration);
        let url = server.url();
        let args = ["watch", &url, "-z", duration, "-o", out.to_str().unwrap()];
        let output = run_soak(&[&args[..], gc].concat());
        let collected = events(&out).iter().filter(|e| e["kind"] == "collection").count();
        (output, report(&out), collected)
    };
    let (output, report, collected) = watched("8s", &[]);
    let said = output.ends_with(1).stdout;
    let culprit = &report["culprits"][0];
    assert_eq!(
        (culprit["name"].as_str(), culprit["proven"].as_bool()),
        (Some("main.searchForever"), Some(false))
    );
    assert_eq!(collected, 0);
    assert!(said.contains("No garbage collection was forced"), "{said}");
    let series = report["series"].as_array().unwrap();
    assert!(series.iter().any(|s| s["name"] == "heap_bytes"), "the heap stands undivided");
    assert!(
        report["headline"].as_str().unwrap().contains("goroutines more per hour"),
        "{}",
        report["headline"]
    );

    let (output, _, collected) = watched("4s", &["--gc"]);
    assert!(
        collected > 0 && !output.stdout.contains("No garbage collection was forced"),
        "{}",
        output.stdout
    );
}
