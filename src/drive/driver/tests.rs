//! The driver against real servers on loopback: what is held, what is dropped, what each failure counts as.

use std::thread::sleep;
use std::time::Instant;

use hdrhistogram::Histogram;

use super::*;
use crate::drive::clock::Monotonic;
use crate::drive::testing::{Server, ServerStyle, request_to};
use crate::evidence::{ErrorKind, LatencyTag, LoadRow};
use crate::units::Rate;
use crate::workload::Pattern;

const MS: Duration = Duration::from_millis(1);

fn start(request: &RequestPlan, connections: u32, timeout: Duration, rate: Rate) -> Driver {
    let sending = Sending { rate, connections, timeout, threads: 1, blocks: None };
    Driver::start(std::slice::from_ref(request), sending, Arc::new(Monotonic::begin())).unwrap()
}

/// A load that begins at once and is all steady.
fn steady(time: Duration) -> Load {
    Load {
        start: Duration::ZERO,
        warmup: Duration::ZERO,
        steady: time,
        requests: None,
        pattern: Pattern::default(),
    }
}

/// Drive the whole of this load, until all of it has ended.
fn drive(request: &RequestPlan, connections: u32, timeout: Duration, rate: Rate, load: Load) -> Interval {
    let driver = start(request, connections, timeout, rate);
    driver.begin(load);
    wait_until_done(&driver);
    driver.finish()
}

fn wait_until_done(driver: &Driver) {
    let began = Instant::now();
    while !driver.steady_done() {
        assert!(began.elapsed() < Duration::from_secs(5), "the load does not end");
        sleep(MS);
    }
}

fn count(interval: &Interval, tag: LatencyTag) -> u64 {
    histogram(interval, tag).len()
}

fn histogram(interval: &Interval, tag: LatencyTag) -> &Histogram<u64> {
    interval.histograms().find(|(t, _)| *t == tag).unwrap().1
}

/// The errors of a row that there were, with how many of each.
fn errors(row: &LoadRow) -> Vec<(ErrorKind, u64)> {
    ErrorKind::ALL.into_iter().zip(row.errors).filter(|(_, n)| *n > 0).collect()
}

/// Ten requests, whose load ends with the tenth: a busy machine may stall for a while and drops none.
fn ten() -> Load {
    Load { requests: Some(10), ..steady(5000 * MS) }
}

/// Ten requests of 100/s against such a server, each with a second.
fn ten_against(style: ServerStyle) -> (Interval, Server) {
    let server = Server::start(style);
    let request = request_to(server.addr);
    (drive(&request, 4, 1000 * MS, Rate::PerSecond(100.0), ten()), server)
}

#[test]
fn a_constant_rate_is_held_with_every_request_sent_and_answered() {
    let server = Server::start(ServerStyle::ok_after(Duration::ZERO));
    let load = Load {
        start: 50 * MS,
        warmup: 200 * MS,
        steady: 800 * MS,
        requests: None,
        pattern: Pattern::default(),
    };
    let driver = start(&request_to(server.addr), 64, Duration::from_secs(10), Rate::PerSecond(500.0));
    driver.begin(load);
    wait_until_done(&driver);
    assert_eq!(driver.answered_total(), 500);
    let interval = driver.finish();
    let row = &interval.row();
    assert_eq!((row.due, row.sent, row.done, row.dropped), (500, 500, 500, 0));
    assert_eq!(errors(row), []);
    assert_eq!(server.requests(), 500);
    assert_eq!(interval.body_bytes, 1000);
    assert_eq!(count(&interval, LatencyTag::Warmup), 100);
    for tag in [LatencyTag::Steady, LatencyTag::Service, LatencyTag::Late] {
        assert_eq!(count(&interval, tag), 400, "{tag:?}");
    }
    // the machine may be busy, so this is no measurement: it only excludes a schedule that is not kept at all
    let late = histogram(&interval, LatencyTag::Late).value_at_quantile(0.5);
    assert!(late < 20_000_000, "median lateness {late} ns");
}

#[test]
fn threads_share_a_load_and_lose_none_of_it() {
    let server = Server::start(ServerStyle::ok_after(Duration::ZERO));
    for (rate, requests) in [(Rate::PerSecond(500.0), Some(401)), (Rate::Max, Some(401))] {
        let sending =
            Sending { rate, connections: 7, timeout: Duration::from_secs(10), threads: 3, blocks: None };
        let clock = Arc::new(Monotonic::begin());
        let driver = Driver::start(&[request_to(server.addr)], sending, clock).unwrap();
        driver.begin(Load { requests, ..steady(Duration::from_secs(20)) });
        wait_until_done(&driver);
        assert_eq!(driver.answered_total(), 401);
        let interval = driver.finish();
        let row = &interval.row();
        assert_eq!((row.due, row.sent, row.done, row.dropped), (401, 401, 401, 0));
        assert_eq!(count(&interval, LatencyTag::Steady), 401);
    }
    assert!(server.seen.most_in_flight.load(Ordering::Relaxed) <= 7);
}

