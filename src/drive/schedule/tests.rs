//! The schedule under a manual clock: exact counts, no drift, stalls and ends.

mod shapes;

use super::*;
use crate::drive::clock::{Clock, ManualClock};
use crate::workload::Pattern;

pub(super) const MS: Duration = Duration::from_millis(1);
pub(super) const SECOND: Duration = Duration::from_secs(1);
pub(super) const TIMEOUT: Duration = Duration::from_secs(10);

pub(super) fn load(warmup_s: u64, steady_s: u64) -> Load {
    Load {
        start: 3 * SECOND,
        warmup: Duration::from_secs(warmup_s),
        steady: Duration::from_secs(steady_s),
        requests: None,
        pattern: Pattern::default(),
    }
}

/// How many have become due so far.
pub(super) fn due_by(schedule: &mut Schedule, now: Duration) -> u64 {
    let (mut all, numbers) = (0, schedule.numbers_by(now));
    match schedule.due_times {
        Some(_) => schedule.assignment.count_by_key(0..numbers, |_, n| all += n),
        None => all = numbers,
    }
    all
}

/// How many are dropped of warm-up and of steady.
pub(super) fn parts(schedule: &mut Schedule, dropped: &Dropped) -> (u64, u64) {
    let (mut warmup, mut steady) = (0, 0);
    schedule.count_by_key(&dropped.numbers, |part, _, n| match part {
        Part::Warmup => warmup += n,
        Part::Steady => steady += n,
    });
    (warmup, steady)
}

pub(super) fn open(rate: f64, load: Load) -> Schedule {
    Schedule::new(Rate::PerSecond(rate), load, TIMEOUT)
}

/// All that may be sent at this moment, as an engine with no limit would.
pub(super) fn take_all(schedule: &mut Schedule, now: Duration) -> Vec<DueRequest> {
    assert_eq!(schedule.expire(now, Duration::ZERO), None, "nothing should be dropped at {now:?}");
    std::iter::from_fn(|| schedule.take(now)).collect()
}

#[test]
fn a_day_at_100_a_second_has_its_8_640_000_requests_each_at_its_nanosecond() {
    let clock = ManualClock::default();
    let mut schedule = open(100.0, load(0, 86_400));
    clock.advance(3 * SECOND);
    // its last minute is reached by dropping all before it, which counts them
    for (wait, number_before) in [(Duration::ZERO, 0), (86_280 * SECOND, 8_634_000)] {
        clock.advance(wait);
        schedule.expire(clock.now() - Duration::from_nanos(1), TIMEOUT);
        let mut number = number_before;
        for _ in 0..6_000 {
            while let Some(request) = schedule.take(clock.now()) {
                assert_eq!(request.due, 3 * SECOND + 10 * MS * number);
                number += 1;
            }
            clock.advance(10 * MS);
        }
        assert_eq!(number, number_before + 6_000);
    }
    assert!(schedule.is_over(clock.now()));
    assert_eq!(due_by(&mut schedule, clock.now()), 8_640_000);
}

#[test]
fn at_each_second_of_a_day_exactly_its_requests_are_due() {
    let mut schedule = open(100.0, load(0, 86_400));
    for second in 0..86_400 {
        assert_eq!(due_by(&mut schedule, (3 + second) * SECOND), u64::from(second) * 100 + 1);
    }
}

#[test]
fn no_rate_drifts_in_a_week() {
    for rate in [0.1, 0.3, 1.0 / 3.0, 7.0, 333.3, 9_999.9, 10_000.0, 1e6 / 7.0] {
        let week = 7.0 * 86_400.0;
        let mut schedule = open(rate, load(0, week as u64));
        assert_eq!(schedule.total, (rate * week).ceil() as u64, "{rate}");
        let total = schedule.total;
        let numbers = schedule.due_times.as_mut().unwrap();
        for n in [1, 2, 3, 1_000, total / 3, total - 1] {
            let due = numbers.due(n);
            assert!((due.as_nanos() as f64 - n as f64 * 1e9 / rate).abs() < 2.0, "{rate}, {n}");
            // the two directions agree to the nanosecond
            assert_eq!(numbers.count_before(due), n, "{rate}, {n}");
            assert_eq!(numbers.count_by(due), n + 1, "{rate}, {n}");
        }
    }
}

#[test]
fn warmup_runs_into_steady_without_a_seam() {
    let mut schedule = open(10.0, load(2, 3));
    let requests: Vec<_> = (0..=5_000).flat_map(|ms| take_all(&mut schedule, 3 * SECOND + MS * ms)).collect();
    assert_eq!(requests.len(), 50);
    assert_eq!(requests.iter().filter(|t| t.part == Part::Warmup).count(), 20);
    assert_eq!(
        requests[20],
        DueRequest { due: 5 * SECOND, part: Part::Steady, key: CountKey::default(), waited: false }
    );
    assert!(requests.windows(2).all(|two| two[1].due - two[0].due == 100 * MS));
}

