//! On a terminal `soak tasks` is live: the evening of the story on one screen.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use serde_json::Value;

use super::against_real_services::{go, jvm, tokio_console};
use super::support::{GIVEN_BACK, Server, TAKEN, Terminal, recorded, skipped, text, until};

const SIZE: (u16, u16) = (100, 28);

fn saved(terminal: &Terminal) -> Option<Value> {
    let files = std::fs::read_dir(terminal.path(".")).unwrap().map(|file| file.unwrap().path());
    let saved = |path: &std::path::PathBuf| {
        path.file_name().unwrap().to_string_lossy().starts_with("soak-tasks-")
            && path.extension().is_some_and(|e| e == "json")
    };
    files.filter(saved).find_map(|path| serde_json::from_str(&text(path)).ok())
}

#[test]
fn requests_fired_from_it_show_what_each_of_them_leaves_behind() {
    let Some(program) = go::built("leaky") else {
        return skipped("there is no go on PATH to build the leaking service");
    };
    let mut service = Command::new(program);
    service.env_remove("FIXED").env_remove("PORT");
    let server = Server::from(service);
    let Some(mut terminal) = Terminal::start(SIZE, &[], &["tasks", &server.url()]) else { return };
    terminal.shows("observed for");
    terminal.press("RRRrrrrrrr");
    let screen = terminal.shows("stayed after 37 requests: +37 main.searchForever in chan send");
    let row = screen.lines().find(|line| line.starts_with("main.searchForever")).unwrap();
    assert!(row.contains("chan send") && row.contains("+37"), "{screen}");

    terminal.press("\r");
    let screen = terminal.shows("created by main.handle");
    assert!(
        screen.contains("main.go:")
            && screen.contains("+37 since the start")
            && screen.contains("1.0 per request"),
        "{screen}"
    );
    terminal.press("e");
    terminal.hides("growth");
    terminal.press("\x1b");
    terminal.shows("growth");
    terminal.press("/re:^main\\.search");
    terminal.shows("1 of ");
    terminal.press("\r\x1b");
    terminal.hides("filter:");
    terminal.press("4");
    terminal.shows("groups by state");
    terminal.press("1w");
    terminal.shows("saved as soak-tasks-");
    let list = saved(&terminal).expect("a document");
    assert_eq!(
        (list["groups"][0]["name"].as_str(), list["groups"][0]["growth"].as_f64()),
        (Some("main.searchForever"), Some(37.0))
    );

    terminal.press("p");
    if serves_proof(&server) {
        terminal.shows("Go proves that 37 goroutines can never go on");
        terminal.until("a mark", |screen| {
            screen.lines().any(|line| line.starts_with("main.searchForever") && line.contains("proven leak"))
        });
    } else {
        terminal.shows("no proof:");
    }
    terminal.press("\r");
    terminal.shows("ids: ");
    terminal.press("\r");

    kill_process(Pid::from_raw(server.pid() as i32).unwrap(), Signal::KILL).unwrap();
    let screen = terminal.shows("not read for");
    assert!(screen.contains("main.searchForever"), "the last reading stays:\n{screen}");
    terminal.press("q");
    assert_eq!(terminal.ends_as_it_was().code(), 0);
}

/// Whether the index of this Go service's profiles lists the proof: the default from Go 1.27 on.
fn serves_proof(server: &Server) -> bool {
    let url = server.url();
    let address = url.trim_start_matches("http://").trim_end_matches('/');
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(b"GET /debug/pprof/ HTTP/1.0\r\n\r\n").unwrap();
    let mut index = String::new();
    stream.read_to_string(&mut index).unwrap();
    assert!(index.contains("goroutine"), "no index of profiles: {index}");
    index.contains("goroutineleak")
}

/// The row of this group, once it has grown by so many.
fn grown(terminal: &Terminal, group: &str, by: &str) -> String {
    let row = |screen: &str| screen.lines().find(|line| line.starts_with(group)).map(str::to_string);
    let screen = terminal.until(&format!("{group} {by}"), |screen| {
        row(screen).is_some_and(|row| row.split_whitespace().any(|word| word == by))
    });
    row(&screen).unwrap()
}

#[test]
fn threads_of_a_jvm_are_rows_by_name_and_state() {
    let Some(server) = jvm::service("threads", &[]) else { return };
    let Some(mut terminal) = Terminal::start(SIZE, &[], &["tasks", &server.url()]) else { return };
    terminal.shows("observed for");
    terminal.press("RR");
    let row = grown(&terminal, "audit-writer-#", "+2");
    assert!(row.contains("WAITING"), "every tenth request leaves one: {row}");
    terminal.press("/audit\r\r");
    let screen = terminal.shows("Service.java:");
    assert!(screen.contains("in WAITING") && screen.contains("+2 since the start"), "{screen}");
    terminal.keep_picture("real-jvm");
    terminal.press("q");
    terminal.ends_as_it_was();
}

