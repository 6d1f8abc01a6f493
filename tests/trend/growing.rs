//! Families that grow. The slope of what comes at random moments is the rate at which these are drawn, not the number that
//! fell into this recording: the rate is what goes on after it.

use soak::findings::Direction;

use crate::made::{Made, Run};
use crate::stable::{down_for_a_while, teeth};
use crate::stairs::heap_stairs;

pub const GROWING: [fn(Run) -> Made; 22] = [
    line,
    wandering_line,
    heavy_tail,
    chunks,
    staircase,
    rising_floor,
    proportional_teeth,
    after_warm_up,
    with_a_step,
    starts_late,
    accelerates,
    cron_spikes,
    rhythm,
    missing_samples,
    restarts,
    quantised,
    under_load,
    tasks,
    slow_tasks,
    tasks_in_flight,
    pool_then_leak,
    heap_stairs,
];

fn line(mut r: Run) -> Made {
    let (e, b) = (r.white(), r.clear_slope());
    let v = r.values(&e, |t| b * t);
    r.growing("line", b, v)
}

fn wandering_line(mut r: Run) -> Made {
    let memory = r.log_uniform(0.003, 0.03);
    let e = r.wandering(memory);
    // one error of the slope in noise that forgets within this share of the run
    let error = r.noise * (12.0 * 2.0 * memory).sqrt() / r.span_s;
    let b = error * r.uniform(8.0, 40.0);
    let v = r.values(&e, |t| b * t);
    r.growing("wandering_line", b, v)
}

fn heavy_tail(mut r: Run) -> Made {
    let n = r.times.len();
    let e: Vec<f64> = (0..n).map(|_| r.noise * r.gauss() / r.exponential(1.0).sqrt()).collect();
    let b = r.clear_slope();
    let v = r.values(&e, |t| b * t);
    r.growing("heavy_tail", b, v)
}

fn chunks(mut r: Run) -> Made {
    let e = r.white();
    let many = r.log_uniform(30.0, 200.0);
    let at = r.moments(many);
    let size = r.level * r.log_uniform(0.002, 0.02);
    let v = r.values(&e, |t| size * at.partition_point(|a| *a <= t) as f64 - 0.0);
    let v = v.iter().zip(&e).map(|(v, e)| v - 0.9 * e).collect();
    let b = size * many / r.span_s;
    r.growing("chunks", b, v)
}

fn staircase(mut r: Run) -> Made {
    let e = r.white();
    let every = r.span_s / r.uniform(11.0, 40.0);
    let size = r.noise * r.log_uniform(3.0, 60.0);
    let v = r.values(&e, |t| size * (t / every).floor());
    r.growing("staircase", size / every, v)
}

fn rising_floor(mut r: Run) -> Made {
    let (many, height) = (r.log_uniform(10.0, 50.0), r.level * r.log_uniform(0.1, 1.0));
    let saw = teeth(&mut r, many, height, 0.25);
    let b = height * r.log_uniform(0.3, 3.0) / r.span_s;
    let e: Vec<f64> = r.white().iter().zip(&saw).map(|(e, s)| 0.2 * e + s).collect();
    let v = r.values(&e, |t| b * t);
    r.growing("rising_floor", b, v)
}

fn proportional_teeth(mut r: Run) -> Made {
    let many = r.log_uniform(14.0, 40.0);
    let saw = teeth(&mut r, many, 1.0, 0.2);
    let share = r.uniform(0.5, 1.0);
    let b = r.level * r.log_uniform(0.2, 2.0) / r.span_s;
    let v: Vec<f64> = r.times.iter().zip(&saw).map(|(t, s)| (r.level + b * t) * (1.0 + share * s)).collect();
    r.growing("proportional_teeth", b, v)
}

fn after_warm_up(mut r: Run) -> Made {
    let e = r.white();
    let (tau, b) = (r.span_s * r.log_uniform(0.01, 0.08), r.clear_slope() * 2.0);
    let height = b * r.span_s * r.log_uniform(0.2, 4.0);
    let v = r.values(&e, |t| b * t - height * (-t / tau).exp());
    r.growing("after_warm_up", b, v)
}

fn with_a_step(mut r: Run) -> Made {
    let (e, b) = (r.white(), r.clear_slope() * 2.0);
    let (at, height) = (r.span_s * r.uniform(0.05, 0.45), b * r.span_s * r.uniform(0.2, 1.0));
    let v = r.values(&e, |t| b * t + if t > at { height } else { 0.0 });
    r.growing("with_a_step", b, v)
}

fn starts_late(mut r: Run) -> Made {
    let (e, b) = (r.white(), r.clear_slope() * 4.0);
    let from = r.span_s * r.uniform(0.1, 0.45);
    let v = r.values(&e, |t| b * (t - from).max(0.0));
    r.growing("starts_late", None, v)
}