#[test]
fn a_server_that_closes_after_each_answer_is_no_error() {
    let (interval, server) = ten_against(ServerStyle::status("200 OK", "connection: close\r\n", "ok"));
    assert_eq!((interval.row().done, errors(&interval.row())), (10, vec![]));
    assert_eq!(server.seen.connections.load(Ordering::Relaxed), 10, "each had its own connection");
}

#[test]
fn a_server_that_closes_what_is_idle_is_no_error() {
    let server = Server::start(ServerStyle::Impatient(20 * MS));
    let load = Load { requests: Some(10), ..steady(5000 * MS) };
    let interval = drive(&request_to(server.addr), 4, 2000 * MS, Rate::PerSecond(10.0), load);
    assert_eq!((interval.row().done, errors(&interval.row())), (10, vec![]));
    assert!(server.seen.connections.load(Ordering::Relaxed) >= 8, "it did close them");
}

#[test]
fn once_there_is_no_load_connections_are_closed_and_opened_again_when_there_is() {
    let server = Server::start(ServerStyle::ok_after(5 * MS));
    let clock = Arc::new(Monotonic::begin());
    let rate = Rate::PerSecond(200.0);
    let sending = Sending { rate, connections: 8, timeout: Duration::from_secs(5), threads: 1, blocks: None };
    let driver = Driver::start(&[request_to(server.addr)], sending, Arc::<Monotonic>::clone(&clock)).unwrap();
    let open = || server.seen.open.load(Ordering::Relaxed);
    for _ in 0..2 {
        driver.begin(Load { start: clock.now(), requests: Some(20), ..steady(Duration::from_secs(5)) });
        wait_until_done(&driver);
        assert!(open() > 0, "kept for the next request");
        let ended = Instant::now();
        while open() > 0 {
            assert!(ended.elapsed() < Duration::from_secs(5), "{} are held on to", open());
            sleep(10 * MS);
        }
    }
    assert_eq!((driver.finish().row().errors.iter().sum::<u64>(), server.requests()), (0, 40));
}

#[test]
fn at_a_low_rate_few_connections_are_used() {
    let server = Server::start(ServerStyle::ok_after(Duration::ZERO));
    let interval =
        drive(&request_to(server.addr), 64, 2000 * MS, Rate::PerSecond(50.0), steady(Duration::from_secs(1)));
    assert_eq!(interval.row().done, 50);
    let connections = server.seen.connections.load(Ordering::Relaxed);
    assert!(connections <= 8, "{connections} connections");
}

#[test]
fn a_slow_server_leads_to_drops_and_never_to_more_in_flight_than_connections() {
    // 4 connections of 50 ms each serve 80/s of the 400/s
    let server = Server::start(ServerStyle::ok_after(50 * MS));
    let load = steady(Duration::from_secs(1));
    let interval = drive(&request_to(server.addr), 4, 300 * MS, Rate::PerSecond(400.0), load);
    let row = &interval.row();
    assert_eq!(row.due, 400);
    assert_eq!(row.sent + row.dropped, row.due);
    assert_eq!(row.done, row.sent);
    assert!((40..=120).contains(&row.sent), "{row:?}");
    assert_eq!(server.seen.most_in_flight.load(Ordering::Relaxed), 4);
    assert!(interval.slot_waits > 20, "{}", interval.slot_waits);
    // nearly all that is sent can still be answered, and is not given up together with its connection
    assert!(row.errors[ErrorKind::Timeout as usize] < row.sent / 4, "{row:?}");
    // a drop enters the percentiles as at least the timeout
    let latency = histogram(&interval, LatencyTag::Steady);
    assert_eq!(latency.len(), 400);
    assert!(latency.value_at_quantile(0.9) >= 299_000_000);
}

#[test]
fn an_answer_that_is_no_2xx_is_an_error_by_its_hundred() {
    for (status, kind) in [
        ("302 Found", ErrorKind::Status3xx),
        ("404 Not Found", ErrorKind::Status4xx),
        ("503 Service Unavailable", ErrorKind::Status5xx),
    ] {
        let (interval, server) = ten_against(ServerStyle::status(status, "location: /\r\n", "body"));
        assert_eq!(errors(&interval.row()), [(kind, 10)]);
        assert_eq!((interval.row().done, server.requests()), (10, 10), "{status}");
        assert_eq!(count(&interval, LatencyTag::Steady), 10, "it was an answer, and took its time");
        assert_eq!(interval.body_bytes, 40);
    }
}