#[test]
fn nothing_is_due_before_the_start_nor_after_the_end() {
    let mut schedule = open(100.0, load(0, 1));
    assert_eq!(due_by(&mut schedule, 3 * SECOND - Duration::from_nanos(1)), 0);
    assert_eq!(due_by(&mut schedule, 3 * SECOND), 1);
    assert_eq!(schedule.take(2 * SECOND), None);
    assert_eq!(due_by(&mut schedule, 100 * SECOND), 100);
    assert_eq!(schedule.next_at(Duration::ZERO), Some(3 * SECOND));
}

#[test]
fn a_stalled_second_of_the_driver_is_sent_late_and_not_lost() {
    let mut schedule = open(100.0, load(0, 60));
    assert_eq!(take_all(&mut schedule, 4 * SECOND).len(), 101);
    let late = take_all(&mut schedule, 5 * SECOND);
    assert_eq!(late.len(), 100);
    assert_eq!(late[0].due, 4 * SECOND + 10 * MS);
    assert_eq!(due_by(&mut schedule, 5 * SECOND), 201);
    assert_eq!(schedule.next_at(5 * SECOND), Some(5 * SECOND + 10 * MS));
}

#[test]
fn what_waited_for_the_whole_timeout_is_dropped_in_one_step() {
    // so many that a loop over them would show: 86,400 million
    let mut schedule = open(1e6, load(10, 86_400));
    let now = 3 * SECOND + 86_400 * SECOND;
    let dropped = schedule.expire(now, Duration::ZERO).unwrap();
    assert_eq!(dropped.oldest, 3 * SECOND);
    let (warmup, steady) = parts(&mut schedule, &dropped);
    assert_eq!(warmup, 10_000_000);
    // due at or before now − timeout
    assert_eq!(steady, 86_380_000_000 + 1);
    assert_eq!(schedule.expire(now, Duration::ZERO), None);
    let next = schedule.take(now).unwrap();
    assert_eq!(next.due, now - TIMEOUT + Duration::from_micros(1));
}

#[test]
fn what_has_less_time_left_than_an_answer_needs_is_dropped_too() {
    let mut schedule = open(100.0, load(0, 60));
    // of what is due at 3.00, 3.01, …, 3.50 is too old
    let dropped = schedule.expire(13 * SECOND, 500 * MS).unwrap();
    assert_eq!(parts(&mut schedule, &dropped).1, 51);
    assert_eq!(schedule.take(13 * SECOND).map(|t| t.due), Some(3510 * MS));
    // an answer that needs the whole timeout leaves only what is due this very moment
    assert!(schedule.expire(14 * SECOND, TIMEOUT).is_some());
    assert_eq!(schedule.take(14 * SECOND), None);
}

#[test]
fn what_is_unsent_when_steady_ends_is_dropped_after_the_grace_of_a_tick() {
    let mut schedule = open(100.0, load(0, 1));
    for _ in 0..40 {
        schedule.take(4 * SECOND).unwrap();
    }
    let within = 4 * SECOND + 10 * MS;
    assert_eq!(schedule.expire(within, Duration::ZERO), None);
    assert!(schedule.take(within).is_some());
    assert_eq!(schedule.expires_at(), Some(4 * SECOND + END_GRACE));
    let dropped = schedule.expire(4 * SECOND + END_GRACE, Duration::ZERO).unwrap();
    assert_eq!(parts(&mut schedule, &dropped), (0, 59));
    assert!(schedule.is_over(5 * SECOND));
    assert_eq!(schedule.next_at(5 * SECOND), None);
}

#[test]
fn steady_ends_with_the_n_th_request_of_steady() {
    let mut schedule = open(100.0, Load { requests: Some(7), ..load(1, 60) });
    let requests = take_all(&mut schedule, 5 * SECOND);
    assert_eq!(requests.iter().filter(|t| t.part == Part::Steady).count(), 7);
    assert_eq!(requests.len(), 107);
    assert!(schedule.is_over(5 * SECOND));
    assert_eq!(due_by(&mut schedule, 60 * SECOND), 107);
}

#[test]
fn closed_early_only_what_was_due_counts() {
    let mut schedule = open(100.0, load(0, 60));
    assert_eq!(take_all(&mut schedule, 4 * SECOND).len(), 101);
    schedule.close(4 * SECOND + 55 * MS);
    assert_eq!(due_by(&mut schedule, 60 * SECOND), 106);
    let dropped = schedule.expire(5 * SECOND, Duration::ZERO).unwrap();
    assert_eq!(parts(&mut schedule, &dropped).1, 5);
    assert!(schedule.is_over(5 * SECOND));
}

#[test]
fn the_closed_loop_always_has_one_until_its_end() {
    let mut schedule = Schedule::new(Rate::Max, load(1, 2), TIMEOUT);
    assert_eq!(schedule.take(2 * SECOND), None);
    assert_eq!(schedule.next_at(2 * SECOND), Some(3 * SECOND));
    for _ in 0..1000 {
        assert_eq!(
            schedule.take(3 * SECOND),
            Some(DueRequest { due: 3 * SECOND, part: Part::Warmup, key: CountKey::default(), waited: false })
        );
    }
    assert_eq!(schedule.take(5 * SECOND).unwrap().part, Part::Steady);
    assert_eq!(due_by(&mut schedule, 5 * SECOND), 1001);
    assert_eq!(schedule.take(6 * SECOND), None);
    assert_eq!(schedule.expire(60 * SECOND, Duration::ZERO), None);
    assert!(schedule.is_over(6 * SECOND));
}

