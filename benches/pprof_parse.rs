//! What reading foreign pages costs, as ratios to touching their bytes: `cargo bench --bench pprof_parse`.
//!
//! - A goroutine profile of 10,000 distinct stacks, parsed and grouped, to unpacking and copying it.
//! - A metrics page of 5,000 lines, most of them buckets, read as where soak drives, to a search for the end of each
//!   line. Exits 1 beyond three times.
//!
//! Measured on two shared cores of a virtual machine (x86-64): 5.3 ms to 0.5 ms, 10 times, for 490 KiB of profile;
//! 0.10 ms to 0.04 ms, 2.7 times, for 528 KiB of metrics. At one sample every 500 ms that would be 1.1 % and 0.02 % of
//! a core; the sampler asks less often by itself where a probe takes more than its share.

use std::hint::black_box;
use std::io::Write;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use prost::encoding::{WireType, encode_key, encode_varint};
use soak::probe::parsers;

const STACKS: u64 = 10_000;
const FRAMES: u64 = 12;
const FUNCTIONS: u64 = 2_000;
const LINES: usize = 5_000;
const ROUNDS: usize = 60;
/// How often the page's line ends may be searched for in the time that it takes to read it.
const MOST: f64 = 3.0;

fn main() -> ExitCode {
    let (page, bytes) = profile();
    let read = median(|| {
        let unpacked = parsers::unpack(&page, 64 << 20).unwrap_or_default();
        unpacked.to_vec().len()
    });
    let parsed = median(|| parsers::goroutines(&bytes));
    assert_eq!(parsers::goroutines(&bytes), STACKS as usize);
    println!(
        "profile of {STACKS} stacks: {} KiB packed, {} KiB unpacked",
        page.len() >> 10,
        bytes.len() >> 10
    );
    show("unpacked and copied", read, read);
    show("parsed and grouped", parsed, read);

    let page = metrics();
    // one by one, as any reader of lines must: counting them all at once is a tenth of that
    let lines = median(|| memchr::memchr_iter(b'\n', &page).fold(0, |sum, at| black_box(sum ^ at)));
    let scanned = median(|| usize::from(memchr::memchr(0, &page).is_some()));
    // as where soak drives and counts requests itself
    let wanted = |name: &str| !name.starts_with("http_");
    let samples = median(|| parsers::samples(&page, wanted));
    let filled = median(|| parsers::metrics(&page));
    println!("metrics page of {LINES} lines: {} KiB", page.len() >> 10);
    show("searched for one byte", scanned, lines);
    show("searched for each line's end", lines, lines);
    show("read, histograms passed over", samples, lines);
    // at discovery: once to see what can be filled, once to fill it
    show("series found and filled, two readings", filled, lines);
    let ratio = samples.as_secs_f64() / lines.as_secs_f64();
    if ratio > MOST { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn show(what: &str, took: Duration, than: Duration) {
    println!(
        "  {what:<40} {:>9.3} ms  {:>6.2}",
        took.as_secs_f64() * 1e3,
        took.as_secs_f64() / than.as_secs_f64()
    );
}

fn median(once: impl Fn() -> usize) -> Duration {
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let begun = Instant::now();
            black_box(once());
            begun.elapsed()
        })
        .collect();
    times.sort();
    times[ROUNDS / 2]
}

/// A message of varints, or of one submessage.
fn message(varints: &[(u32, u64)], inner: Option<(u32, &[u8])>) -> Vec<u8> {
    let mut out = Vec::new();
    for (tag, value) in varints {
        encode_key(*tag, WireType::Varint, &mut out);
        encode_varint(*value, &mut out);
    }
    if let Some((tag, bytes)) = inner {
        encode_key(tag, WireType::LengthDelimited, &mut out);
        encode_varint(bytes.len() as u64, &mut out);
        out.extend_from_slice(bytes);
    }
    out
}

/// Parked goroutines, packed and unpacked, as Go's encoder writes them: locations are shared, no two stacks alike.
fn profile() -> (Vec<u8>, Vec<u8>) {
    let mut out = message(&[], Some((1, &message(&[(1, 1), (2, 2)], None))));
    let packed = |values: &[u64]| {
        let mut bytes = Vec::new();
        values.iter().for_each(|value| encode_varint(*value, &mut bytes));
        bytes
    };
    let locations = 2 + FUNCTIONS;
    for stack in 0..STACKS {
        // gopark, chansend, then callers: a number in base FUNCTIONS makes each stack its own
        let mut ids = vec![1, 2];
        ids.extend((0..FRAMES).map(|depth| match depth {
            0 => 3 + stack % FUNCTIONS,
            1 => 3 + stack / FUNCTIONS,
            _ => 3 + (stack % 50 * 31 + depth * 17) % FUNCTIONS,
        }));
        let sample =
            [message(&[], Some((1, &packed(&ids)))), message(&[], Some((2, &packed(&[1 + stack % 7]))))];
        out.extend(message(&[], Some((2, &sample.concat()))));
    }
    let mut strings: Vec<String> = ["", "goroutine", "count", "runtime.gopark", "runtime.chansend"]
        .map(String::from)
        .into_iter()
        .chain(
            (0..FUNCTIONS)
                .map(|i| format!("example.com/shop/internal/part{}.(*Worker{i}).handle.func1", i % 40)),
        )
        .collect();
    let files = strings.len() as u64;
    strings.extend((0..40).map(|i| format!("/home/builder/src/example.com/shop/internal/part{i}/worker.go")));
    for id in 1..=locations {
        let line = message(&[(1, id), (2, 10 + id % 300)], None);
        out.extend(message(&[], Some((4, &message(&[(1, id), (3, 0x40_0000 + id)], Some((4, &line)))))));
        let function = message(&[(1, id), (2, 2 + id), (3, 2 + id), (4, files + id % 40)], None);
        out.extend(message(&[], Some((5, &function))));
    }
    for string in &strings {
        out.extend(message(&[], Some((6, string.as_bytes()))));
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let page = encoder.write_all(&out).and_then(|()| encoder.finish()).unwrap_or_default();
    (page, out)
}

/// Histograms by route, as a client library writes them, among a few gauges.
fn metrics() -> Vec<u8> {
    let mut text = String::from(
        "# HELP process_resident_memory_bytes Resident memory size in bytes.\n\
         # TYPE process_resident_memory_bytes gauge\nprocess_resident_memory_bytes 1.048576e+08\n\
         # TYPE app_tasks gauge\napp_tasks{place=\"src/main.rs:10:5\",state=\"idle\"} 12\n\
         # TYPE http_request_duration_seconds histogram\n",
    );
    let bounds = ["0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "+Inf"];
    let mut lines = text.lines().count();
    for route in 0.. {
        for bound in bounds {
            text.push_str(&format!(
                "http_request_duration_seconds_bucket{{method=\"GET\",route=\"/api/v1/items/{route}/parts\",status=\"200\",le=\"{bound}\"}} {}\n",
                1000 + route
            ));
        }
        for end in ["sum", "count"] {
            text.push_str(&format!(
                "http_request_duration_seconds_{end}{{method=\"GET\",route=\"/api/v1/items/{route}/parts\",status=\"200\"}} {}\n",
                17 * route
            ));
        }
        lines += bounds.len() + 2;
        if lines >= LINES {
            break;
        }
    }
    text.into_bytes()
}