#[test]
fn threads_of_any_process_are_rows_by_name_and_what_they_wait_for_in_the_kernel() {
    let server = Server::start("shop");
    let url = format!("{}leaky", server.url());
    let Some(mut terminal) = Terminal::start(SIZE, &[], &["tasks", &url]) else { return };
    terminal.shows("observed for");
    terminal.press("rrr");
    let row = grown(&terminal, "lost", "+3");
    // a kernel that shows no wait channel to others has the state alone
    assert!(row.contains("sleep"), "{row}");
    terminal.keep_picture("real-threads");
    terminal.shows("stayed after 3 requests: +3 lost");
    terminal.press("q");
    terminal.ends_as_it_was();
}

#[test]
fn tasks_of_tokio_are_rows_by_where_they_are_spawned_and_have_the_size_of_their_futures() {
    let server = tokio_console::service("keeps");
    let url = server.url();
    let args = ["tasks", &url, "--tokio-console", &url];
    let Some(mut terminal) = Terminal::start(SIZE, &[], &args) else { return };
    terminal.shows("observed for");
    terminal.press("R");
    // every other request leaves one, and what soak asks while it looks around is a request, too
    terminal.until("five stay", |screen| {
        ["+5 ", "+6 "].iter().any(|more| screen.contains(&format!("stayed after 10 requests: {more}")))
    });
    terminal.press("/state:idle\r\r");
    let screen = terminal.shows("future 20.0 KiB");
    assert!(screen.contains("tokio_console.rs:") && screen.contains("since the start"), "{screen}");
    assert!(screen.contains("have futures so large that tokio moves them to the heap"), "{screen}");
    terminal.keep_picture("real-tokio");
    terminal.press("q");
    terminal.ends_as_it_was();
}

#[test]
fn gauges_of_a_metrics_page_are_rows_by_their_labels() {
    let server = Server::start("gauge");
    let url = server.url();
    let metric = "'jobs_pending{place=queue}'";
    let args = ["tasks", &url, "--task-metric", metric];
    let Some(mut terminal) = Terminal::start(SIZE, &[], &args) else { return };
    terminal.shows("observed for");
    terminal.press("Rr");
    let row = grown(&terminal, "mail", "+11");
    assert!(row.contains("growing") || row.contains("not clear"), "{row}");
    terminal.keep_picture("real-gauges");
    let screen = terminal.shows("stayed after 11 requests: +11 mail");
    assert!(screen.lines().any(|line| line.starts_with("print") && line.contains(" 4 ")), "{screen}");
    terminal.press("q");
    terminal.ends_as_it_was();
}

#[test]
fn several_services_are_tabs() {
    let (one, other) = (Server::start("ok"), Server::start("ok"));
    let Some(mut terminal) = Terminal::start(SIZE, &[], &["tasks", &one.url(), &other.url()]) else { return };
    terminal.shows(&format!("1 of 2 {}", one.url()));
    terminal.press("\t");
    terminal.shows(&format!("2 of 2 {}", other.url()));
    terminal.press("\t");
    terminal.shows("1 of 2");
    terminal.press("q");
    terminal.ends_as_it_was();
}

