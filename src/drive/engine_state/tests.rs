//! Counts while an engine is stalled, over a simulated day, of several requests, and after a stop.

use super::*;
use crate::drive::clock::{Clock, ManualClock};
use crate::evidence::{LatencyTag, LoadRow};
use crate::units::Span;
use crate::workload::{Blocks, Pattern};

const SECOND: Duration = Duration::from_secs(1);

fn load(start_s: u64, steady_s: u64) -> Load {
    let (start, steady) = (SECOND * start_s as u32, SECOND * steady_s as u32);
    Load { start, warmup: Duration::ZERO, steady, requests: None, pattern: Pattern::default() }
}

fn drain(state: &mut EngineState, now: Duration) -> LoadRow {
    state.drain(IntervalCounts::new(1), now).row()
}

#[test]
fn counts_go_on_while_the_engine_is_stalled() {
    let clock = ManualClock::default();
    let mut state =
        EngineState::new(vec!["main".into()], Rate::PerSecond(100.0), 10 * SECOND, Shard::WHOLE, clock.now());
    state.begin(load(0, 3600), clock.now());
    clock.advance(5 * SECOND);
    let row = drain(&mut state, clock.now());
    assert_eq!((row.due, row.dropped, row.elapsed_s), (501, 0, 5.0));
    clock.advance(55 * SECOND);
    let row = drain(&mut state, clock.now());
    assert_eq!((row.due, row.dropped, row.errors[ErrorKind::Dropped as usize]), (5500, 5001, 5001));
    // the engine wakes: ten seconds of requests are still worth sending
    let sent = std::iter::from_fn(|| state.take_due(clock.now())).count();
    assert_eq!(sent, 1000);
}

#[test]
fn what_a_stalled_engine_drops_is_no_latency_of_the_target() {
    let clock = ManualClock::default();
    let mut state =
        EngineState::new(vec!["main".into()], Rate::PerSecond(100.0), 2 * SECOND, Shard::WHOLE, clock.now());
    state.begin(load(0, 3600), clock.now());
    let advance = |state: &mut EngineState, seconds: u32, active: bool| {
        for _ in 0..seconds {
            clock.advance(SECOND);
            if active {
                state.metrics.stalls.note_activity(clock.now());
            }
        }
        let interval = state.drain(IntervalCounts::new(1), clock.now());
        let count = |tag| interval.histograms.iter().find(|(own, _)| *own == tag).unwrap().1.len();
        (count(LatencyTag::Steady), count(LatencyTag::OnTime))
    };
    // every connection is busy: the engine goes on, and what it drops waited for the target
    assert_eq!(advance(&mut state, 10, true), (801, 801));
    assert_eq!(advance(&mut state, 20, false), (2000, 0), "it stands still, and another thread drops");
    state.metrics.stalls.note_activity(clock.now());
    assert_eq!(advance(&mut state, 1, true), (100, 0), "due before it went on");
    assert_eq!(advance(&mut state, 2, true), (200, 0));
    assert_eq!(advance(&mut state, 2, true), (200, 200));
}

#[test]
fn a_simulated_day_in_two_cycles_adds_up() {
    let clock = ManualClock::default();
    let mut state =
        EngineState::new(vec!["main".into()], Rate::PerSecond(10.0), 10 * SECOND, Shard::WHOLE, clock.now());
    let (mut due, mut done, mut rows) = (0, 0, 0);
    for start_h in [0, 12] {
        state.begin(load(start_h * 3600, 6 * 3600), clock.now());
        while clock.now() < SECOND * 3600 * (start_h as u32 + 12) {
            while let Some(request) = state.take_due(clock.now()) {
                let answered = Outcome { answered: true, ..Outcome::default() };
                state.metrics.count_sent(request, clock.now());
                state.end(request, clock.now(), clock.now(), answered);
            }
            clock.advance(5 * SECOND);
            let row = drain(&mut state, clock.now());
            assert_eq!(row.dropped, 0);
            (due, done, rows) = (due + row.due, done + row.done, rows + 1);
        }
        assert!(state.load_done(clock.now()));
    }
    assert_eq!((due, done, rows), (432_000, 432_000, 17_280));
}

#[test]
fn several_requests_are_dealt_and_counted_by_their_weights_and_blocks() {
    let names = || vec!["a".to_string(), "b".to_string(), "c".to_string()];
    let blocks = Blocks { seed: 1, block: Span(SECOND) };
    for (rate, blocks) in
        [(Rate::PerSecond(50.0), Some(blocks)), (Rate::PerSecond(50.0), None), (Rate::Max, None)]
    {
        let mut state = EngineState::new(names(), rate, 10 * SECOND, Shard::WHOLE, Duration::ZERO);
        state.set_mix(RequestMix::new(&[5.0, 3.0, 2.0], None, blocks));
        state.begin(Load { warmup: 10 * SECOND, ..load(0, 120) }, Duration::ZERO);
        let (mut due, mut sent) = ([0; 3], [0; 3]);
        let (mut in_blocks, mut mixes) = (0, Vec::new());
        for tick in 0..1320 {
            let now = tick * SECOND / 10;
            // a closed loop gives out what is asked for; what comes behind the twelfth second's stall is dropped
            let most = if rate == Rate::Max { 5 } else { usize::MAX };
            if !(300..450).contains(&tick) {
                let given: Vec<DueRequest> = std::iter::from_fn(|| state.take_due(now)).take(most).collect();
                for request in given {
                    state.metrics.count_sent(request, now);
                    state.end(request, now, now, Outcome::default());
                }
            }
            for row in state.drain(IntervalCounts::new(3), now).rows {
                let which = names().iter().position(|name| *name == row.request).unwrap();
                due[which] += row.due;
                sent[which] += row.sent + row.dropped;
                in_blocks += row.block.map_or(0, |_| row.due);
                mixes.extend(row.block.filter(|_| which == 2).map(|block| (block, row.due)));
            }
        }
        let all: u64 = due.iter().sum();
        assert_eq!((due, all > 5700), (sent, true), "{rate:?}");
        for (count, share) in due.iter().zip([0.5, 0.3, 0.2]) {
            assert!((*count as f64 / all as f64 / share - 1.0).abs() <= 0.01, "{due:?}");
        }
        assert_eq!(in_blocks, if blocks.is_some() { 6000 } else { 0 });
        let in_block =
            |b: u32| mixes.iter().filter(|(block, _)| *block == b).map(|(_, due)| due).sum::<u64>();
        // half of ten a block everywhere, the other half in every third
        let few = (0..120).filter(|b| in_block(*b) <= 6).count();
        assert!(blocks.is_none() || (60..=90).contains(&few), "{few}");
    }
}

#[test]
fn stopped_it_is_finished_when_nothing_is_in_flight_or_a_second_later() {
    let mut state = EngineState::new(
        vec!["main".into()],
        Rate::PerSecond(100.0),
        10 * SECOND,
        Shard::WHOLE,
        Duration::ZERO,
    );
    state.begin(load(0, 60), Duration::ZERO);
    let request = state.take_due(SECOND).unwrap();
    while state.take_due(SECOND).is_some() {}
    state.stop(SECOND);
    assert!(!state.is_finished(2 * SECOND - Duration::from_nanos(1)));
    assert!(state.is_finished(2 * SECOND));
    for _ in 0..101 {
        state.end(request, SECOND, SECOND, Outcome::default());
    }
    assert!(state.is_finished(SECOND));
    state.begin(load(1, 60), SECOND);
    assert_eq!(state.take_due(3 * SECOND), None, "stopped is stopped");
}
