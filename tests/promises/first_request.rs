//! Before the load each request is sent once: one that is wrong ends there, in a line, and not after the whole run.

use std::fs;
use std::path::Path;

use super::support::{Output, Server, as_server, closed_port, files, report, run, run_soak, soak, text};

/// What a run against this URL says, which ends before anything is written.
#[track_caller]
fn refused(url: &str, more: &[&str]) -> String {
    let place = tempfile::tempdir().unwrap();
    let mut command = soak(&[&[url, "-z", "2s"], more].concat());
    command.current_dir(place.path());
    let output = run(command).ends_with(2);
    let last = output.stderr.lines().last().unwrap_or_default().to_string();
    assert!(output.stdout.is_empty() && last.starts_with("soak: "), "{output:?}");
    assert_eq!(files(place.path()), Vec::<std::path::PathBuf>::new(), "something was written");
    last
}

/// A short run of load alone against this server.
fn short(server: &Server, out: &Path, more: &[&str]) -> Output {
    let phases =
        ["--baseline", "0s", "--warmup", "0s", "--settle", "0s", "-z", "2s", "-q", "50", "--load-only"];
    run_soak(&[&[&server.url(), "-o", out.to_str().unwrap()][..], &phases, more].concat())
}

#[test]
fn an_answer_that_is_wrong_ends_the_run_before_it_begins() {
    let wrong = [
        ("401", "GET / answers 401 Unauthorized: add -H 'Authorization: …', or [[login]] in a profile"),
        ("404", "GET / answers 404 Not Found: check the path, or pass --expect-status 404"),
    ];
    for (kind, says) in wrong {
        let server = Server::start(kind);
        assert_eq!(
            refused(&server.url(), &[]),
            format!("soak: {says} (--keep-going sends the load all the same)")
        );
        assert_eq!(server.requests().len(), 1, "once");
    }
    let server = Server::start("302");
    let line = refused(&format!("{}?key=s3cret", server.url()), &["--load-only"]);
    let to = format!("{}login", server.url());
    let says = format!("GET / answers 302 Found, to {to}: pass that URL, --follow, or --expect-status 302");
    assert!(line.contains(&says) && !line.contains("s3cret"), "{line}");
}

#[test]
fn a_service_that_fails_is_warned_of_and_sent_its_load() {
    let server = Server::start("500");
    let place = tempfile::tempdir().unwrap();
    let output = short(&server, &place.path().join("run"), &[]);
    let warning = "warning: GET / answers 500 Internal Server Error: look at the service's log";
    assert!(output.stderr.contains(warning), "{output:?}");
    assert!(report(&place.path().join("run"))["load"]["errors"]["by_status"]["500"].as_u64() > Some(50));
}

#[test]
fn without_a_connection_the_cause_is_named() {
    let refusing = refused(&format!("http://127.0.0.1:{}/", closed_port()), &["--load-only"]);
    assert!(refusing.contains("(Connection refused): check the host and the port"), "{refusing}");
    let unknown = refused("http://no-such-host.invalid/", &["--load-only"]);
    assert!(unknown.contains("no connection to http://no-such-host.invalid ("), "{unknown}");
    assert!(unknown.contains("): check the host of the URL"), "{unknown}");
    let server = Server::start("ok");
    let plain = refused(&server.url().replace("http:", "https:"), &["--load-only", "--insecure"]);
    assert!(plain.contains("check the scheme and the port of the URL"), "{plain}");
    let proxy = format!("http://127.0.0.1:{}/", closed_port());
    let proxied = refused(&server.url(), &["--load-only", "--proxy", &proxy]);
    assert!(proxied.contains("check --proxy"), "{proxied}");
}

#[test]
fn a_command_that_listens_and_does_not_answer_yet_is_waited_for() {
    let place = tempfile::tempdir().unwrap();
    let (out, port) = (place.path().join("run"), closed_port());
    let (line, vars) = as_server("late", port);
    let url = format!("http://127.0.0.1:{port}/");
    let mut command = soak(&[&url, "-z", "2s", "-q", "50", "-o", out.to_str().unwrap(), "--"]);
    command.args(line).envs(vars);
    let output = run(command);
    assert!([0, 1, 3].contains(&output.code), "{output:?}");
    assert_eq!(report(&out)["load"]["errors"]["ratio"], 0.0, "{output:?}");
}

#[test]
fn all_requests_that_are_wrong_are_named_in_one_line() {
    let server = Server::start("404");
    let place = tempfile::tempdir().unwrap();
    let profile = place.path().join("shop.toml");
    let tables = "[[request]]\nname = 'cart'\npath = '/cart'\n[[request]]\nname = 'pay'\npath = '/pay'\n\
                  method = 'POST'\n[[request]]\nname = 'gone'\npath = '/gone'\nexpect-status = 404\n\
                  expect-text = 'sorry'\n";
    fs::write(&profile, tables).unwrap();
    let line = refused(&server.url(), &["--profile", profile.to_str().unwrap()]);
    let cart = "cart (GET /cart) answers 404 Not Found: check the path, or pass --expect-status 404";
    let pay = "pay (POST /pay) answers 404 Not Found: check the path, or pass --expect-status 404";
    let gone = "gone (GET /gone) answers 404 Not Found without the expected text, in 3 B: check expect-text";
    for says in [cart, pay, gone] {
        assert_eq!(line.matches(says).count(), 1, "{line}");
    }
}

#[test]
fn a_request_with_slots_is_named_as_it_was_written() {
    let server = Server::start("302");
    let url = format!("{}items/{{{{seq}}}}", server.url());
    let line = refused(&url, &["--vary", "-H", "Authorization: Bearer {{hex 8}}"]);
    // where to on the same host would show what was filled in
    assert!(line.contains("GET /items/{{seq}} answers 302 Found: use --follow"), "{line}");
    assert!(server.requests()[0].contains("GET /items/1 "), "{:?}", server.requests());
}

#[test]
fn a_run_that_keeps_going_warns_sends_its_load_and_does_not_count_the_first_request() {
    let server = Server::start("404");
    let place = tempfile::tempdir().unwrap();
    let output = short(&server, &place.path().join("run"), &["--keep-going"]);
    let warning = "warning: GET / answers 404 Not Found: check the path, or pass --expect-status 404\n";
    assert!(output.stderr.contains(warning) && !output.stderr.contains("--keep-going"), "{output:?}");
    let report = report(&place.path().join("run"));
    let load = text(place.path().join("run/load.csv"));
    let mut rows = load.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let at = rows.next().unwrap().iter().position(|name| *name == "sent").unwrap();
    let sent: usize = rows.map(|row| row[at].parse::<usize>().unwrap()).sum();
    assert_eq!(server.requests().len(), sent + 1, "{load}");
    assert!(report["reproduce"].as_str().unwrap().contains(" --keep-going"), "{}", report["reproduce"]);
}
