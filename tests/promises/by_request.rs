//! Several requests by name: the weights hold, and errors, latency and growth are reported by name.

use std::path::Path;

use serde_json::Value;

use super::support::{Output, Server, files, report, run, run_soak, soak, text};

/// Drives these tables against a shop, and nothing else of it is said than these flags.
fn driven(server: &Server, place: &Path, tables: &str, flags: &[&str]) -> (Output, Value, String) {
    let (profile, out) = (place.join("shop.toml"), place.join("run"));
    std::fs::write(&profile, tables).unwrap();
    let url = server.url();
    let args = [url.as_str(), "--profile", profile.to_str().unwrap(), "-o", out.to_str().unwrap()];
    let output = run_soak(&[&args[..], flags].concat());
    assert!(out.join("report.json").exists(), "{output:?}");
    (output, report(&out), text(out.join("load.csv")))
}

/// The sum of a column over the rows of one request.
fn sum(load: &str, request: &str, column: &str) -> u64 {
    let mut lines = load.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let head = lines.next().unwrap();
    let at = head.iter().position(|name| *name == column).unwrap();
    lines.filter(|row| row[1] == request).map(|row| row[at].parse::<u64>().unwrap()).sum()
}

fn by_name<'a>(report: &'a Value, name: &str) -> &'a Value {
    let all = report["load"]["by_request"].as_array().unwrap();
    all.iter().find(|one| one["name"] == name).unwrap_or_else(|| panic!("{name}: {all:#?}"))
}

const SHOP: &str = r#"
[[request]]
name = "reads"
path = "/reads"
weight = 5
expect-text = "ok"

[[request]]
name = "broken"
path = "/broken"
weight = 3

[[request]]
name = "blank page"
path = "/blank"
weight = 2
expect-text = "welcome"
"#;

#[test]
fn weights_hold_and_what_is_wrong_is_reported_by_name() {
    let server = Server::start("shop");
    let place = tempfile::tempdir().unwrap();
    let flags = ["-z", "12s", "-q", "250/s", "--load-only", "--keep-going"];
    let (output, report, load) = driven(&server, place.path(), SHOP, &flags);
    let all: u64 = ["reads", "broken", "blank page"].iter().map(|name| sum(&load, name, "due")).sum();
    for (name, share) in [("reads", 0.5), ("broken", 0.3), ("blank page", 0.2)] {
        let due = sum(&load, name, "due") as f64;
        assert!((due - share * all as f64).abs() <= 0.01 * due, "{name}: {due} of {all}");
        let steady = by_name(&report, name);
        let (sent, due) = (steady["sent"].as_f64().unwrap(), steady["due"].as_f64().unwrap());
        assert!(due > 0.0 && sent >= 0.9 * due, "{steady}");
        assert!(steady["latency_s"]["p50"].as_f64().unwrap() > 0.0, "{steady}");
        let arrived =
            server.requests().iter().filter(|head| head.contains(&format!("/{}", &name[..5]))).count();
        assert_eq!(arrived as u64, 1 + sum(&load, name, "sent"), "{name}: with the one before the load");
    }
    assert_eq!(by_name(&report, "reads")["errors"]["by_kind"], serde_json::json!({}));
    let (broken, blank) = (by_name(&report, "broken"), by_name(&report, "blank page"));
    assert!(broken["errors"]["by_kind"]["5xx"].as_u64() > Some(200), "{broken}");
    assert!(blank["errors"]["by_kind"]["text"].as_u64() > Some(200), "{blank}");
    assert_eq!(report["load"]["errors"]["by_kind"].as_object().unwrap().len(), 2, "{}", report["load"]);
    assert_eq!(sum(&load, "blank page", "error_text"), sum(&load, "blank page", "done"));
    // each row of steady names its block
    assert!(load.lines().any(|row| row.split(',').nth(3).is_some_and(|block| block == "1")), "{load}");
    let page = text(place.path().join("run/report.md"));
    for what in ["| blank page | ", "| answer without the expected text: ", "| 500 Internal Server Error: "] {
        assert!(page.contains(what), "no {what} in {page}");
    }
    assert!(output.stdout.contains("blank page  "), "{}", output.stdout);
    // what was recorded says the same again
    let dir = place.path().join("run");
    let again = super::support::run_soak(&["analyze", dir.to_str().unwrap(), "--json"]);
    let again: Value = serde_json::from_str(&again.stdout).unwrap();
    assert_eq!(again["load"]["by_request"], report["load"]["by_request"]);
}

