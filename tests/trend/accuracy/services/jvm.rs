//! A JVM: its live heap by its objects at the ends of phases, the heap as of each natural collection between, and
//! resident memory that climbs as the heap is touched.

use soak::evidence::{Evidence, GroupKind, Ids, Moment, Runtime, SeriesId, TaskGroup, TaskSnapshot};

use super::live_heap::gauss;
use super::made_run::{KIB, MIB, MadeRun, PAGE};

/// The run with this seed, each request of which leaves `leak` bytes on the heap.
pub fn run(seed: u64, leak: f64) -> Evidence {
    let mut made = MadeRun::new(seed);
    let level = made.run.log_uniform(2.0, 40.0) * MIB;
    let fills = made.run.uniform(0.0, 1.0) * MIB;
    let fills_in = made.requests(f64::INFINITY) * made.run.log_uniform(0.005, 0.08);
    let alive = move |requests: f64| level + fills * (1.0 - (-requests / fills_in).exp()) + leak * requests;
    let (heap, collections) = heap(&mut made, alive);
    let limit = 256.0 * MIB;
    let committed = (heap.iter().copied().fold(0.0, f64::max) * 1.2 / MIB).ceil().max(16.0) * MIB;
    let resident = resident(&mut made, level, committed, leak);
    let samples = made.run.times.len();
    made.sampled(SeriesId::RssAnon, resident);
    made.sampled(SeriesId::Heap, heap);
    made.sampled(SeriesId::GcCollections, collections);
    made.sampled(SeriesId::HeapCommitted, vec![committed; samples]);
    made.sampled(SeriesId::HeapLimit, vec![limit; samples]);
    made.sampled(SeriesId::JvmThreads, vec![13.0; samples]);
    let noise = made.run.log_uniform(1.0, 16.0) * KIB;
    let ends = [
        (made.steady_s, Moment::SteadyStart),
        (made.end_s, Moment::SteadyEnd),
        (made.run.span_s, Moment::Settled),
    ];
    let read = ends.map(|(at_s, moment)| {
        let bytes = alive(made.requests(at_s)) + noise * gauss(&mut made.run.rng);
        (at_s, moment, bytes)
    });
    made.collected(&ends.map(|(at_s, _)| at_s + 0.01));
    let moments: Vec<f64> = read[..2].iter().map(|(at_s, _, _)| at_s + 0.1).collect();
    let live: Vec<f64> = read[..2].iter().map(|(_, _, bytes)| *bytes).collect();
    made.read_at(SeriesId::MemLive, &moments, &live);
    let snapshots = read.map(|(at_s, moment, bytes)| snapshot(at_s + 0.01, moment, bytes));
    Evidence { snapshots: snapshots.into(), ..made.evidence(Runtime::Jvm) }
}

/// The heap as of the last natural collection and how many there were: what is alive, and what survives for a while.
fn heap(made: &mut MadeRun, alive: impl Fn(f64) -> f64) -> (Vec<f64>, Vec<f64>) {
    // a young generation of 8 MiB and 10 to 80 KiB of garbage per request
    let every = 8.0 * MIB / (made.run.log_uniform(10.0, 80.0) * KIB);
    let survives = made.run.log_uniform(10.0, 200.0) * KIB;
    let (mut used, mut count) = (alive(0.0) + survives, 0.0);
    let times = made.run.times.clone();
    let read = |t: f64| {
        let requests = made.requests(t);
        let now = (requests / every).floor();
        if now > count {
            count = now;
            used = alive(now * every) + survives * (1.0 + 0.15 * gauss(&mut made.run.rng)).max(0.0);
        }
        (used.round(), count)
    };
    times.into_iter().map(read).unzip()
}

/// The heap is touched up to what is committed; the compiler and its code take a little more for a while.
fn resident(made: &mut MadeRun, level: f64, committed: f64, leak: f64) -> Vec<f64> {
    let touched = made.run.uniform(0.4, 1.0) * (committed - level).max(4.0 * MIB);
    let fills_in = made.run.span_s * made.run.log_uniform(0.05, 0.5);
    let compiled = made.run.uniform(1.0, 6.0) * MIB;
    made.run.noise = made.run.log_uniform(16.0, 400.0) * KIB;
    let memory = made.run.log_uniform(0.005, 0.05);
    let noise = made.run.wandering(memory);
    let at = |(t, noise): (&f64, f64)| {
        let since = (t - made.load_s).max(0.0);
        let heap = touched * (1.0 - (-since / fills_in).exp());
        let code = compiled * (1.0 - (-since / (0.5 * fills_in)).exp());
        // what leaks lies in what is committed already
        let leaked = (leak * made.requests(*t) - touched).max(0.0);
        ((25.0 * MIB + level + heap + code + leaked + noise) / PAGE).round() * PAGE
    };
    made.run.times.iter().zip(noise).map(at).collect()
}

fn snapshot(elapsed_s: f64, moment: Moment, bytes: f64) -> TaskSnapshot {
    let class = "byte[]".to_string();
    TaskSnapshot {
        elapsed_s,
        moment,
        counts: vec![(class.clone(), bytes.max(0.0) as u64)],
        proven: None,
        longest_wait_s: Vec::new(),
        labels: Vec::new(),
        ids: Ids::NotRead,
        times: Vec::new(),
        groups: vec![TaskGroup {
            id: class.clone(),
            kind: GroupKind::Class,
            name: class,
            state: None,
            stack: Vec::new(),
            created_by: None,
        }],
    }
}
