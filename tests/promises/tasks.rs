//! `soak tasks` lists the tasks of a service, and says so where there are none.

use std::time::Duration;

use serde_json::Value;

use super::support::{Server, closed_port, recorded, run_soak};

#[test]
fn the_table_and_the_document_have_the_groups_of_a_process() {
    let server = Server::start("ok");
    let table = run_soak(&["tasks", &server.url()]).ends_with(0).stdout;
    assert!(
        table.lines().next().is_some_and(|line| line.contains("count") && line.contains("growth")),
        "{table}"
    );
    assert!(table.contains("fd         sockets"), "{table}");

    let began = std::time::Instant::now();
    let json = run_soak(&["tasks", &server.url(), "--json", "--for", "1s"]).ends_with(0).stdout;
    assert!(began.elapsed() >= Duration::from_secs(1));
    let list: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(list["schema"], "soak-tasks/1");
    let groups = list["groups"].as_array().unwrap();
    assert!(
        groups.iter().any(|group| group["kind"] == "fd" && group["count"].as_f64() > Some(0.0)),
        "{json}"
    );
}

#[test]
fn a_run_directory_shows_what_it_recorded() {
    let dir = recorded().dir.to_str().unwrap();
    let table = run_soak(&["tasks", dir]).ends_with(0).stdout;
    let first = table.lines().nth(1).unwrap_or_default();
    assert!(first.contains("story.rs") && first.contains('+'), "{table}");
    let said = run_soak(&["tasks", "src"]).ends_with(2).stderr;
    assert!(said.contains("samples.csv"), "{said}");
}

#[test]
fn without_a_service_it_says_why_and_wrong_use_is_one_line() {
    let url = format!("http://127.0.0.1:{}/", closed_port());
    let said = run_soak(&["tasks", &url, "--once"]).ends_with(2).stderr;
    assert!(said.contains("no process is listening on port"), "{said}");
    for path in ["no-such-run", "./no-such-run"] {
        let said = run_soak(&["tasks", path]).ends_with(2).stderr;
        assert!(said.contains("is neither a URL nor a run directory") && said.lines().count() == 1, "{said}");
    }
    let said = run_soak(&["tasks", &url, "--for", "soon"]).ends_with(2).stderr;
    assert!(said.contains("--for: invalid duration 'soon'"), "{said}");
}
