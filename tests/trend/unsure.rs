//! Families of which it cannot be said yet whether they grow.

use soak::findings::Direction;

use crate::made::{Made, Run};
use crate::stable::teeth;

pub const UNSURE: [fn(Run) -> Made; 10] = [
    too_short,
    two_teeth,
    warming_up,
    step_at_the_end,
    last_moments,
    few_jumps,
    few_tasks,
    random_walk,
    buried,
    three_teeth,
];

fn too_short(mut r: Run) -> Made {
    let few = r.uniform(4.0, 21.0) as usize;
    r.times.truncate(few);
    let e = r.white();
    let v = r.values(&e, |_| 0.0);
    r.unsure("too_short", v)
}

fn two_teeth(mut r: Run) -> Made {
    let (many, height) = (r.uniform(1.3, 2.4), r.level * r.log_uniform(0.1, 1.0));
    let saw = teeth(&mut r, many, height, 0.1);
    let v = r.values(&saw, |_| 0.0);
    r.unsure("two_teeth", v)
}

fn three_teeth(mut r: Run) -> Made {
    let (many, height) = (r.uniform(2.4, 3.4), r.level * r.log_uniform(0.1, 1.0));
    let saw = teeth(&mut r, many, height, 0.1);
    let e: Vec<f64> = r.white().iter().zip(&saw).map(|(e, s)| 0.2 * e + s).collect();
    let v = r.values(&e, |_| 0.0);
    r.unsure("three_teeth", v)
}

fn warming_up(mut r: Run) -> Made {
    let e = r.white();
    let (tau, height) = (r.span_s * r.uniform(0.45, 1.2), r.noise * r.log_uniform(20.0, 200.0));
    let v = r.values(&e, |t| height * (1.0 - (-t / tau).exp()));
    r.unsure("warming_up", v)
}

fn step_at_the_end(mut r: Run) -> Made {
    let e = r.some_noise();
    let (at, height) = (r.span_s * r.uniform(0.9, 0.97), r.noise * r.log_uniform(8.0, 80.0));
    let v = r.values(&e, |t| if t > at { height } else { 0.0 });
    r.unsure("step_at_the_end", v)
}

fn last_moments(mut r: Run) -> Made {
    let e = r.white();
    let (from, height) = (r.span_s * r.uniform(0.92, 0.96), r.noise * r.log_uniform(8.0, 80.0));
    let v = r.values(&e, |t| height * ((t - from) / (r.span_s - from)).max(0.0));
    r.unsure("last_moments", v)
}

fn few_jumps(mut r: Run) -> Made {
    let jumps = r.uniform(3.0, 5.0).floor();
    let (every, size) = (r.span_s / (jumps + r.uniform(0.3, 0.9)), r.level * r.log_uniform(0.0005, 0.1));
    r.noise = r.noise.min(0.1 * size);
    let e = r.white();
    let v = r.values(&e, |t| size * (t / every).floor());
    r.unsure("few_jumps", v)
}

fn few_tasks(mut r: Run) -> Made {
    let jumps = r.uniform(2.0, 5.0).floor();
    let at: Vec<f64> =
        (0..jumps as usize).map(|i| r.span_s * (i as f64 + r.uniform(0.3, 0.9)) / jumps).collect();
    let v = r.times.iter().map(|t| 30.0 + at.iter().filter(|a| *a <= t).count() as f64).collect();
    r.tasks("few_tasks", Direction::Inconclusive, None, v)
}

fn random_walk(mut r: Run) -> Made {
    let mut level = 0.0;
    let n = r.times.len();
    let step = r.level * r.log_uniform(0.05, 0.3) / (n as f64).sqrt();
    let e: Vec<f64> = (0..n)
        .map(|_| {
            level += step * r.gauss();
            level
        })
        .collect();
    let v = r.values(&e, |_| 0.0);
    r.unsure("random_walk", v)
}

fn buried(mut r: Run) -> Made {
    let b = r.slope_error() * r.uniform(2.0, 3.0);
    let e = r.white();
    let v = r.values(&e, |t| b * t);
    r.unsure("buried", v)
}