#[test]
fn the_request_goes_out_as_planned() {
    let server = Server::start(ServerStyle::ok_after(Duration::ZERO));
    let mut request = RequestPlan {
        method: reqwest::Method::PUT,
        body: bytes::Bytes::from_static(b"the body"),
        ..request_to(server.addr)
    };
    request.url.set_path("/a/b");
    request.url.set_query(Some("c=d"));
    request.headers.insert("x-token", "s3cret".parse().unwrap());
    let load = Load { requests: Some(1), ..steady(500 * MS) };
    let interval = drive(&request, 4, 500 * MS, Rate::PerSecond(100.0), load);
    assert_eq!((interval.row().due, interval.row().done, errors(&interval.row())), (1, 1, vec![]));
    let sent = String::from_utf8(server.seen.bytes.lock().unwrap().clone()).unwrap();
    let head = sent.to_ascii_lowercase();
    assert!(sent.starts_with("PUT /a/b?c=d HTTP/1.1\r\n"), "{sent}");
    assert!(head.contains("x-token: s3cret\r\n") && head.contains("user-agent: soak/"), "{sent}");
    assert!(head.contains("content-length: 8\r\n") && sent.ends_with("\r\n\r\nthe body"), "{sent}");
}

#[test]
fn a_status_that_is_expected_is_none() {
    let server = Server::start(ServerStyle::status("404 Not Found", "", ""));
    let request =
        RequestPlan { expect_status: vec![reqwest::StatusCode::NOT_FOUND], ..request_to(server.addr) };
    let interval = drive(&request, 4, 1000 * MS, Rate::PerSecond(100.0), ten());
    assert_eq!((interval.row().done, errors(&interval.row())), (10, vec![]));
}

#[test]
fn a_redirect_is_followed_on_the_same_host_only() {
    let end = Server::start(ServerStyle::status("200 OK", "", "there"));
    let elsewhere = format!("location: http://localhost:{}/\r\n", end.addr.port());
    let here = format!("location: http://{}/\r\n", end.addr);
    for (location, followed) in [(here, true), (elsewhere, false)] {
        let server = Server::start(ServerStyle::status("302 Found", &location, ""));
        let request = RequestPlan { follow: true, ..request_to(server.addr) };
        let interval = drive(&request, 4, 1000 * MS, Rate::PerSecond(100.0), ten());
        let expected = if followed { vec![] } else { vec![(ErrorKind::Status3xx, 10)] };
        assert_eq!(errors(&interval.row()), expected);
    }
    assert_eq!(end.requests(), 10);
}

#[test]
fn a_connection_that_is_reset_or_cut_off_is_counted_apart_from_an_answer() {
    let (interval, _server) = ten_against(ServerStyle::Reset);
    assert_eq!(errors(&interval.row()), [(ErrorKind::Reset, 10)]);
    assert_eq!(count(&interval, LatencyTag::Steady), 0, "without an answer there is no latency");
    let (interval, _server) = ten_against(ServerStyle::HalfAnswer);
    assert_eq!(errors(&interval.row()), [(ErrorKind::Body, 10)]);
    assert_eq!(interval.body_bytes, 40);
}

#[test]
fn a_port_without_a_listener_is_a_connect_error() {
    let server = Server::start(ServerStyle::Silence);
    let addr = server.addr;
    drop(server);
    sleep(50 * MS);
    let driver = start(&request_to(addr), 4, 500 * MS, Rate::PerSecond(100.0));
    driver.begin(Load { start: 100 * MS, ..steady(100 * MS) });
    wait_until_done(&driver);
    assert_eq!(driver.answered_total(), 0);
    assert_eq!(errors(&driver.finish().row()), [(ErrorKind::Connect, 10)]);
}

#[test]
fn without_an_answer_a_request_ends_a_timeout_after_it_was_due() {
    // two connections: two requests are sent and time out, the others wait and are sent or dropped
    let server = Server::start(ServerStyle::Silence);
    let load = steady(100 * MS);
    let began = Instant::now();
    let interval = drive(&request_to(server.addr), 2, 200 * MS, Rate::PerSecond(100.0), load);
    assert!(began.elapsed() < Duration::from_secs(1));
    assert_eq!(errors(&interval.row()), [(ErrorKind::Timeout, 2), (ErrorKind::Dropped, 8)]);
    let latency = histogram(&interval, LatencyTag::Steady);
    assert_eq!(latency.len(), 10);
    assert!(latency.min() >= 199_000_000, "{}", latency.min());
    assert_eq!(count(&interval, LatencyTag::Service), 2, "what was never sent has no service time");
}

