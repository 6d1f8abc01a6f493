//! A driver without a network: a day of load in no time, with the counts and times of a real one.

use super::*;
use crate::drive::clock::ManualClock;
use crate::drive::driver::Driver;
use crate::evidence::LatencyTag;
use crate::units::Rate;
use crate::workload::Pattern;

const MS: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);

fn driver(rate: Rate, connections: u32, answers: SimulatedAnswers) -> (Driver, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::default());
    let sending = Sending { rate, connections, timeout: 10 * SECOND, threads: 1, blocks: None };
    let request = RequestPlan::get("http://service.test/".parse().unwrap());
    let driver = Driver::simulated(&[request], sending, answers, Arc::<ManualClock>::clone(&clock));
    (driver, clock)
}

fn steady(length: Duration) -> Load {
    let pattern = Pattern::default();
    Load { start: Duration::ZERO, warmup: Duration::ZERO, steady: length, requests: None, pattern }
}

#[test]
fn a_day_of_load_has_every_request_answered_after_its_time() {
    let (mut driver, clock) = driver(Rate::PerSecond(10.0), 64, SimulatedAnswers::ok_after(30 * MS));
    driver.begin(steady(86_400 * SECOND));
    let (mut due, mut done) = (0, 0);
    for _ in 0..24 {
        clock.advance(3600 * SECOND);
        let interval = driver.drain();
        let service = interval.histograms().find(|(tag, _)| *tag == LatencyTag::Service).unwrap().1;
        assert!(service.min().abs_diff(30_000_000) < 50_000 && service.max().abs_diff(30_000_000) < 50_000);
        (due, done) = (due + interval.row().due, done + interval.row().done);
        assert_eq!(interval.row().errors, [0; ErrorKind::ALL.len()]);
    }
    assert_eq!((due, done, driver.answered_total()), (864_000, 864_000, 864_000));
    assert!(driver.steady_done());
}

#[test]
fn a_status_is_the_error_that_it_is_for_a_real_driver() {
    let answers = SimulatedAnswers { status: StatusCode::BAD_GATEWAY, ..SimulatedAnswers::ok_after(MS) };
    let (driver, clock) = driver(Rate::PerSecond(100.0), 4, answers);
    driver.begin(Load { requests: Some(10), ..steady(SECOND) });
    clock.advance(SECOND);
    assert!(driver.steady_done());
    assert_eq!(driver.finish().row().errors[ErrorKind::Status5xx as usize], 10);
}

#[test]
fn more_load_than_connections_can_carry_is_dropped() {
    // 4 connections of half a second each serve 8 of the 100 per second
    let (mut driver, clock) = driver(Rate::PerSecond(100.0), 4, SimulatedAnswers::ok_after(500 * MS));
    driver.begin(steady(60 * SECOND));
    clock.advance(70 * SECOND);
    let row = driver.drain().row();
    assert_eq!((row.due, row.sent + row.dropped, row.done), (6000, 6000, row.sent));
    assert!((470..=490).contains(&row.sent), "{row:?}");
}

#[test]
fn the_closed_loop_sends_as_fast_as_it_is_answered() {
    let (mut driver, clock) = driver(Rate::Max, 8, SimulatedAnswers::ok_after(2 * MS));
    driver.begin(steady(SECOND));
    clock.advance(2 * SECOND);
    assert_eq!(driver.drain().row().done, 4000);
}

#[test]
fn what_is_in_flight_at_a_stop_is_answered_and_what_takes_too_long_times_out() {
    let (in_flight, clock) = driver(Rate::PerSecond(100.0), 64, SimulatedAnswers::ok_after(200 * MS));
    in_flight.begin(steady(60 * SECOND));
    clock.advance(SECOND);
    let row = in_flight.finish().row();
    assert_eq!((row.due, row.sent, row.done), (101, 101, 101));
    let (mut hangs, clock) = driver(Rate::PerSecond(1.0), 64, SimulatedAnswers::ok_after(60 * SECOND));
    hangs.begin(steady(5 * SECOND));
    clock.advance(60 * SECOND);
    assert_eq!(hangs.drain().row().errors[ErrorKind::Timeout as usize], 5);
}