#[test]
fn a_closed_loop_deals_by_weight_as_requests_come() {
    let server = Server::start("shop");
    let place = tempfile::tempdir().unwrap();
    let flags = ["-z", "4s", "-q", "max", "-c", "2", "--load-only", "--keep-going"];
    let (_, report, load) = driven(&server, place.path(), SHOP, &flags);
    let sent = |name: &str| sum(&load, name, "sent") as f64;
    let all = sent("reads") + sent("broken") + sent("blank page");
    for (name, share) in [("reads", 0.5), ("broken", 0.3), ("blank page", 0.2)] {
        assert!(
            (sent(name) - share * all).abs() <= (0.01 * sent(name)).max(2.0),
            "{name}: {} of {all}",
            sent(name)
        );
    }
    assert_eq!(report["attribution"].as_array().map_or(0, Vec::len), 0, "{}", report["attribution"]);
}

const LEAKY: &str = r#"
[[request]]
name = "healthy"
path = "/healthy"
weight = 5

[[request]]
name = "leaks a thread"
path = "/leaky"
weight = 3

[[request]]
name = "also healthy"
path = "/other"
weight = 2
"#;

#[test]
#[cfg(target_os = "linux")]
fn the_request_that_leaks_is_blamed_by_name_and_the_others_are_not() {
    let server = Server::start("shop");
    let place = tempfile::tempdir().unwrap();
    let (output, report, _) = driven(&server, place.path(), LEAKY, &["-z", "45s", "-q", "60/s"]);
    assert_eq!((output.code, report["verdict"].as_str()), (1, Some("leak")), "{}", report["headline"]);
    let lines = report["attribution"].as_array().unwrap();
    let of = |name: &str| {
        let is = |line: &&Value| line["request"] == name && line["series"] == "threads";
        lines.iter().find(is).unwrap_or_else(|| panic!("{name}: {lines:#?}"))
    };
    let blamed = of("leaks a thread");
    assert_eq!((&blamed["answer"], &blamed["behaviour"]), (&"leaks".into(), &"normal".into()), "{blamed}");
    assert!((blamed["per_each"].as_f64().unwrap() - 1.0).abs() <= 0.1, "{blamed}");
    // on a busy machine the threads of requests in flight may leave open how little the others leak, never who does
    for name in ["healthy", "also healthy"] {
        let line = of(name);
        assert!(line["answer"] != "leaks" && line["per_each_ci"][1].as_f64().unwrap() < 0.3, "{line}");
    }
    assert!(output.stdout.contains("threads leaked per 'leaks a thread'"), "{}", output.stdout);
    let none = of("healthy")["answer"] == "nothing";
    assert_eq!(output.stdout.contains("none per 'healthy'"), none, "{}", output.stdout);
}

#[test]
fn tables_that_make_no_load_are_refused_in_a_line_before_anything_is_sent() {
    let server = Server::start("shop");
    let place = tempfile::tempdir().unwrap();
    let (profile, url) = (place.path().join("shop.toml"), server.url());
    let profile_path = profile.to_str().unwrap().to_string();
    let line = |url: &str, tables: &str, flags: &[&str]| {
        std::fs::write(&profile, tables).unwrap();
        let mut command = soak(&[&[url, "--profile", &profile_path], flags].concat());
        command.current_dir(place.path());
        let output = run(command).ends_with(2);
        let line = output.stderr.trim_end().to_string();
        assert!(!line.contains('\n') && output.stdout.is_empty(), "{line}");
        line
    };
    let weight = line(&url, &SHOP.replace("weight = 3", "weight = 0"), &[]);
    assert!(
        weight.ends_with("shop.toml: request 'broken' weight: invalid weight '0': expected a number above 0")
    );
    let flag = line(&url, SHOP, &["-X", "PUT"]);
    assert!(flag.starts_with("soak: --method: the profile has [[request]] tables: set it in"), "{flag}");
    let threads = line(&url, SHOP, &["--threads", "2"]);
    assert!(threads.contains("threads cannot share several [[request]] tables"), "{threads}");
    let path = line(&format!("{url}api"), SHOP, &[]);
    assert!(path.contains("the requests of this profile have their own paths"), "{path}");
    assert_eq!(server.requests(), Vec::<String>::new());
    assert_eq!(files(place.path()), [profile], "nothing is written");
}