#[test]
fn the_closed_loop_keeps_every_connection_busy_until_the_n_th() {
    let server = Server::start(ServerStyle::ok_after(2 * MS));
    let load = Load { requests: Some(300), ..steady(Duration::from_secs(5)) };
    let interval = drive(&request_to(server.addr), 8, Duration::from_secs(1), Rate::Max, load);
    assert_eq!((interval.row().due, interval.row().sent, interval.row().done), (300, 300, 300));
    assert_eq!(interval.slot_waits, 0);
    assert_eq!(server.seen.most_in_flight.load(Ordering::Relaxed), 8);
}

#[test]
fn the_closed_loop_can_be_stopped_although_every_request_fails_at_once() {
    let server = Server::start(ServerStyle::Silence);
    let addr = server.addr;
    drop(server);
    let driver = start(&request_to(addr), 8, Duration::from_secs(1), Rate::Max);
    sleep(50 * MS);
    driver.begin(steady(Duration::from_secs(60)));
    sleep(100 * MS);
    let stopped = Instant::now();
    let row = driver.finish().row();
    assert!(stopped.elapsed() < 400 * MS, "{:?}", stopped.elapsed());
    assert_eq!(errors(&row), [(ErrorKind::Connect, row.done)]);
    assert!(row.done > 100, "{row:?}");
}

#[test]
fn stopped_it_gives_what_is_in_flight_a_second_and_no_more() {
    let server = Server::start(ServerStyle::Silence);
    let driver = start(&request_to(server.addr), 4, Duration::from_secs(30), Rate::PerSecond(100.0));
    driver.begin(steady(Duration::from_secs(60)));
    sleep(200 * MS);
    let stopped = Instant::now();
    let interval = driver.finish();
    assert!(stopped.elapsed() < 1700 * MS, "{:?}", stopped.elapsed());
    // what soak cut off is no error of the target's; what it had no connection for is dropped
    let row = &interval.row();
    assert_eq!((row.sent, row.done), (4, 0));
    assert_eq!(row.due, row.sent + row.dropped);
    assert_eq!(errors(row), [(ErrorKind::Dropped, row.dropped)]);
}

#[test]
fn stopped_with_nothing_in_flight_it_ends_at_once() {
    let server = Server::start(ServerStyle::ok_after(Duration::ZERO));
    let driver = start(&request_to(server.addr), 4, Duration::from_secs(30), Rate::PerSecond(100.0));
    driver.begin(steady(Duration::from_secs(60)));
    sleep(100 * MS);
    let stopped = Instant::now();
    let interval = driver.finish();
    assert!(stopped.elapsed() < 400 * MS, "{:?}", stopped.elapsed());
    assert_eq!((interval.row().due, interval.row().dropped), (interval.row().done, 0));
}

#[test]
fn cycles_follow_each_other_and_takes_add_up() {
    let server = Server::start(ServerStyle::ok_after(Duration::ZERO));
    let clock = Arc::new(Monotonic::begin());
    let request = request_to(server.addr);
    let sending = Sending {
        rate: Rate::PerSecond(200.0),
        connections: 8,
        timeout: Duration::from_secs(1),
        threads: 1,
        blocks: None,
    };
    let mut driver =
        Driver::start(std::slice::from_ref(&request), sending, Arc::<Monotonic>::clone(&clock)).unwrap();
    let mut rows = Vec::new();
    for _ in 0..2 {
        driver.begin(Load { start: clock.now(), ..steady(250 * MS) });
        sleep(150 * MS);
        rows.push(driver.drain());
        wait_until_done(&driver);
        rows.push(driver.drain());
    }
    assert!(rows.windows(2).all(|two| two[0].to == two[1].from));
    rows.push(driver.finish());
    let sum = |of: fn(&LoadRow) -> u64| rows.iter().map(|i| of(&i.row())).sum::<u64>();
    assert_eq!((sum(|r| r.due), sum(|r| r.sent), sum(|r| r.done)), (100, 100, 100));
    assert!(rows.iter().take(4).all(|i| i.row().done > 0), "load in each half");
}

#[test]
fn what_is_under_way_near_a_collection_is_counted_apart() {
    let server = Server::start(ServerStyle::ok_after(Duration::ZERO));
    let driver = start(&request_to(server.addr), 4, Duration::from_secs(1), Rate::PerSecond(100.0));
    driver.probing_begins(1300 * MS);
    driver.probing_ends(1300 * MS);
    driver.begin(steady(600 * MS));
    wait_until_done(&driver);
    let interval = driver.finish();
    assert_eq!(count(&interval, LatencyTag::Steady) + count(&interval, LatencyTag::Probing), 60);
    // from 300 ms on; half a dozen either way for a busy machine
    assert!((24..=40).contains(&count(&interval, LatencyTag::Probing)));
}
