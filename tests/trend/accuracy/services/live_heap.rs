//! The live heap as forced collections read it, made after recordings of Go and Node services.

use rand::{RngExt, SeedableRng, rngs::SmallRng};
use soak::evidence::{Evidence, Phase, Series, SeriesId};

use super::chance;
use super::made_run::{KIB, MIB, at_moments, collection};
use crate::made::log_uniform;

/// What a healthy live heap does.
pub struct LiveHeap {
    level: f64,
    /// A cache that fills as load begins: its bytes, and the requests in which two thirds of it are full.
    fills: f64,
    fills_in: f64,
    /// What is alive at the moment of a collection differs by so much: buffers of requests, lists of free objects.
    noise: f64,
    /// A large buffer that is in use at some collections.
    buffer: f64,
    /// The share of what leaks that is the table that holds it, which doubles at once.
    table: f64,
}

impl LiveHeap {
    /// Of a service that answers so many requests in the whole run; a level and noise of at least so many bytes.
    pub fn new(rng: &mut SmallRng, requests: f64, (least, least_noise): (f64, f64)) -> LiveHeap {
        let fills = if chance(rng, 0.5) { log_uniform(rng, 8.0 * KIB, MIB) } else { 0.0 };
        LiveHeap {
            level: log_uniform(rng, least, 50.0 * MIB),
            fills,
            fills_in: requests * log_uniform(rng, 0.005, 0.1),
            noise: log_uniform(rng, least_noise, 20.0 * least_noise),
            buffer: if chance(rng, 0.2) { 256.0 * KIB } else { 0.0 },
            table: if chance(rng, 0.5) { 0.4 * rng.random::<f64>() } else { 0.0 },
        }
    }

    /// What is alive after so many requests, each of which leaves `leak` bytes.
    pub fn read(&self, rng: &mut SmallRng, requests: f64, leak: f64) -> f64 {
        let filled = self.fills * (1.0 - (-requests / self.fills_in).exp());
        let noise = self.noise * gauss(rng);
        let buffer = if chance(rng, 0.5) { self.buffer } else { 0.0 };
        // a table of n entries has room for the next power of two
        let entries = if requests > 1.0 { 2f64.powf(requests.log2().ceil()) / 1.5 } else { 0.0 };
        let leaked = leak * (requests * (1.0 - self.table) + entries * self.table);
        (self.level + filled + noise + buffer + leaked).max(0.0).round()
    }
}

/// Standard normal (G. E. P. Box and M. E. Muller, 1958).
pub fn gauss(rng: &mut SmallRng) -> f64 {
    let u: f64 = rng.random::<f64>().max(1e-300);
    (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * rng.random::<f64>()).cos()
}

/// A recorded run of a Node service as if its inspector had been on: with its live heap after collections.
pub fn inspected(mut evidence: Evidence, seed: u64, leak: f64) -> Evidence {
    let mut rng = SmallRng::seed_from_u64(seed ^ 0x1a5e);
    let recording = &evidence.recording;
    let all = recording.requests_at(f64::INFINITY).unwrap_or(1.0);
    let heap = LiveHeap::new(&mut rng, all, (6.0 * MIB, 8.0 * KIB));
    let steady =
        || recording.elapsed_s.iter().zip(&recording.phases).filter(|(_, phase)| **phase == Phase::Steady);
    let ends = steady().next().zip(steady().next_back());
    let Some(((from, _), (until, _))) = ends else { return evidence };
    let moments: Vec<f64> = (0..10).map(|i| from + 1.0 + (until - from - 2.0) * f64::from(i) / 9.0).collect();
    let values: Vec<f64> = moments
        .iter()
        .map(|at| heap.read(&mut rng, recording.requests_at(*at).unwrap_or(0.0), leak))
        .collect();
    let samples = at_moments(&recording.elapsed_s, &moments, &values);
    evidence.recording.series.push(Series { id: SeriesId::MemLive, samples });
    evidence.events.extend(moments.iter().map(|at| collection(*at)));
    evidence.events.sort_by(|a, b| a.elapsed_s.total_cmp(&b.elapsed_s));
    evidence
}
