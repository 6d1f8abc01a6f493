//! What drawing costs: a day of seconds, as ratios to reading it: `cargo bench --bench picture`.
//!
//! 86,400 samples of twelve series, as a run directory holds them, are read; then judged, laid out with at most two
//! points for each column, painted as PNG and as SVG, and made into a page. Exits 1 where laying out and painting as
//! PNG take over three times as long as reading.
//!
//! Measured on two shared and busy cores of a virtual machine (x86-64), the median of five runs: read in 45 ms; laid
//! out in 17 ms and painted as PNG in 104 ms, together 2.7 times that (2.1 to 3.2), of which PNG is 1.6 million pixels
//! and much the same for a run of a minute; written as SVG in 5 ms; made into a page of 419 KiB in 34 ms. The samples
//! are noise, of which nothing can be left out; and other files of a real day, which take longer to read, are not
//! there.

use std::fmt::Write;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use soak::judge::judge;
use soak::record::read_run;
use soak::report::picture::{LIGHT, compose};
use soak::report::{html, png, svg};
use soak::wording::report;

const SECONDS: u32 = 86_400;
const ROUNDS: usize = 7;
/// How often the run may be read in the time that it takes to make its picture: to lay it out and paint it as PNG.
const MOST: f64 = 3.0;
const SERIES: [&str; 12] = [
    "rss_bytes",
    "rss_anon_bytes",
    "mem_live_bytes",
    "mem_garbage_bytes",
    "mem_stacks_bytes",
    "mem_runtime_bytes",
    "mem_native_bytes",
    "mem_files_bytes",
    "goroutines",
    "threads",
    "fds",
    "cpu_ratio",
];

fn main() -> ExitCode {
    let place = std::env::temp_dir().join(format!("soak-bench-picture-{}", std::process::id()));
    let outcome = measured(&place);
    // the next run has a place of its own
    let _ = std::fs::remove_dir_all(&place);
    match outcome {
        Ok(ratio) if ratio <= MOST => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn measured(place: &std::path::Path) -> Result<f64, Box<dyn std::error::Error>> {
    let text = samples();
    std::fs::create_dir_all(place)?;
    std::fs::write(place.join("samples.csv"), &text)?;
    println!("a day of seconds: {SECONDS} samples of {} series, {} MiB", SERIES.len(), text.len() >> 20);
    let evidence = read_run(place)?;
    let read = median(|| read_run(place).map(|e| e.recording.elapsed_s.len()));
    let began = Instant::now();
    let findings = report(&judge(&evidence), &evidence);
    let judged = began.elapsed();
    let laid_out = median(|| compose(&evidence, &findings, &LIGHT).shapes.len());
    let scene = compose(&evidence, &findings, &LIGHT);
    let painted = median(|| png::render(&scene).map(|bytes| bytes.len()));
    let drawn = median(|| svg::render(&scene).map(|text| text.len()));
    let picture = svg::render(&scene)?;
    let page = median(|| html::render(&evidence, &findings, &picture).map(|text| text.len()));
    let show = |what: &str, took: Duration| {
        let ratio = took.as_secs_f64() / read.as_secs_f64();
        println!("{what:<28} {:>8.1} ms  {ratio:>5.2} times reading", took.as_secs_f64() * 1e3);
        ratio
    };
    show("read", read);
    show("judged", judged);
    show("laid out", laid_out);
    show("painted as PNG", painted);
    let ratio = show("laid out and painted", laid_out + painted);
    show("written as SVG", drawn);
    show("made into a page", page);
    let size = html::render(&evidence, &findings, &picture)?.len();
    let pixels = png::render(&scene)?.len();
    println!("PNG {} KiB, SVG {} KiB, page {} KiB", pixels >> 10, picture.len() >> 10, size >> 10);
    Ok(ratio)
}

/// A service that leaks a little, with garbage that comes and goes.
fn samples() -> String {
    let mut text = format!("elapsed_s,phase,requests_total,{}\n", SERIES.join(","));
    for t in 0..SECONDS {
        let noise = f64::from(t.wrapping_mul(2_654_435_761) >> 20) / 4096.0;
        let _ = write!(text, "{t},steady,{}", t * 50);
        for (i, series) in SERIES.iter().enumerate() {
            let slow = f64::from(t) * (i + 1) as f64;
            let value = match *series {
                "cpu_ratio" => noise,
                "threads" | "fds" => (10.0 + 3.0 * noise).round(),
                "goroutines" => (20.0 + f64::from(t) / 7.0 + 5.0 * noise).round(),
                _ => (8e6 + 40.0 * slow + 4e6 * noise).round(),
            };
            let _ = write!(text, ",{value}");
        }
        text.push('\n');
    }
    text
}

fn median<T>(mut work: impl FnMut() -> T) -> Duration {
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let began = Instant::now();
            std::hint::black_box(work());
            began.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[ROUNDS / 2]
}
