//! Noise that swings and comes back, and does not grow.

use crate::made::{Made, Run};

/// Ups and downs of no fixed period, as of many things that come round each by itself.
pub fn swings(mut r: Run) -> Made {
    let (memory, period) = (r.log_uniform(0.02, 0.2), r.log_uniform(0.03, 0.25));
    let n = r.times.len() as f64;
    let keep = (-1.0 / (memory * n)).exp();
    let (last, before) = (2.0 * keep * (std::f64::consts::TAU / (period * n)).cos(), -keep * keep);
    let neighbours = last / (1.0 - before);
    let fresh = (1.0 - last * neighbours - before * (last * neighbours + before)).sqrt();
    let (mut now, mut then) = (0.0, 0.0);
    // it has swung for long before the run
    for _ in 0..(6.0 * memory * n) as usize {
        (now, then) = (last * now + before * then + fresh * r.gauss(), now);
    }
    let e: Vec<f64> = (0..r.times.len())
        .map(|_| {
            (now, then) = (last * now + before * then + fresh * r.gauss(), now);
            r.noise * now
        })
        .collect();
    let v = r.values(&e, |_| 0.0);
    r.stable("swings", v)
}