#[test]
fn ctrl_c_ends_it_while_a_service_does_not_answer_the_first_reading() {
    let service = TcpListener::bind("127.0.0.1:0").unwrap();
    service.set_nonblocking(true).unwrap();
    let url = format!("http://{}/", service.local_addr().unwrap());
    let Some(mut terminal) = Terminal::start(SIZE, &[], &["tasks", &url]) else { return };
    let deadline = Instant::now() + Duration::from_secs(60);
    let _unanswered = loop {
        match service.accept() {
            Ok(connection) => break connection,
            Err(_) => assert!(Instant::now() < deadline, "soak never connects"),
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    let pressed = Instant::now();
    terminal.press("\x03");
    assert_eq!(terminal.ends().code(), 0);
    let took = pressed.elapsed();
    assert!(took < Duration::from_secs(5), "{took:?}");
}

#[test]
fn sigterm_a_panic_and_suspending_leave_the_terminal_as_it_was() {
    let server = Server::start("ok");
    let url = server.url();
    let monitor = |vars: &[(&str, &str)]| Terminal::start(SIZE, vars, &["tasks", &url]);
    let Some(terminal) = monitor(&[]) else { return };
    terminal.shows("observed for");
    kill_process(terminal.soak_pid(), Signal::TERM).unwrap();
    assert_eq!(terminal.ends_as_it_was().code(), 0);

    let Some(terminal) = monitor(&[("SOAK_PANIC_IN_DRAWING", "3")]) else { return };
    let ended = terminal.ends_as_it_was();
    assert!(ended.written.contains("panicked"), "{}", ended.written);

    let Some(mut terminal) = monitor(&[]) else { return };
    terminal.shows("observed for");
    let written =
        |terminal: &Terminal, what: &str| String::from_utf8_lossy(&terminal.bytes()).matches(what).count();
    let pid = terminal.soak_pid();
    kill_process(pid, Signal::TSTP).unwrap();
    until("the terminal is given back", || written(&terminal, GIVEN_BACK) >= 1);
    kill_process(pid, Signal::CONT).unwrap();
    until("the table is there again", || written(&terminal, TAKEN) >= 2);
    terminal.press("q");
    terminal.ends_as_it_was();
}

#[test]
fn a_test_that_gives_up_leaves_no_monitor_behind() {
    let server = Server::start("ok");
    let Some(terminal) = Terminal::start(SIZE, &[], &["tasks", &server.url()]) else { return };
    terminal.shows("observed for");
    let soak = terminal.soak_pid();
    drop(terminal);
    let deadline = Instant::now() + Duration::from_secs(10);
    while test_kill_process(soak).is_ok() && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(test_kill_process(soak).is_err(), "soak still runs");
}

#[test]
fn a_finished_run_is_stepped_through() {
    let dir = recorded().dir.to_str().unwrap();
    let Some(mut terminal) = Terminal::start(SIZE, &[], &["tasks", dir]) else { return };
    let last = terminal.shows("of the run, reading ");
    terminal.press("<");
    let which = |screen: &str| screen.split("reading ").nth(1)?.lines().next().map(str::to_string);
    let at_end = which(&last);
    terminal.until("an earlier reading", |screen| which(screen).is_some_and(|at| Some(at) != at_end));
    terminal.press(">");
    terminal.until("the last one again", |screen| which(screen) == at_end);
    terminal.press("r");
    terminal.shows("this run is over: it has nothing to send a request to");
    terminal.keep_picture("real-finished");
    terminal.press("e");
    terminal.shows("esc back to the table");
    terminal.press("q");
    assert_eq!(terminal.ends_as_it_was().code(), 0);
}

/// Processor time that a process has used.
fn used(pid: u32) -> Duration {
    let stat = text(format!("/proc/{pid}/stat"));
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    let ticks = |at: usize| fields[at].parse::<u64>().unwrap();
    Duration::from_millis(10 * (ticks(11) + ticks(12)))
}

#[test]
#[ignore = "half a minute, and figures of an idle machine: cargo test --release -- --ignored hundred_thousand"]
fn a_service_with_a_hundred_thousand_goroutines_bears_it_and_keys_are_answered_at_once() {
    let Some(program) = go::built("leaky") else {
        return skipped("there is no go on PATH to build the service");
    };
    let mut service = Command::new(program);
    service.env_remove("FIXED").env_remove("PORT").env("PARKED", "100000");
    let server = Server::from(service);
    let Some(mut terminal) = Terminal::start(SIZE, &[], &["tasks", &server.url()]) else { return };
    terminal.shows("100,000");
    let (began, before) = (Instant::now(), used(server.pid()));
    let mut took: Vec<Duration> = Vec::new();
    for _ in 0..20 {
        let pressed = Instant::now();
        terminal.press("?");
        while !terminal.screen().contains("which stays selected") {
            assert!(pressed.elapsed() < Duration::from_secs(10), "{}", terminal.screen());
            std::thread::sleep(Duration::from_millis(2));
        }
        took.push(pressed.elapsed());
        terminal.press("?");
        terminal.hides("which stays selected");
        std::thread::sleep(Duration::from_secs(1));
    }
    let (spent, of) = (used(server.pid()) - before, began.elapsed());
    took.sort();
    println!(
        "keys: {:?} in the middle, {:?} at worst; the service used {spent:?} of {of:?}",
        took[10], took[19]
    );
    assert!(took[19] < Duration::from_millis(100), "{took:?}");
    assert!(spent < of / 100, "{spent:?} of {of:?}");
    terminal.press("q");
    terminal.ends_as_it_was();
}
