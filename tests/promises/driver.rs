//! A schedule that was not kept is blamed on the target or on soak itself, whichever it was.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::support::{Output, Running, Server, closed_port, events, report, run, soak, text};

/// Flags of a run of load alone, without any phase but steady.
fn args<'a>(url: &'a str, out: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let phases = ["--baseline", "0s", "--warmup", "0s", "--settle", "0s", "--load-only"];
    [&[url, "-o", out][..], &phases, more].concat()
}

fn driven(server: &Server, more: &[&str], out: &Path) -> (Output, Value, String) {
    let output = run(soak(&args(&server.url(), out.to_str().unwrap(), more)));
    let report = report(out);
    let notes = report["driver"]["notes"].to_string();
    (output, report, notes)
}

#[test]
fn a_stalled_second_of_soak_itself_is_blamed_on_soak() {
    let server = Server::start("ok");
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("run");
    let url = server.url();
    let running = Running::start(soak(&args(
        &url,
        out.to_str().unwrap(),
        &["-z", "6s", "-q", "100", "-t", "5s", "--gate", "latency.p99 < 1s"],
    )));
    std::thread::sleep(Duration::from_millis(2500));
    running.signal(rustix::process::Signal::STOP);
    std::thread::sleep(Duration::from_millis(1500));
    running.signal(rustix::process::Signal::CONT);
    running.end();
    let report = report(&out);
    let notes = report["driver"]["notes"].to_string();
    assert!(notes.contains("soak itself was late by 1."), "{notes}");
    let gate = &report["gates"][0];
    assert_eq!(gate["result"], "inconclusive", "{gate} {}", report["load"]);
    assert!(gate["why"].as_str().unwrap().contains("includes soak's own lateness; without it"), "{gate}");
    assert!(!notes.contains("did not keep up"), "{notes}");
    assert_eq!(report["load"]["dropped"], 0, "sent late, and not lost");
    assert!(report["load"]["late_p99_s"].as_f64().unwrap() > 1.0, "{}", report["load"]);
}

#[test]
fn a_target_that_cannot_keep_the_rate_is_blamed_and_soak_does_not_grow() {
    let server = Server::start("slow");
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("run");
    let more = ["-z", "8s", "-q", "2000", "-t", "1s", "-c", "4"];
    let (output, report, notes) = driven(&server, &more, &out);
    output.ends_with(3);
    assert!(notes.contains("every connection was busy and the target did not keep up"), "{notes}");
    assert!(!notes.contains("soak itself"), "{notes}");
    assert!(report["load"]["dropped"].as_u64().unwrap() > 1000, "{}", report["load"]);
    let mut rows = csv::Reader::from_reader(text(out.join("load.csv")).as_bytes().to_vec().leak() as &[u8]);
    let column = rows.headers().unwrap().iter().position(|name| name == "soak_rss_bytes").unwrap();
    let rss: Vec<f64> = rows.records().map(|row| row.unwrap()[column].parse().unwrap()).collect();
    let (early, late) = (rss[rss.len() / 3], rss[rss.len() - 1]);
    assert!(late < early + 2e6, "from {early} to {late} bytes, with a backlog of thousands");
}

/// Answers whatever comes in with as little work as can be, until its connections end.
fn bare_server() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().take(64) {
            let mut stream = stream.unwrap();
            std::thread::spawn(move || {
                let mut request = [0; 4096];
                while matches!(stream.read(&mut request), Ok(1..)) {
                    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
                }
            });
        }
    });
    address
}

#[test]
fn a_rate_that_soak_itself_cannot_send_is_blamed_on_soak() {
    let url = format!("http://{}/", bare_server());
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("run");
    let more = ["-z", "4s", "-q", "1000000", "--threads", "1", "-c", "64"];
    run(soak(&args(&url, out.to_str().unwrap(), &more))).ends_with(3);
    let report = report(&out);
    let notes = report["driver"]["notes"].to_string();
    assert!(notes.contains("soak itself could not send so much"), "{notes}");
    let headline = report["headline"].as_str().unwrap();
    assert!(headline.contains("soak itself could send only"), "{headline}");
    let kinds: Vec<String> = events(&out).iter().map(|event| event["kind"].to_string()).collect();
    assert!(kinds.contains(&"\"load_saturated\"".into()), "{kinds:?}");
}

#[test]
fn proxies_of_the_environment_are_used_only_where_they_are_asked_for() {
    let server = Server::start("ok");
    let place = tempfile::tempdir().unwrap();
    let proxy = format!("http://127.0.0.1:{}/", closed_port());
    let url = server.url();
    for (name, more, refused) in [("off", &[][..], false), ("on", &["--proxy", "env"][..], true)] {
        let out = place.path().join(name);
        let more = [&["-z", "2s", "-q", "50", "--keep-going"][..], more].concat();
        let mut command = soak(&args(&url, out.to_str().unwrap(), &more));
        command.env("HTTP_PROXY", &proxy).env("http_proxy", &proxy).env_remove("NO_PROXY");
        run(command);
        let errors = report(&out)["load"]["errors"]["by_kind"]["connect"].as_u64().unwrap_or(0);
        assert_eq!(errors > 50, refused, "{name}: {errors} refused");
    }
}

#[test]
fn the_wait_for_a_slow_service_breaks_a_gate_on_latency() {
    let server = Server::start("slow");
    let place = tempfile::tempdir().unwrap();
    let more = ["-z", "4s", "-q", "20", "-c", "1", "-t", "2s", "--gate", "latency.p99 < 400ms"];
    let (_, report, _) = driven(&server, &more, &place.path().join("run"));
    assert!(report["load"]["service_s"]["p99"].as_f64().unwrap() < 0.4, "{}", report["load"]);
    assert_eq!(report["gates"][0]["result"], "failed", "{}", report["gates"]);
}

#[test]
fn a_wrong_path_that_is_sent_all_the_same_is_named_in_the_headline() {
    let server = Server::start("404");
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("run");
    let (output, report, _) = driven(&server, &["-z", "4s", "-q", "50", "--keep-going"], &out);
    let warning = "warning: GET / answers 404 Not Found: check the path, or pass --expect-status 404";
    assert!(output.stderr.contains(warning), "{}", output.stderr);
    assert_eq!(output.stderr.matches(warning).count(), 1, "once");
    assert_eq!(output.stderr.matches(" more than half of the requests fail (404 Not Found: ").count(), 1);
    let headline = report["headline"].as_str().unwrap();
    // on a busy machine a few may not be sent, and then it is not all of them
    assert!(headline.contains("404 Not Found") && headline.contains("check the path"), "{headline}");
    assert!(report["load"]["errors"]["by_status"]["404"].as_u64().unwrap() > 150, "{}", report["load"]);
    for said in [output.stdout, text(out.join("report.md")), text(out.join("report.html"))] {
        assert!(said.contains("404 Not Found") && !said.contains(" 4xx"), "{said}");
    }
    let accepted =
        driven(&server, &["-z", "3s", "-q", "50", "--expect-status", "404"], &place.path().join("two"));
    assert!(!accepted.0.stderr.contains("404"), "{}", accepted.0.stderr);
    assert!(accepted.1["load"]["errors"]["by_status"].is_null(), "{}", accepted.1["load"]);
}
