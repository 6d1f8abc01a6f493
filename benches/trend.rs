//! What the engine costs: `cargo bench --bench trend`.
//!
//! - `day`: a day at one sample a second with ten series, its CSV read against its ten series judged; at most three
//!   times. Measured on two cores of a virtual machine, otherwise idle, before both became faster: read in 31.9 ms,
//!   judged in 63.1 ms, 2.0 times. The same day at a rate that varies is judged over requests, too: at most twice the
//!   time of an even rate. Measured on a busy machine: 1.7 times, the median of eight runs from 1.4 to 2.2.
//! - `samples`: one series of 10³ to 10⁶ samples, to see that cost grows no faster than n log n.
//! - a week at one sample a second: the memory at its highest is printed (VmHWM), and must stay under 200 MiB.

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::PathBuf;
use std::time::Instant;

use criterion::{BenchmarkId, Criterion, Throughput};
use soak::evidence::{Evidence, Phase, Recording, Sample, Series};
use soak::judge::judge;
use soak::record::read_table;
use soak::trend::{Question, trend};

/// Noise that is the same every time: a linear congruential generator (D. H. Lehmer, 1951).
fn noisy(n: usize, seed: u64, slope: f64) -> Vec<Sample> {
    let mut state = seed.wrapping_mul(2).wrapping_add(1);
    (0..n)
        .map(|i| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let noise = (state >> 40) as f64 / f64::from(1u32 << 24);
            Sample::new((3e8 + slope * i as f64 + 4e6 * noise).round())
        })
        .collect()
}

/// So many samples a second apart, of 50 requests per second; of these a sine over the day swings this share.
fn recording(n: usize, series: usize, swing: f64) -> Recording {
    let turn = std::f64::consts::TAU / n as f64;
    let answered = |t: f64| (50.0 * (t + swing * (1.0 - (turn * t).cos()) / turn)).floor();
    Recording {
        elapsed_s: (0..n).map(|i| i as f64).collect(),
        phases: vec![Phase::Steady; n],
        requests_total: (0..n).map(|i| Sample::new(answered(i as f64))).collect(),
        series: (0..series)
            .map(|k| Series {
                id: format!("part_{k}_bytes").into(),
                samples: noisy(n, k as u64, if k % 2 == 0 { 0.0 } else { 40.0 }),
            })
            .collect(),
    }
}

fn judge_one(recording: &Recording) {
    let series = &recording.series[0];
    black_box(trend(&Question { recording, series, events: &[], false_alarm: 0.05 }));
}

fn write_csv(recording: &Recording) -> PathBuf {
    let mut text = String::from("elapsed_s,phase,requests_total");
    recording.series.iter().for_each(|s| {
        let _ = write!(text, ",{}", s.id.name());
    });
    for i in 0..recording.len() {
        let _ = write!(text, "\n{:.3},steady,{}", recording.elapsed_s[i], 50 * i);
        recording.series.iter().for_each(|s| {
            let _ = write!(text, ",{}", s.samples[i].get().unwrap_or_default());
        });
    }
    text.push('\n');
    let path = std::env::temp_dir().join(format!("soak-bench-{}.csv", std::process::id()));
    if let Err(e) = std::fs::write(&path, text) {
        eprintln!("{}: {e}", path.display());
    }
    path
}

fn highest_memory_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?.split_whitespace().next()?.parse().ok()
}

fn main() {
    // before anything else has used memory
    let week = recording(7 * 86_400, 1, 0.0);
    judge_one(&week);
    drop(week);
    match highest_memory_kib() {
        Some(kib) => println!("a week at 1 s, one series: {} MiB at its highest", kib / 1024),
        None => println!("a week at 1 s: this system does not tell the highest memory"),
    }

    let day_of = |swing| Evidence { recording: recording(86_400, 10, swing), ..Evidence::default() };
    let (day, varying) = (day_of(0.0), day_of(0.5));
    let path = write_csv(&day.recording);
    let timed = |f: &dyn Fn()| {
        let start = Instant::now();
        (0..3).for_each(|_| f());
        start.elapsed().as_secs_f64() / 3.0
    };
    let read = timed(&|| {
        let _ = black_box(read_table(&path));
    });
    let judged = timed(&|| {
        black_box(judge(&day));
    });
    let over_requests = timed(&|| {
        black_box(judge(&varying));
    });
    println!(
        "a day at 1 s, ten series: read in {read:.3} s, judged in {judged:.3} s: {:.2} times",
        judged / read
    );
    println!(
        "the same at a rate that varies: judged in {over_requests:.3} s: {:.2} times",
        over_requests / judged
    );

    let mut criterion = Criterion::default().configure_from_args().sample_size(10);
    let mut group = criterion.benchmark_group("day");
    group.bench_function("read", |b| b.iter(|| read_table(&path)));
    group.bench_function("judge", |b| b.iter(|| judge(&day)));
    group.bench_function("judge_varying", |b| b.iter(|| judge(&varying)));
    group.finish();
    let mut group = criterion.benchmark_group("samples");
    for n in [1_000, 10_000, 100_000, 1_000_000] {
        let one = recording(n, 1, 0.0);
        group.throughput(Throughput::Elements(n as u64));
        group.bench_with_input(BenchmarkId::from_parameter(n), &one, |b, one| b.iter(|| judge_one(one)));
    }
    group.finish();
    criterion.final_summary();
    let _ = std::fs::remove_file(&path);
}
