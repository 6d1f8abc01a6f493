//! The same figure is the same in everything that shows a run: terminal, report.md, report.json, report.html, picture.

use std::path::Path;

use serde_json::Value;
use soak::judge::judge;
use soak::record::read_run;
use soak::report::lines::Columns;
use soak::report::picture::{LIGHT, compose};
use soak::report::{html, json, markdown, svg, terminal};
use soak::units::Unit;
use soak::wording::report;

#[test]
fn terminal_reports_page_and_picture_agree_on_every_figure_that_they_share() {
    let run = Path::new(env!("CARGO_MANIFEST_DIR")).join("reports/sample-leak");
    let evidence = read_run(&run).unwrap();
    let findings = report(&judge(&evidence), &evidence);
    let scene = compose(&evidence, &findings, &LIGHT);
    let shown: Vec<&str> = scene.texts().map(|text| text.text.as_str()).collect();
    let picture = shown.join(" ");
    let terminal = terminal::summary(&findings, None, Columns::UNBOUNDED);
    let page =
        html::render(&evidence, &findings, &svg::render(&scene).unwrap()).unwrap().replace('\u{a0}', " ");
    let text = markdown::render(&evidence, &findings);
    let document: Value = serde_json::from_str(&json::render(&findings).unwrap()).unwrap();
    let all = [("terminal", &terminal), ("report.md", &text), ("report.html", &page), ("picture", &picture)];
    let everywhere = |what: &str| {
        for (name, said) in all {
            assert!(said.contains(what), "{name} does not say '{what}': {said:.3000}");
        }
    };
    let figure = |value: &Value, unit: Unit| unit.show(value.as_f64().unwrap());

    // the answer
    everywhere(document["badge"].as_str().unwrap().to_uppercase().as_str());
    everywhere(document["summary"].as_str().unwrap());
    let memory = figure(&document["memory"]["per_request"], Unit::Bytes);
    everywhere(&memory);
    // the line that is drawn is resident memory: both are named
    let growth = format!("memory that can leak +{memory} per request");
    assert!(picture.contains(&growth) && page.contains(&growth), "the fitted line: {picture}");

    // the culprit
    let culprit = &document["culprits"][0];
    everywhere(culprit["name"].as_str().unwrap());
    let ends = ["count_start", "count_end"].map(|end| figure(&culprit[end], Unit::Count));
    everywhere(&ends.join(" → "));

    // the load
    everywhere(&format!("{} requests", figure(&document["load"]["requests"], Unit::Count)));
    let p99 = figure(&document["load"]["latency_s"]["p99"], Unit::Seconds);
    for (name, said) in [("terminal", &terminal), ("report.md", &text), ("picture", &picture)] {
        assert!(said.contains(&format!("p99 {p99}")), "{name}: {p99}");
    }
    assert!(page.contains(&format!("<th>p99</th><td>{p99}</td>")), "the page's table: {p99}");

    // the series: start and end in tables
    for series in document["series"].as_array().unwrap().iter().filter(|s| s["name"] == "goroutines") {
        let [start, end] = ["start", "end"].map(|end| figure(&series[end], Unit::Count));
        assert!(terminal.contains(&format!("{start} → {end}")), "{terminal}");
        assert!(text.contains(&format!("| {start} | {end} |")), "{text}");
        assert!(
            page.contains(&format!("\"start\">{start}</td><td data-label=\"end\">{end}</td>")),
            "{start} {end}"
        );
    }
}
