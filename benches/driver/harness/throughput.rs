//! How many requests a driver sends on one core when nothing but answers holds it up: a closed loop, by the server's
//! own count of the last seconds.

use super::machine::Cores;
use super::table::{Goal, Measure, Runs, table};
use super::tools::{Load, Tool};
use super::{CONNECTIONS, Result, target};

const SECONDS: u32 = 3;
/// Counted of them, back from the last arrival: starting is not the driver's speed.
const COUNTED: f64 = 2.0;
const MEASURES: [Measure; 2] = [
    Measure { name: "requests/s", digits: 0, goal: Goal::Ratio("≥ 0.9") },
    Measure { name: "server's core busy, %", digits: 0, goal: Goal::None },
];

/// The table.
pub fn bench(cores: &Cores, tools: &[Tool], rounds: usize) -> Result<String> {
    let mut drivers: Vec<Runs> = tools.iter().map(|tool| Runs { tool: *tool, rounds: Vec::new() }).collect();
    for _ in 0..rounds {
        for driver in &mut drivers {
            let scratch = tempfile::tempdir()?;
            let ran = target::run(cores, |url| {
                driver.tool.command(cores, url, Load::Closed, SECONDS, scratch.path())
            })?;
            let (rate, busy) = (held(&ran.arrivals), ran.server_busy * 100.0);
            eprintln!("{:<5} {rate:.0} requests/s, the server's core {busy:.0} % busy", driver.tool.name());
            driver.rounds.push(vec![rate, busy]);
        }
    }
    let title = format!("closed loop for {SECONDS} s over {CONNECTIONS} connections, medians of {rounds}");
    Ok(table(&title, &MEASURES, &drivers))
}

fn held(arrivals: &[f64]) -> f64 {
    let Some(last) = arrivals.last() else { return 0.0 };
    let before = arrivals.partition_point(|at| *at <= last - COUNTED);
    (arrivals.len() - before) as f64 / COUNTED
}
