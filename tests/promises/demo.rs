//! `soak demo` needs nothing else, finds the leak, names it, and sees that the fix helps.

use super::support::{report, run_soak};

#[test]
fn the_leak_is_found_and_named() {
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("run");
    let output = run_soak(&["demo", "--duration", "12s", "-o", out.to_str().unwrap()]).ends_with(0);
    let report = report(&out);
    assert_eq!((report["verdict"].as_str(), report["exit_code"].as_i64()), (Some("leak"), Some(1)));
    let culprit = &report["culprits"][0];
    assert!(culprit["name"].as_str().unwrap().starts_with("src/demo/story.rs:"), "{culprit}");
    assert_eq!(culprit["state"], "send");
    let each = culprit["per_request"].as_f64().unwrap();
    assert!((0.9..1.1).contains(&each), "a task per request, not {each}");
    for word in ["src/demo/story.rs:", "send", "report: "] {
        assert!(output.stdout.contains(word), "the summary should say {word}:\n{}", output.stdout);
    }
    assert!(output.stderr.contains("soak.png"), "{}", output.stderr);
}

#[test]
fn with_the_fix_it_is_stable() {
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("run");
    run_soak(&["demo", "--fix", "context", "--duration", "20s", "-o", out.to_str().unwrap()]).ends_with(0);
    let report = report(&out);
    assert_eq!(report["verdict"], "stable", "{}", report["headline"]);
    assert_eq!(report["culprits"].as_array().map(Vec::len), Some(0));
    assert!(
        report["headline"].as_str().unwrap().contains("no growth of private memory above"),
        "{}",
        report["headline"]
    );
}
