//! How late requests are, as the server sees it, and what each costs the driver.
//!
//! The n-th arrival belongs to the n-th moment of the schedule, whichever connection it came by. Where the schedule
//! begins is not the server's to know: it is put so late that no request is early and one is exactly in time, so the
//! way that all have in common counts for none. The first second is left out of that, too: connections are opened in
//! it.

use super::machine::Cores;
use super::table::{Goal, Measure, Runs, table};
use super::tools::{Load, Tool};
use super::{CONNECTIONS, Result, target};

const RATE: u32 = 10_000;
const SECONDS: u32 = 5;
const MEASURES: [Measure; 4] = [
    Measure { name: "late, p50 ms", digits: 3, goal: Goal::Ratio("≤ 0.3") },
    Measure { name: "late, p99 ms", digits: 3, goal: Goal::Ratio("≤ 0.4") },
    Measure { name: "CPU per request, µs", digits: 1, goal: Goal::Ratio("≤ 1.15") },
    Measure { name: "requests", digits: 0, goal: Goal::None },
];

/// The table.
pub fn bench(cores: &Cores, tools: &[Tool], rounds: usize) -> Result<String> {
    let mut drivers: Vec<Runs> = tools
        .iter()
        .filter(|tool| tool.paces())
        .map(|tool| Runs { tool: *tool, rounds: Vec::new() })
        .collect();
    for _ in 0..rounds {
        for driver in &mut drivers {
            let scratch = tempfile::tempdir()?;
            let ran = target::run(cores, |url| {
                driver.tool.command(cores, url, Load::Paced(RATE), SECONDS, scratch.path())
            })?;
            let late = lateness(&ran.arrivals, f64::from(RATE));
            let sent = ran.arrivals.len() as f64;
            let cpu = ran.driver_cpu.as_secs_f64() * 1e6 / sent;
            let (p50, p99) = (quantile(&late, 0.5) * 1e3, quantile(&late, 0.99) * 1e3);
            eprintln!(
                "{:<5} late p50 {p50:.3} ms, p99 {p99:.3} ms, {cpu:.1} µs of CPU per request, {sent} requests",
                driver.tool.name()
            );
            driver.rounds.push(vec![p50, p99, cpu, sent]);
        }
    }
    let title =
        format!("{RATE} requests/s for {SECONDS} s over {CONNECTIONS} connections, medians of {rounds}");
    Ok(table(&title, &MEASURES, &drivers))
}

/// How late each arrival after the first second is, in seconds, ascending.
fn lateness(arrivals: &[f64], rate: f64) -> Vec<f64> {
    let behind: Vec<f64> =
        arrivals.iter().enumerate().skip(rate as usize).map(|(nth, at)| at - nth as f64 / rate).collect();
    let begin = behind.iter().copied().fold(f64::INFINITY, f64::min);
    let mut late: Vec<f64> = behind.iter().map(|at| at - begin).collect();
    late.sort_by(f64::total_cmp);
    late
}

/// Of ascending values, the one below or at which that share of them lies; NaN of none.
fn quantile(ascending: &[f64], share: f64) -> f64 {
    let rank = (ascending.len() as f64 * share).ceil() as usize;
    ascending.get(rank.saturating_sub(1)).copied().unwrap_or(f64::NAN)
}
