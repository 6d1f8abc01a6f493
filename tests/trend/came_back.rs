//! What came back, what keeps coming back, what fell and hardly rose, what its end refutes, and what climbs by its usual steps: each with a
//! series that looks alike and must not be decided so.

use soak::findings::Direction;

use crate::made::{Made, Run};

/// How many of twenty series are judged so.
fn count(direction: Direction, make: impl Fn(Run) -> Made) -> usize {
    (0..20).filter(|seed| make(Run::new(77_000 + seed)).judged().direction == direction).count()
}

/// Noise with a hump from one share of the run to another, and a climb by so many deviations of the noise.
fn hump(mut r: Run, [from, until]: [f64; 2], climb: f64) -> Made {
    let (e, height) = (r.white(), r.noise * r.log_uniform(15.0, 100.0));
    let [from, until] = [from, until].map(|share| share * r.span_s);
    let slope = climb * r.noise / r.span_s;
    let v = r.values(&e, |t| slope * t + if (from..until).contains(&t) { height } else { 0.0 });
    r.stable("hump", v)
}

#[test]
fn a_hump_that_came_back_is_left_out_and_growth_under_it_is_not() {
    assert!(count(Direction::Stable, |r| hump(r, [0.85, 0.95], 0.0)) >= 18);
    assert!(count(Direction::Growing, |r| hump(r, [0.6, 0.7], 12.0)) >= 18);
    assert_eq!(count(Direction::Stable, |r| hump(r, [0.9, 1.1], 0.0)), 0, "it may stay there");
}

/// A level that falls before the middle of the run, and climbs after it by a share of the fall.
fn falls(mut r: Run, climb: f64) -> Made {
    let fall = r.noise * r.log_uniform(30.0, 100.0);
    let memory = r.log_uniform(0.003, 0.03);
    let e = r.wandering(memory);
    let at = r.uniform(0.4, 0.5) * r.span_s;
    let slope = climb * fall / (r.span_s - at);
    let v = r.values(&e, |t| if t < at { fall } else { slope * (t - at) });
    r.stable("falls", v)
}

#[test]
fn what_fell_and_hardly_rose_is_stable_and_what_climbs_after_its_fall_is_not() {
    assert!(count(Direction::Stable, |r| falls(r, 0.0)) >= 18);
    assert_eq!(count(Direction::Stable, |r| falls(r, 0.5)), 0);
}

/// A cache that fills to a bound, loses a part of it now and then, and whose bound rises by a share of that.
fn reclaimed(mut r: Run, growth: f64) -> Made {
    let height = r.level * r.uniform(0.2, 0.8);
    let fill = r.span_s / r.uniform(40.0, 60.0);
    let drops = r.moments(9.0);
    let e = r.white();
    let (mut lost, mut before) = (0.0, 0.0);
    let mut drops = drops.into_iter().peekable();
    let times = r.times.clone();
    let mut v = Vec::new();
    for (t, e) in times.iter().zip(&e) {
        lost *= (-(t - before) / fill).exp();
        before = *t;
        while drops.next_if(|at| at <= t).is_some() {
            lost += (height - lost) * r.uniform(0.2, 0.7);
        }
        v.push(r.level + height * (1.0 + growth * t / r.span_s) - lost + 0.3 * e);
    }
    r.stable("reclaimed", v)
}

#[test]
fn what_always_comes_back_to_its_level_is_stable_and_a_level_that_rises_is_not() {
    assert!(count(Direction::Stable, |r| reclaimed(r, 0.0)) >= 17);
    assert_eq!(count(Direction::Growing, |r| reclaimed(r, 0.0)), 0);
    // where it was reclaimed most of the time its level is rarely seen
    assert!(count(Direction::Growing, |r| reclaimed(r, 0.5)) >= 12);
    assert!(count(Direction::Stable, |r| reclaimed(r, 0.5)) <= 3);
}

/// A walk whose steps have heavy tails, with a drift of so many of their usual sizes.
fn walk(mut r: Run, drift: f64, slowing: f64) -> Made {
    r.times.truncate(120);
    let n = r.times.len();
    let size = 0.01 * r.level;
    let mut level = 0.0;
    let e: Vec<f64> = (0..n)
        .map(|i| {
            let heavy = r.gauss() / r.exponential(1.0).sqrt();
            level += size * (drift * (-slowing * i as f64 / n as f64).exp() + heavy);
            level
        })
        .collect();
    let v = r.values(&e, |_| 0.0);
    r.growing("walk", None, v)
}

#[test]
fn a_climb_by_usual_steps_is_found_among_large_ones() {
    assert!(count(Direction::Growing, |r| walk(r, 0.8, 0.0)) >= 14);
    assert!(count(Direction::Growing, |r| walk(r, 0.0, 0.0)) <= 1, "steps up are no likelier than down");
    assert!(count(Direction::Growing, |r| walk(r, 0.8, 6.0)) <= 2, "it slows to nothing");
}

/// A level that rises a little in the first third, and is level since.
fn rises_at_first(mut r: Run, late: f64) -> Made {
    let (e, height) = (r.white(), r.noise * 0.8);
    let (third, slope) = (r.span_s / 3.0, height / r.span_s);
    let v = r.values(&e, |t| height * (t / third).min(1.0) + late * slope * (t - third).max(0.0));
    r.stable("rises_at_first", v)
}

#[test]
fn growth_that_is_likely_over_all_is_refuted_by_a_level_end_alone() {
    let stable = |late| count(Direction::Stable, |r| rises_at_first(r, late));
    assert!(stable(0.0) >= 15);
    assert_eq!(stable(6.0), 0);
}
