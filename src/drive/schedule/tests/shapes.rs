//! The schedule of a rate that changes and of arrivals by chance: exact over a day, and a backlog is still one step.

use super::*;
use crate::drive::clock::{Clock, ManualClock};
use crate::units::{Level, Span};
use crate::workload::{Arrivals, LoadShape, Pattern};

fn shaped(shape: LoadShape, load: Load) -> Load {
    Load { pattern: Pattern { shape: Some(shape), warmup_ramp: true, ..Pattern::default() }, ..load }
}

fn span(seconds: u64) -> Span {
    Span(Duration::from_secs(seconds))
}

/// Each kind, a day long.
fn days() -> [LoadShape; 4] {
    let rates = (0..24).map(|hour| Level(f64::from(hour * hour % 7) * 12.5)).collect();
    [
        LoadShape::Ramp { from: Level(10.0), to: Level(100.0), over: span(86_400) },
        LoadShape::Steps { rates, each: span(3600) },
        // ten spikes an hour
        LoadShape::Spikes { from: Level(20.0), to: Level(500.0), every: span(360), lasts: span(30) },
        LoadShape::Sine { low: Level(0.0), high: Level(180.0), period: span(86_400) },
    ]
}

/// The requests of one hour of those: the integral of the rate, worked out by hand.
fn hour_has(shape: &LoadShape, hour: f64) -> f64 {
    let turn = |hour: f64| (std::f64::consts::TAU * hour / 24.0).sin() * 86_400.0 / std::f64::consts::TAU;
    match shape {
        LoadShape::Ramp { .. } => 3600.0 * (10.0 + 90.0 * (hour + 0.5) / 24.0),
        LoadShape::Steps { .. } => 3600.0 * 12.5 * (hour * hour % 7.0),
        LoadShape::Spikes { .. } => 10.0 * (330.0 * 20.0 + 30.0 * 500.0),
        LoadShape::Sine { .. } => 90.0 * 3600.0 - 90.0 * (turn(hour + 1.0) - turn(hour)),
    }
}

#[test]
fn over_a_day_each_hour_of_a_shape_has_its_requests() {
    for shape in days() {
        let clock = ManualClock::default();
        let mut schedule = open(1.0, shaped(shape.clone(), load(0, 86_400)));
        clock.advance(3 * SECOND);
        let (mut sum, mut before) = (0.0, 0);
        for hour in 0..24 {
            sum += hour_has(&shape, f64::from(hour));
            clock.advance(3600 * SECOND - Duration::from_nanos(1));
            let due = due_by(&mut schedule, clock.now());
            assert!(
                ((due - before) as f64 - hour_has(&shape, f64::from(hour))).abs() <= 1.0,
                "{shape}, hour {hour}"
            );
            // and it does not add up
            assert!((due as f64 - sum).abs() <= 1.0, "{shape}, by hour {hour}: {due} and {sum}");
            before = due;
            clock.advance(Duration::from_nanos(1));
        }
        assert_eq!(schedule.total, before, "{shape}");
    }
}

#[test]
fn every_request_of_a_shape_is_taken_once_and_in_order() {
    for shape in days() {
        let mut schedule =
            open(1.0, Load { requests: Some(200_000), ..shaped(shape.clone(), load(100, 86_400)) });
        let (mut now, mut last, mut steady) = (Duration::ZERO, Duration::ZERO, 0);
        while let Some(next) = schedule.next_at(now) {
            now = next;
            let request = schedule.take(now).unwrap();
            assert!(request.due >= last && request.due == now, "{shape}");
            assert!((request.part == Part::Steady) == (request.due >= 103 * SECOND), "{shape}");
            steady += u64::from(request.part == Part::Steady);
            last = request.due;
        }
        // the n-th of steady counts from where steady starts
        assert_eq!(steady, 200_000, "{shape}");
        assert!(schedule.is_over(now));
    }
}