#[test]
fn the_closed_loop_ends_with_the_n_th_too() {
    let mut schedule = Schedule::new(Rate::Max, Load { requests: Some(3), ..load(1, 60) }, TIMEOUT);
    assert!(schedule.take(3 * SECOND).is_some());
    assert_eq!(std::iter::from_fn(|| schedule.take(4 * SECOND)).count(), 3);
    assert!(schedule.is_over(4 * SECOND));
}

#[test]
fn a_warm_up_ramp_leads_up_to_steady_and_steady_is_exact_after_it() {
    let pattern = Pattern { warmup_ramp: true, ..Pattern::default() };
    for rate in [100.0, 33.3, 7.0, 0.7] {
        let mut schedule = open(rate, Load { pattern: pattern.clone(), ..load(60, 3600) });
        let requests: Vec<_> =
            (0..=366_000).flat_map(|tick| take_all(&mut schedule, 3 * SECOND + 10 * MS * tick)).collect();
        let (warmup, steady): (Vec<DueRequest>, Vec<DueRequest>) =
            requests.into_iter().partition(|request| request.part == Part::Warmup);
        // 55 % of the rate in the mean of its first fifth
        assert_eq!(warmup.len(), (54.6 * rate - 1e-6).ceil() as usize);
        assert_eq!(steady.len(), (rate * 3600.0).ceil() as usize);
        for (n, request) in steady.iter().enumerate() {
            let ideal = 63e9 + n as f64 * 1e9 / rate;
            assert!((request.due.as_nanos() as f64 - ideal).abs() < 2.0, "{rate}, {n}");
        }
        // it goes up in one line, and then on: each tenth has its share
        let tenth = |i: u64| {
            let within = 3 * SECOND + 6 * SECOND * i as u32..3 * SECOND + 6 * SECOND * (i as u32 + 1);
            warmup.iter().filter(|request| within.contains(&request.due)).count() as f64
        };
        for i in 0..10 {
            let ideal = 6.0 * rate * (0.1 + 0.9 * (i as f64 + 0.5) / 2.0).min(1.0);
            assert!((tenth(i) - ideal).abs() <= 1.0, "{rate}, {i}");
        }
    }
}

#[test]
fn engines_that_share_a_load_have_every_request_once_at_its_own_time() {
    let load = Load { requests: Some(500), ..load(3, 7) };
    let rate = Rate::PerSecond(100.0);
    let mut due: Vec<Duration> =
        take_all(&mut open(100.0, load.clone()), 9 * SECOND).iter().map(|t| t.due).collect();
    let mut shared = Vec::new();
    for index in 0..3 {
        let shard = Shard { index, engines: 3 };
        let mut one = Schedule::shared(rate, load.clone(), TIMEOUT, shard);
        assert_eq!(due_by(&mut one, 4 * SECOND), shard.count_before(101));
        shared.extend(take_all(&mut one, 9 * SECOND).iter().map(|t| t.due));
    }
    due.sort();
    shared.sort();
    assert_eq!((due.len(), &due), (601, &shared));
}

#[test]
fn the_judge_lays_out_the_blocks_as_the_driver_cut_them() {
    use crate::evidence::{DrivenPlan, PhasePlan, PlanRecord};
    use crate::units::Span;
    use crate::workload::Blocks;
    let mut compared = 0;
    for rate in [0.5, 0.7, 1.1, 3.3, 10.0, 17.5, 33.3, 49.99, 50.0, 333.0, 1000.0] {
        for block_ms in [1000, 1500, 2333] {
            let blocks = Blocks { seed: 1, block: Span(block_ms * MS) };
            let mix = RequestMix::new(&[3.0, 1.0], None, Some(blocks));
            for (steady_ms, requests) in (1..=40)
                .map(|n| (n * 1_337, None))
                .chain((1..=40).map(|n| (n * 2_500, None)))
                .chain((1..=40).map(|n: u64| (60_000, Some(n * 25))))
            {
                let (warmup, steady) = (700 * MS, steady_ms * MS);
                let load = Load { warmup, steady, requests, ..load(0, 0) };
                let driven = Schedule::normal(Rate::PerSecond(rate), load, TIMEOUT, &mix, 0);
                let phases = PlanRecord::example().phases;
                let phases = PhasePlan { warmup: Span(warmup), steady: Span(steady), ..phases };
                let plan = DrivenPlan {
                    rate: Rate::PerSecond(rate),
                    blocks: Some(blocks),
                    requests,
                    ..DrivenPlan::example()
                };
                let judged = plan.block_layout(&phases).unwrap();
                let steady_has = driven.total - driven.first_steady;
                let of = format!("{rate}/s for {steady_ms} ms in blocks of {block_ms} ms, {requests:?}");
                assert_eq!((judged.count, judged.requests), (driven.blocks(), steady_has), "{of}");
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 11 * 3 * 120);
}
