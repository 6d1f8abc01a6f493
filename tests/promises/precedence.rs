//! Flags go before SOAK_* variables, those before the profile, that before the defaults.

use std::fs;

use super::support::{Server, report, run, soak, text};

#[test]
fn flags_then_variables_then_the_profile_then_defaults() {
    let server = Server::start("ok");
    let place = tempfile::tempdir().unwrap();
    let profile = place.path().join("mine.toml");
    fs::write(
        &profile,
        "rate = 20\nconnections = 3\ntimeout = '2s'\nduration = '1h'\nlabel = 'of the profile'\n\
         header = ['X-From: profile', 'X-Only: profile']\n\
         gate = ['errors.ratio < 1%', 'latency.p99 < 5s']\n",
    )
    .unwrap();
    let out = place.path().join("run");
    let mut command = soak(&[
        &server.url(),
        "--load-only",
        "--profile",
        profile.to_str().unwrap(),
        "-q",
        "40",
        "-z",
        "2s",
        "-H",
        "X-From: flag",
        "--gate",
        "errors.ratio < 2%",
        "-o",
        out.to_str().unwrap(),
    ]);
    command.env("SOAK_RATE", "30").env("SOAK_CONNECTIONS", "5").env("SOAK_LABEL", "of the environment");
    let output = run(command);
    assert!([0, 3].contains(&output.code), "{output:?}");

    let plan: toml::Table = text(out.join("plan.toml")).parse().unwrap();
    let of = |key: &str| plan[key].to_string().trim_matches('"').to_string();
    assert_eq!(of("rate"), "40/s", "the flag goes before the variable and the profile");
    assert_eq!(of("connections"), "5", "the variable goes before the profile");
    assert_eq!(of("label"), "of the environment");
    assert_eq!(of("timeout"), "2s", "the profile goes before the default");
    assert_eq!(of("method"), "GET", "what is not set is a default");
    assert_eq!(of("profile"), "mine");

    let sent = server.requests();
    assert!(!sent.is_empty());
    for head in &sent {
        let head = head.to_ascii_lowercase();
        assert!(head.contains("x-from: flag") && !head.contains("x-from: profile"), "{head}");
        assert!(head.contains("x-only: profile"), "{head}");
    }
    let gates: Vec<String> = report(&out)["gates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|g| g["expr"].as_str().unwrap().into())
        .collect();
    assert!(
        gates.contains(&"errors.ratio < 2%".into()) && gates.contains(&"latency.p99 < 5s".into()),
        "{gates:?}"
    );
    assert_eq!(gates.len(), 2, "a flag replaces the profile's gate on the same quantity: {gates:?}");
}
