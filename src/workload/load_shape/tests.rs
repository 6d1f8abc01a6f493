//! Shapes: the count is the integral of the rate, and both directions agree.

use super::*;
use crate::workload::{Arrivals, Pattern};

fn span(seconds: f64) -> Span {
    Span::from_secs_f64(seconds)
}

fn shapes() -> Vec<LoadShape> {
    let at = Level;
    let sine = |low, high, period| LoadShape::Sine { low: at(low), high: at(high), period: span(period) };
    vec![
        LoadShape::constant(at(7.0)),
        LoadShape::Ramp { from: at(10.0), to: at(100.0), over: span(300.0) },
        LoadShape::Ramp { from: at(100.0), to: at(0.5), over: span(300.0) },
        LoadShape::Ramp { from: at(0.0), to: at(3.0), over: span(1000.0) },
        LoadShape::Ramp { from: at(50.0), to: at(50.000_001), over: span(1000.0) },
        LoadShape::Steps { rates: vec![at(50.0), at(0.0), at(100.0), at(1.0 / 3.0)], each: span(60.0) },
        LoadShape::Spikes { from: at(2.0), to: at(500.0), every: span(60.0), lasts: span(5.0) },
        LoadShape::Spikes { from: at(0.0), to: at(5.0), every: span(60.0), lasts: span(0.5) },
        sine(20.0, 180.0, 3600.0),
        sine(0.0, 1.0, 60.0),
        sine(0.001, 10_000.0, 86_400.0),
    ]
}

/// The rate, written down a second time and without any integral.
fn rate(shape: &LoadShape, t: f64) -> f64 {
    match shape {
        LoadShape::Ramp { from, to, over } if t < over.secs() => from.0 + (to.0 - from.0) * t / over.secs(),
        LoadShape::Ramp { to, .. } => to.0,
        LoadShape::Steps { rates, each } => rates[((t / each.secs()) as usize).min(rates.len() - 1)].0,
        LoadShape::Spikes { from, to, every, lasts } => {
            if t % every.secs() < every.secs() - lasts.secs() {
                from.0
            } else {
                to.0
            }
        }
        LoadShape::Sine { low, high, period } => {
            low.0 + (high.0 - low.0) * (TAU * t / period.secs() / 2.0).sin().powi(2)
        }
    }
}

#[test]
fn the_count_is_the_integral_of_the_rate() {
    for shape in shapes() {
        // by the midpoint rule; no jump lies within one of its steps
        let (mut sum, step) = (0.0, 0.05);
        for i in 0..20_000 {
            sum += rate(&shape, (f64::from(i) + 0.5) * step) * step;
            let count = shape.count(f64::from(i + 1) * step);
            assert!((count - sum).abs() < 1e-4 + 1e-6 * sum, "{shape}: {count} is not {sum} by step {i}");
        }
    }
}

#[test]
fn it_reaches_a_count_when_it_has_it() {
    for shape in shapes() {
        let whole = shape.count(5000.0);
        for i in 0..=10_000 {
            let count = whole * f64::from(i) / 10_000.0;
            let t = shape.reaches(count);
            assert!((0.0..=5000.001).contains(&t), "{shape}: {t} for {count}");
            assert!((shape.count(t) - count).abs() < 1e-5, "{shape}: {} for {count}", shape.count(t));
            // and never later than it must, where the rate has been zero
            assert!(t == 0.0 || shape.count((t - 0.5).max(0.0)) < count, "{shape}: {t} for {count}");
        }
    }
}

#[test]
fn a_rate_that_ended_at_zero_never_reaches_more() {
    let down = LoadShape::Ramp { from: Level(10.0), to: Level(0.0), over: span(10.0) };
    assert_eq!(down.reaches(50.0), 10.0);
    assert_eq!(down.reaches(50.1), f64::INFINITY);
    let off = LoadShape::Steps { rates: vec![Level(10.0), Level(0.0)], each: span(10.0) };
    assert_eq!((off.reaches(100.0), off.reaches(100.1)), (10.0, f64::INFINITY));
}

#[test]
fn the_mean_is_that_of_the_time_it_is_asked_for() {
    let ramp = LoadShape::Ramp { from: Level(0.0), to: Level(100.0), over: span(100.0) };
    assert_eq!((ramp.mean(span(100.0)), ramp.mean(span(50.0))), (Level(50.0), Level(25.0)));
    let sine = LoadShape::Sine { low: Level(20.0), high: Level(180.0), period: span(3600.0) };
    assert!((sine.mean(span(7200.0)).0 - 100.0).abs() < 1e-9);
    assert!(sine.mean(span(900.0)).0 < 60.0);
}

#[test]
fn a_plan_has_it_as_a_table_and_reads_it_back() {
    for shape in shapes().into_iter().filter(|shape| !shape.to_string().contains("/h")) {
        let pattern = Pattern {
            arrivals: Arrivals::Poisson,
            warmup_ramp: true,
            of: Some(Level(100.0)),
            shape: Some(shape.clone()),
        };
        let text = toml::to_string(&pattern).unwrap();
        let read: Pattern = toml::from_str(&text).unwrap();
        assert_eq!(read.shape.map(|shape| shape.to_string()), Some(shape.to_string()), "{text}");
        assert_eq!((read.arrivals, read.warmup_ramp, read.of), (Arrivals::Poisson, true, Some(Level(100.0))));
    }
    assert!(toml::from_str::<Pattern>("").unwrap().is_even());
}
