//! A Go service with pprof: the live heap, stacks and native memory after forced collections, resident memory between.

use soak::evidence::{Evidence, Runtime, SeriesId};

use super::chance;
use super::live_heap::LiveHeap;
use super::made_run::{KIB, MIB, MadeRun, PAGE};

/// The run with this seed, each request of which leaves `leak` bytes on the heap.
pub fn run(seed: u64, leak: f64) -> Evidence {
    let mut made = MadeRun::new(seed);
    let all = made.requests(f64::INFINITY);
    let heap = LiveHeap::new(&mut made.run.rng, all, (0.25 * MIB, KIB));
    let moments = made.collections();
    let live: Vec<f64> = moments
        .iter()
        .map(|at| {
            let requests = made.requests(*at);
            heap.read(&mut made.run.rng, requests, leak)
        })
        .collect();
    let stacks = stacks(&mut made, moments.len());
    let native = native(&mut made, moments.len());
    let resident = resident(&mut made, leak, live[0]);
    let goroutines = goroutines(&mut made);
    made.sampled(SeriesId::RssAnon, resident);
    made.sampled(SeriesId::Goroutines, goroutines.clone());
    made.sampled(SeriesId::Tasks, goroutines);
    made.read_at(SeriesId::MemLive, &moments, &live);
    made.read_at(SeriesId::MemStacks, &moments, &stacks);
    made.read_at(SeriesId::MemNative, &moments, &native);
    made.collected(&moments);
    made.evidence(Runtime::Go)
}

/// Stacks come in spans of 32 KiB, of which a few are taken and given back.
fn stacks(made: &mut MadeRun, readings: usize) -> Vec<f64> {
    let spans = made.run.log_uniform(12.0, 40.0).round();
    let mut more: f64 = 0.0;
    let mut next = || {
        if chance(&mut made.run.rng, 0.3) {
            more = (more + if chance(&mut made.run.rng, 0.5) { 1.0 } else { -1.0 }).clamp(-2.0, 3.0);
        }
        (spans + more) * 32.0 * KIB
    };
    (0..readings).map(|_| next()).collect()
}

/// Without native memory: what the runtime took is touched bit by bit, and where it takes more a reading dips and comes
/// back over some collections.
fn native(made: &mut MadeRun, readings: usize) -> Vec<f64> {
    let touched = made.run.uniform(0.0, 0.45) * MIB;
    let mut dip = 0.0;
    let next = |i: usize| {
        dip *= made.run.uniform(0.5, 1.0);
        if chance(&mut made.run.rng, 0.12) {
            dip += made.run.log_uniform(0.1, 1.2) * MIB;
        }
        let share = 1.0 - (-(i as f64) / 4.0).exp();
        ((touched * share - dip) / PAGE).round() * PAGE
    };
    (0..readings).map(next).collect()
}

/// The heap grows to twice what is alive and 4 MiB at most before it collects, and part of it is given back.
fn resident(made: &mut MadeRun, leak: f64, live: f64) -> Vec<f64> {
    let room = made.run.uniform(0.3, 1.0) * (live + 4.0 * MIB);
    let fills_in = made.run.span_s * made.run.log_uniform(0.02, 0.5);
    made.run.noise = room * made.run.log_uniform(0.01, 0.15);
    let memory = made.run.log_uniform(0.005, 0.05);
    let noise = made.run.wandering(memory);
    let base = 4.0 * MIB + live;
    let at = |(t, noise): (&f64, f64)| {
        let since = (t - made.load_s).max(0.0);
        let heap = room * (1.0 - (-since / fills_in).exp());
        // what leaks is kept twice over, as the room for garbage grows with it
        let value = base + heap + 1.5 * leak * made.requests(*t) + noise;
        (value / PAGE).round() * PAGE
    };
    made.run.times.iter().zip(noise).map(at).collect()
}

/// A handful, and one more while a request is answered.
fn goroutines(made: &mut MadeRun) -> Vec<f64> {
    let some = made.run.log_uniform(2.0, 40.0).round();
    let busy = made.run.uniform(0.05, 0.6);
    (0..made.run.times.len()).map(|_| some + f64::from(u8::from(chance(&mut made.run.rng, busy)))).collect()
}
