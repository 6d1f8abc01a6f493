//! On a terminal a run shows its dashboard, obeys its keys, and leaves the terminal as it was.

use std::time::{Duration, Instant};

use rustix::process::{Signal, kill_process};

use super::support::{GIVEN_BACK, Server, TAKEN, Terminal, events, report, text, until};

const SIZE: (u16, u16) = (100, 28);

fn in_steady(server: &Server, vars: &[(&str, &str)]) -> Option<Terminal> {
    let url = server.url();
    let args = [
        &url,
        "--baseline",
        "0.5s",
        "--warmup",
        "1s",
        "--load-duration",
        "90s",
        "--settle",
        "20s",
        "-o",
        "RUN",
    ];
    let terminal = Terminal::start(SIZE, vars, &args)?;
    terminal.shows("task groups");
    until("the run comes to steady", || {
        std::fs::read_to_string(terminal.path("run/samples.csv"))
            .is_ok_and(|text| text.matches(",steady,").count() > 5)
    });
    Some(terminal)
}

fn stopped(run: &std::path::Path) -> bool {
    events(run).iter().any(|event| event["kind"] == "stopped")
}

#[test]
fn q_asks_and_then_ends_with_a_report_and_a_note_is_an_event() {
    let server = Server::start("ok");
    let began = Instant::now();
    let Some(mut terminal) = in_steady(&server, &[]) else { return };
    std::thread::sleep(Duration::from_secs(5));
    let (took, of) = (terminal.drawing_took(), began.elapsed());
    // the promise is of what people run
    let most = if cfg!(debug_assertions) { 0.05 } else { 0.01 };
    println!("drawing took {took:?} of {of:?}");
    assert!(took < of.mul_f64(most), "drawing took {took:?} of {of:?}");
    terminal.press("?");
    terminal.shows("a closer look at the last part");
    terminal.press("\x1b");
    terminal.hides("a closer look at the last part");
    terminal.press("nall is well\r");
    until("the note is recorded", || text(terminal.path("run/events.jsonl")).contains("all is well"));
    terminal.press("q");
    terminal.shows("End the run now?");
    terminal.press("\x1b");
    terminal.hides("End the run now?");
    assert!(!stopped(&terminal.path("run")), "ended without being asked");
    terminal.press("q");
    terminal.shows("End the run now?");
    terminal.press("y");
    let ended = terminal.ends_as_it_was();
    let run = ended.path("run");
    assert!(stopped(&run));
    assert_eq!(report(&run)["exit_code"], ended.code());
    let after = ended.after();
    assert!(after.contains("report.html") || after.contains("report:"), "no summary after it:\n{after}");
}

#[test]
fn the_load_is_paused_resumed_and_changed_and_the_report_is_judged_from_there() {
    let server = Server::start("ok");
    let url = server.url();
    let args = [
        &url,
        "--rate",
        "40/s",
        "--baseline",
        "0",
        "--warmup",
        "1s",
        "--load-duration",
        "8s",
        "--settle",
        "0",
        "-o",
        "RUN",
    ];
    let Some(mut terminal) = Terminal::start(SIZE, &[], &args) else { return };
    terminal.until("steady", |screen| screen.lines().next().is_some_and(|line| line.contains("steady")));
    terminal.press("P");
    terminal.shows("load paused");
    std::thread::sleep(Duration::from_secs(2));
    terminal.press("P");
    terminal.shows("rate changed to 40/s: judged from here");
    terminal.press("]");
    terminal.shows("rate changed to 44/s: judged from here");
    let ended = terminal.ends_as_it_was();
    let report = report(&ended.path("run"));
    let notes = report["notes"].to_string();
    assert!(notes.contains("changed by hand") && notes.contains("44/s"), "{notes}");
    assert_eq!(report["load"]["rate_asked"].as_f64().map(f64::round), Some(44.0), "{}", report["load"]);
    let requests = report["load"]["requests"].as_f64().unwrap_or_default();
    assert!(requests > 320.0 && requests < 380.0, "8 s at 44/s are judged, not {requests}");
}