#[test]
fn both_directions_of_a_shape_agree_to_the_nanosecond() {
    for shape in days() {
        let mut schedule = open(1.0, shaped(shape.clone(), load(600, 86_400)));
        let total = schedule.total;
        let numbers = schedule.due_times.as_mut().unwrap();
        for i in 0..5_000 {
            let n = i * (total - 1) / 5_000;
            let due = numbers.due(n);
            assert_eq!((numbers.count_before(due), numbers.count_by(due)), (n, n + 1), "{shape}, {n}");
        }
    }
}

#[test]
fn a_backlog_of_a_shape_is_dropped_in_one_step() {
    let sine = LoadShape::Sine { low: Level(0.0), high: Level(1e6), period: span(86_400) };
    let poisson = Pattern { arrivals: Arrivals::Poisson, ..shaped(sine.clone(), load(0, 0)).pattern };
    for load in [shaped(sine, load(10, 86_400)), Load { pattern: poisson, ..load(10, 86_400) }] {
        let mut schedule = open(1.0, load);
        let now = 13 * SECOND + 43_200 * SECOND;
        let dropped = schedule.expire(now, Duration::ZERO).unwrap();
        // half of 43,200 million, less what was due in the last ten seconds
        let (_, steady) = parts(&mut schedule, &dropped);
        assert!((steady as f64 - (21.6e9 - 1e7)).abs() < 6.0 * 21.6e9_f64.sqrt(), "{dropped:?}");
        assert!(schedule.take(now).unwrap().due > now - TIMEOUT);
    }
}

#[test]
fn poisson_arrivals_keep_the_rate_within_five_deviations_in_each_hour_of_a_day() {
    for shape in days() {
        let mut load = shaped(shape.clone(), load(60, 86_400));
        load.pattern.arrivals = Arrivals::Poisson;
        let mut schedule = open(1.0, load);
        let (mut before, mut sum) = (due_by(&mut schedule, 63 * SECOND), 0.0);
        for hour in 0..24 {
            let due = due_by(&mut schedule, (63 + 3600 * (hour + 1)) * SECOND);
            let ideal = hour_has(&shape, f64::from(hour));
            assert!(((due - before) as f64 - ideal).abs() <= 5.0 * ideal.sqrt(), "{shape}, hour {hour}");
            (before, sum) = (due, sum + ideal);
        }
        assert!(((schedule.total - schedule.first_steady) as f64 - sum).abs() <= 5.0 * sum.sqrt(), "{shape}");
    }
}

#[test]
fn poisson_gaps_are_exponential_and_the_n_th_still_ends_steady() {
    let pattern = Pattern { arrivals: Arrivals::Poisson, ..Pattern::default() };
    let load = Load { requests: Some(100_000), pattern, ..load(5, 86_400) };
    let mut schedule = open(50.0, load);
    let (mut now, mut due) = (Duration::ZERO, Vec::new());
    while let Some(next) = schedule.next_at(now) {
        now = next;
        let request = schedule.take(now).unwrap();
        due.extend((request.part == Part::Steady).then_some(request.due.as_secs_f64()));
    }
    assert_eq!(due.len(), 100_000);
    let mut gaps: Vec<f64> = due.windows(2).map(|two| two[1] - two[0]).collect();
    // neighbours know nothing of each other
    let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
    let covariance = gaps.windows(2).map(|two| (two[0] - mean) * (two[1] - mean)).sum::<f64>();
    let variance = gaps.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>();
    assert!((covariance / variance).abs() < 4.0 / (gaps.len() as f64).sqrt(), "{}", covariance / variance);
    // Kolmogorov–Smirnov: 1.63/√n is passed by one true sample in a hundred
    gaps.sort_by(f64::total_cmp);
    let n = gaps.len() as f64;
    let distance = gaps.iter().enumerate().map(|(i, gap)| {
        let ideal = 1.0 - (-50.0 * gap).exp();
        (ideal - i as f64 / n).abs().max((ideal - (i + 1) as f64 / n).abs())
    });
    let distance = distance.fold(0.0, f64::max);
    assert!(distance < 1.63 / n.sqrt(), "{distance}");
}
