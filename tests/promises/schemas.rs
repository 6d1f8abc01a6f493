//! What programs read is what its schema says: report.json and compare.json of real runs.

use std::path::Path;

use jsonschema::Validator;
use serde_json::Value;

use super::support::{Server, closed_port, recorded, run_soak, text};

const DOCS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs");
const LEAK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/reports/sample-leak");
const FIXED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/reports/sample-fixed");

fn schema(name: &str) -> Validator {
    let schema: Value = serde_json::from_str(&text(Path::new(DOCS).join(name))).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

#[track_caller]
fn is_valid(schema: &Validator, document: &str) -> Value {
    let document: Value = serde_json::from_str(document).unwrap();
    let wrong: Vec<String> =
        schema.iter_errors(&document).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    document
}

#[test]
fn a_report_is_valid_whatever_it_says() {
    let schema = schema("report.schema.json");
    let place = tempfile::tempdir().unwrap();
    let csv = |name: &str, value: fn(u32) -> u32| {
        let rows: String = (0..300).map(|i| format!("{i},{}\n", value(i))).collect();
        let path = place.path().join(name);
        std::fs::write(&path, format!("elapsed_s,rss_bytes\n{rows}")).unwrap();
        path.to_str().unwrap().to_string()
    };
    let flat = csv("flat.csv", |i| 100_000_000 + 4096 * (i * 7919 % 13));
    let short = place.path().join("short.csv");
    std::fs::write(&short, "elapsed_s,rss_bytes\n0,1\n1,2\n2,3\n").unwrap();
    let wanted =
        [(LEAK, "leak"), (FIXED, "stable"), (&flat, "stable"), (short.to_str().unwrap(), "inconclusive")];
    for (path, verdict) in wanted {
        let document = is_valid(&schema, &run_soak(&["analyze", path, "--json"]).stdout);
        assert_eq!(document["verdict"], verdict, "{path}: {}", document["headline"]);
    }
    for dir in [&recorded().dir, Path::new(LEAK), Path::new(FIXED)] {
        is_valid(&schema, &text(dir.join("report.json")));
    }
    // nothing answers: nothing was timed or sampled, and the run failed
    let closed = format!("http://127.0.0.1:{}/", closed_port());
    let out = place.path().join("closed");
    let flags = ["-z", "2s", "--load-only", "--keep-going", "--json", "-o", out.to_str().unwrap()];
    let output = run_soak(&[&[closed.as_str()], &flags[..]].concat());
    assert_eq!(is_valid(&schema, &output.stdout)["verdict"], "failed");
}

#[test]
fn a_run_of_clients_that_misbehave_is_valid_too() {
    let server = Server::start("ok");
    let place = tempfile::tempdir().unwrap();
    let (url, out) = (server.url(), place.path().join("run"));
    let args = [&url, "-z", "4s", "--misbehave", "churn=20%", "--gate", "errors.ratio < 30%", "--json", "-o"];
    let output = run_soak(&[&args[..], &[out.to_str().unwrap()]].concat());
    let document = is_valid(&schema("report.schema.json"), &output.stdout);
    assert!(
        document["load"]["misbehaved"].is_array() && document["gates"][0]["result"] == "held",
        "{document}"
    );
}

#[test]
fn a_comparison_is_valid() {
    let place = tempfile::tempdir().unwrap();
    let output =
        run_soak(&["compare", LEAK, FIXED, "--json", "-o", place.path().to_str().unwrap()]).ends_with(0);
    is_valid(&schema("compare.schema.json"), &output.stdout);
}

#[test]
fn a_page_gives_its_report_back_byte_for_byte() {
    let dir = &recorded().dir;
    let page = dir.join("report.html");
    let inside = run_soak(&["report", "--json-from", page.to_str().unwrap()]).ends_with(0);
    assert!(inside.stdout == text(dir.join("report.json")) && inside.stderr.is_empty(), "{inside:?}");
    for (file, why) in [("report.md", "holds no report.json"), ("no-such.html", "file not found")] {
        let none = run_soak(&["report", "--json-from", dir.join(file).to_str().unwrap()]).ends_with(2);
        assert!(none.stderr.contains(why) && none.stderr.lines().count() == 1, "{none:?}");
    }
}

#[test]
fn every_field_that_the_guide_explains_is_one() {
    let schema = text(Path::new(DOCS).join("report.schema.json"));
    let guide = text(Path::new(DOCS).join("reading-a-report.md"));
    let section = guide.split("## report.json").nth(1).unwrap().split("\n## ").next().unwrap();
    let cells = section.lines().filter(|line| line.starts_with("| `"));
    let words = cells.flat_map(|line| line.split('`').skip(1).step_by(2));
    let names: Vec<&str> = words.flat_map(|word| word.rsplit('.').next()).collect();
    assert!(names.len() > 25, "{names:?}");
    for name in names {
        assert!(schema.contains(&format!("\"{}\":", name.trim_end_matches("[]"))), "there is no {name}");
    }
}
