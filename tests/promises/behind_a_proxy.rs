//! A service behind a proxy on this machine: its pages say which process is measured, and never the proxy for it.

use std::path::Path;
use std::process::{Command, Stdio};

use super::support::{Server, report, run_soak, skipped};

/// The service, or with an address a proxy before it; none where there is no python3.
fn started(upstream: Option<&str>) -> Option<Server> {
    let has_python = Command::new("python3").arg("--version").stdout(Stdio::null()).status();
    if !has_python.is_ok_and(|status| status.success()) {
        skipped("there is no python3 on PATH for the service and its proxy");
        return None;
    }
    let mut command = Command::new("python3");
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/proxied/serve.py")).args(upstream);
    Some(Server::from(command))
}

#[test]
fn the_process_that_a_page_describes_is_the_one_that_is_measured() {
    let Some(service) = started(None) else { return };
    let Some(proxy) = started(Some(&service.address().to_string())) else { return };
    let place = tempfile::tempdir().unwrap();
    let soaked = |more: &[&str]| {
        let out = place.path().join(more.len().to_string());
        let short = ["--baseline", "0.3s", "--warmup", "0.5s", "-z", "2s", "-q", "20", "--no-fail"];
        run_soak(&[&[&proxy.url(), "-o", out.to_str().unwrap()], &short[..], more].concat());
        report(&out)
    };
    let found = soaked(&[]);
    assert_eq!(found["target"]["pid"], service.pid(), "{}", found["target"]);
    assert_eq!(found["target"]["described_by"]["instead_of_pid"], proxy.pid());
    let notes = found["notes"].to_string();
    assert!(notes.contains("/metrics describes python") && notes.contains("pass --pid"), "{notes}");

    let named = soaked(&["--pid", &proxy.pid().to_string()]);
    assert_eq!(named["target"]["pid"], proxy.pid(), "the user's word stands");
    assert_eq!(named["target"]["described_by"], serde_json::Value::Null);
}