#[test]
fn it_follows_the_size_of_the_window_down_to_a_line_and_back() {
    let server = Server::start("ok");
    let Some(mut terminal) = in_steady(&server, &[]) else { return };
    terminal.resize((60, 15));
    terminal.until("no chart at 60 by 15", |screen| screen.contains("steady") && !screen.contains("├"));
    terminal.resize((200, 60));
    terminal.until("charts at 200 by 60", |screen| screen.contains("├") && screen.contains("over time"));
    terminal.resize((10, 2));
    std::thread::sleep(Duration::from_millis(500));
    terminal.resize(SIZE);
    terminal.shows("task groups");
    terminal.press("\x03");
    terminal.ends_as_it_was();
}

#[test]
fn a_mistake_of_the_drawing_gives_the_terminal_back_and_the_run_goes_on() {
    let server = Server::start("ok");
    let url = server.url();
    let args =
        [&url, "--baseline", "0", "--warmup", "1s", "--load-duration", "6s", "--settle", "0", "-o", "RUN"];
    let Some(terminal) = Terminal::start(SIZE, &[("SOAK_PANIC_IN_DRAWING", "3")], &args) else { return };
    let ended = terminal.ends_as_it_was();
    assert!(ended.written.contains("panicked"), "{}", ended.written);
    assert_eq!(report(&ended.path("run"))["exit_code"], ended.code());
}

#[test]
fn ctrl_c_and_sigterm_mean_what_they_always_mean() {
    let server = Server::start("ok");
    let Some(mut terminal) = in_steady(&server, &[]) else { return };
    terminal.press("\x03");
    let ended = terminal.ends_as_it_was();
    assert!(stopped(&ended.path("run")));

    let Some(terminal) = in_steady(&server, &[]) else { return };
    kill_process(terminal.soak_pid(), Signal::TERM).unwrap();
    let ended = terminal.ends_as_it_was();
    assert!(stopped(&ended.path("run")));
}

#[test]
fn ctrl_z_gives_the_terminal_back_and_fg_takes_it_again() {
    let server = Server::start("ok");
    let Some(mut terminal) = in_steady(&server, &[]) else { return };
    let written =
        |terminal: &Terminal, what: &str| String::from_utf8_lossy(&terminal.bytes()).matches(what).count();
    let pid = terminal.soak_pid();
    kill_process(pid, Signal::TSTP).unwrap();
    until("the terminal is given back", || written(&terminal, GIVEN_BACK) == 1);
    kill_process(pid, Signal::CONT).unwrap();
    until("the dashboard is there again", || written(&terminal, TAKEN) == 2);
    terminal.press("\x03");
    let ended = terminal.ends_as_it_was();
    assert!(stopped(&ended.path("run")));
}

#[test]
fn a_terminal_that_is_closed_ends_the_run_with_its_report() {
    let server = Server::start("ok");
    let Some(mut terminal) = in_steady(&server, &[]) else { return };
    let run = terminal.path("run");
    terminal.close();
    until("the report is written", || run.join("report.json").exists());
    assert!(stopped(&run));
}

#[test]
fn plain_lines_json_and_quiet_have_no_dashboard() {
    let server = Server::start("ok");
    for flag in ["--no-tui", "--json", "--quiet"] {
        let url = server.url();
        let phases =
            ["--baseline", "0", "--warmup", "0", "--load-duration", "1s", "--settle", "0", "-o", "RUN"];
        let args = [&[&url, flag], &phases[..]].concat();
        let Some(terminal) = Terminal::start(SIZE, &[], &args) else { return };
        let ended = terminal.ends();
        assert!(!ended.written.contains(TAKEN), "{flag}:\n{}", ended.written);
        assert!(ended.path("run/report.json").exists(), "{flag}:\n{}", ended.written);
    }
}

/// The picture of docs/dashboard.md and of the README, made anew.
#[test]
#[ignore = "writes docs/dashboard.svg: a minute, and best with a release build"]
fn picture_of_the_dashboard() {
    let Some(mut terminal) = Terminal::start(SIZE, &[], &["demo", "-o", "RUN"]) else { return };
    terminal.until("the leak is seen", |screen| screen.contains("LEAK") && screen.contains("s left"));
    std::thread::sleep(Duration::from_secs(4));
    let picture = terminal.svg();
    terminal.press("\x03");
    terminal.ends_as_it_was();
    assert!(picture.contains("LEAK"));
    std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/dashboard.svg"), picture).unwrap();
}