fn accelerates(mut r: Run) -> Made {
    let (e, b) = (r.white(), r.clear_slope() * 2.0);
    let v = r.values(&e, |t| b * t * (t / r.span_s));
    r.growing("accelerates", None, v)
}

fn cron_spikes(mut r: Run) -> Made {
    let (mut e, b) = (r.white(), r.clear_slope());
    let every = r.span_s / r.uniform(4.0, 30.0);
    let (height, long) = (r.level * r.log_uniform(0.02, 0.5), every * r.uniform(0.01, 0.05));
    for (e, t) in e.iter_mut().zip(&r.times) {
        *e += if t % every > every - long { height } else { 0.0 };
    }
    let v = r.values(&e, |t| b * t);
    r.growing("cron_spikes", b, v)
}

fn rhythm(mut r: Run) -> Made {
    let (e, b) = (r.white(), r.clear_slope());
    let (period, phase) = (r.span_s / r.uniform(4.0, 20.0), r.uniform(0.0, 6.3));
    let height = b * r.span_s * r.uniform(0.2, 0.6);
    let v = r.values(&e, |t| b * t + height * (t / period * std::f64::consts::TAU + phase).sin());
    r.growing("rhythm", b, v)
}

fn missing_samples(mut r: Run) -> Made {
    let (e, b) = (r.white(), r.clear_slope());
    let v = r.values(&e, |t| b * t);
    let from = r.uniform(0.1, 0.6);
    let kept: Vec<bool> = r
        .times
        .clone()
        .iter()
        .map(|t| !(from..from + 0.2).contains(&(t / r.span_s)) && r.uniform(0.0, 1.0) > 0.2)
        .collect();
    let v = v.iter().zip(&kept).filter(|k| *k.1).map(|k| *k.0).collect();
    r.times = r.times.iter().zip(&kept).filter(|k| *k.1).map(|k| *k.0).collect();
    r.growing("missing_samples", b, v)
}

fn restarts(mut r: Run) -> Made {
    let (e, b) = (r.white(), r.clear_slope() * 4.0);
    let life = r.span_s / r.uniform(2.2, 4.5);
    let v = r.values(&e, |t| b * (t % life));
    let v = down_for_a_while(&mut r, life, v);
    r.growing("restarts", b, v)
}

fn quantised(mut r: Run) -> Made {
    let e = r.white();
    let page = r.noise * r.log_uniform(3.0, 30.0);
    let b = page * r.uniform(14.0, 80.0) / r.span_s;
    let v = r.values(&e, |t| b * t).iter().map(|v| (v / page).round() * page).collect();
    r.growing("quantised", b, v)
}

fn under_load(mut r: Run) -> Made {
    // it leaks while there is load, and load comes in many spells
    let e = r.white();
    let many = r.uniform(12.0, 40.0);
    let (period, share) = (r.span_s / many, r.uniform(0.4, 0.8));
    let b = r.clear_slope() * 2.0;
    let v = r.values(&e, |t| {
        let spell = (t / period).floor();
        b * (spell * period + ((t - spell * period) / share).min(period))
    });
    r.growing("under_load", b, v)
}

fn tasks(mut r: Run) -> Made {
    let many = r.log_uniform(60.0, 3000.0);
    let at = r.moments(many);
    let v = r.times.iter().map(|t| 40.0 + at.partition_point(|a| a <= t) as f64).collect();
    let b = many / r.span_s;
    r.tasks("tasks", Direction::Growing, Some(b), v)
}

fn slow_tasks(mut r: Run) -> Made {
    let many = r.uniform(13.0, 30.0);
    let (every, first) = (r.span_s / many, r.uniform(0.0, 1.0));
    let v = r.times.iter().map(|t| 25.0 + (t / every + first).floor()).collect();
    r.tasks("slow_tasks", Direction::Growing, Some(1.0 / every), v)
}

fn tasks_in_flight(mut r: Run) -> Made {
    let (mean, many) = (r.log_uniform(1.0, 40.0), r.log_uniform(60.0, 1000.0));
    let at = r.moments(many);
    let v = r
        .times
        .clone()
        .iter()
        .map(|t| 10.0 + at.partition_point(|a| a <= t) as f64 + r.poisson(mean))
        .collect();
    let b = many / r.span_s;
    r.tasks("tasks_in_flight", Direction::Growing, Some(b), v)
}

fn pool_then_leak(mut r: Run) -> Made {
    let (pool, tau, many) =
        (r.log_uniform(10.0, 200.0), r.span_s * r.uniform(0.01, 0.06), r.log_uniform(80.0, 800.0));
    let at = r.moments(many);
    let v = r
        .times
        .iter()
        .map(|t| 10.0 + pool * (1.0 - (-t / tau).exp()) + at.partition_point(|a| a <= t) as f64)
        .collect();
    let b = many / r.span_s;
    r.tasks("pool_then_leak", Direction::Growing, Some(b), v)
}
