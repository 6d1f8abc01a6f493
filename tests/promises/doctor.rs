//! `soak doctor` says what can be seen of a service, what cannot, and the line that turns it on; it changes nothing.

use serde_json::Value;

use super::support::{Server, run, run_soak, soak};

/// The record of a probe.
fn probe<'a>(checkup: &'a Value, name: &str) -> &'a Value {
    checkup["probes"].as_array().unwrap().iter().find(|p| p["name"] == name).unwrap_or(&Value::Null)
}

#[test]
fn each_probe_is_listed_with_its_cost_or_with_what_turns_it_on() {
    let server = Server::start("ok");
    let place = tempfile::tempdir().unwrap();
    let mut command = soak(&["doctor", &server.url(), "--json"]);
    command.current_dir(place.path());
    let output = run(command).ends_with(0);
    let checkup: Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(checkup["target"]["pid"].as_u64(), Some(server.pid().into()), "{checkup}");
    let process = probe(&checkup, "process");
    assert_eq!(process["found"], true, "{checkup}");
    assert!(
        process["mean_s"].as_f64().unwrap() > 0.0 && process["asked"].as_u64().unwrap() >= 3,
        "{process}"
    );
    let page = probe(&checkup, "prometheus");
    assert_eq!(page["found"], false, "{page}");
    assert!(page["turn_on"].as_str().unwrap().contains("--metrics"), "{page}");
    assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 0, "nothing is written");
}

#[test]
fn the_screen_says_it_in_words() {
    let server = Server::start("ok");
    let stdout = run_soak(&["doctor", &server.url()]).ends_with(0).stdout;
    assert!(stdout.contains(&format!("(pid {})", server.pid())), "{stdout}");
    for word in ["found", "not found", "to turn it on", "resident memory", "--metrics"] {
        assert!(stdout.contains(word), "{word}: {stdout}");
    }
}

#[test]
fn without_a_target_it_says_why() {
    let output = run_soak(&["doctor", "--pid", "4194304"]);
    assert_eq!(output.code, 2, "{output:?}");
    assert!(output.stderr.contains("4194304") && output.stderr.lines().count() == 1, "{output:?}");
}
