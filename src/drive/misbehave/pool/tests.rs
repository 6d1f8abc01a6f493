//! The pool during a load: ratios by block, its own slots, and its end.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::drive::testing::{Server, ServerStyle, request_to};
use crate::drive::{Driver, Monotonic, Sending};
use crate::evidence::LoadRow;
use crate::units::{Rate, Span};
use crate::workload::{Behaviour, Blocks, Load, MisbehavePlan, Pattern};

const MS: Duration = Duration::from_millis(1);

/// Drives so long; all rows, the normal ones too.
fn driven(
    style: ServerStyle,
    mix: &[(Behaviour, f64)],
    rate: f64,
    connections: u32,
    seconds: f64,
) -> (Vec<LoadRow>, Server, Duration) {
    let server = Server::start(style);
    let request = request_to(server.addr);
    let blocks = Blocks { seed: 1, block: Span(200 * MS) };
    let plan = MisbehavePlan { blocks, mix: BTreeMap::from_iter(mix.iter().copied()) };
    let sending = Sending {
        rate: Rate::PerSecond(rate),
        connections,
        timeout: Duration::from_secs(2),
        threads: 1,
        blocks: Some(blocks),
    };
    let clock = Arc::new(Monotonic::begin());
    let driver = Driver::start(std::slice::from_ref(&request), sending, clock).unwrap();
    let mut driver = driver.misbehave(std::slice::from_ref(&request), sending, &plan).unwrap();
    let steady = Duration::from_secs_f64(seconds);
    driver.begin(Load {
        start: Duration::ZERO,
        warmup: Duration::ZERO,
        steady,
        requests: None,
        pattern: Pattern::default(),
    });
    let until = Instant::now() + steady + 250 * MS;
    let mut rows = Vec::new();
    while Instant::now() < until {
        std::thread::sleep(100 * MS);
        let interval = driver.drain();
        rows.extend(interval.rows);
        rows.extend(interval.misbehaved);
    }
    let asked = Instant::now();
    let last = driver.finish();
    rows.extend(last.rows);
    rows.extend(last.misbehaved);
    (rows, server, asked.elapsed())
}

fn sum(rows: &[LoadRow], behaviour: &str, of: fn(&LoadRow) -> u64) -> u64 {
    rows.iter().filter(|row| row.behaviour == behaviour).map(of).sum()
}

#[test]
fn ratios_hold_and_blocks_are_dealt_as_designed() {
    let mix = [(Behaviour::HangUp, 0.2), (Behaviour::Churn, 0.1)];
    // connections for a second in which a busy machine does nothing
    let (rows, server, _) = driven(ServerStyle::ok_after(Duration::ZERO), &mix, 500.0, 512, 4.0);
    for (behaviour, due) in [("normal", 1400), ("hang-up", 400), ("churn", 200)] {
        let (sent, dropped) = (sum(&rows, behaviour, |r| r.sent), sum(&rows, behaviour, |r| r.dropped));
        assert_eq!(sum(&rows, behaviour, |r| r.due), due, "{behaviour}");
        assert!(sent.abs_diff(due) * 100 <= due && dropped == due - sent, "{behaviour}: {sent} of {due}");
        assert_eq!(sum(&rows, behaviour, |r| r.errors.iter().sum()), dropped, "{behaviour}");
    }
    let mut blocks: BTreeMap<u32, u64> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.behaviour == "hang-up") {
        *blocks.entry(row.block.unwrap()).or_default() += row.due;
    }
    // twenty blocks, in a third of which there are three times as many
    assert!(blocks.keys().all(|block| *block < 20) && (5..=9).contains(&blocks.len()), "{blocks:?}");
    assert!(server.requests() > 1500);
}

#[test]
fn who_holds_his_connection_never_starves_the_load_and_is_gone_after_it() {
    let mix = [(Behaviour::IdleKeepalive, 0.5)];
    let (rows, _, ending) = driven(ServerStyle::ok_after(Duration::ZERO), &mix, 200.0, 2, 2.0);
    assert_eq!(sum(&rows, "normal", |r| r.sent), 200);
    assert_eq!(sum(&rows, "normal", |r| r.dropped), 0);
    let (due, sent) = (sum(&rows, "idle-keepalive", |r| r.due), sum(&rows, "idle-keepalive", |r| r.sent));
    let done = sum(&rows, "idle-keepalive", |r| r.done);
    assert!(
        due == 200 && sent == done && sent + sum(&rows, "idle-keepalive", |r| r.dropped) == due,
        "{sent} {done}"
    );
    // none of them waits for its time-out
    assert!(ending < Duration::from_secs(2), "{ending:?}");
}

#[test]
fn a_server_that_never_answers_fails_the_load_and_not_those_who_do_not_wait() {
    let mix = [(Behaviour::HangUp, 0.2), (Behaviour::Churn, 0.2)];
    let (rows, ..) = driven(ServerStyle::Reset, &mix, 100.0, 8, 1.0);
    let wrong = |behaviour: &str| sum(&rows, behaviour, |r| r.errors.iter().sum());
    assert_eq!((wrong("hang-up"), wrong("churn"), wrong("normal")), (0, 20, 60));
}
