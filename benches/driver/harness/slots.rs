//! What slots cost: CPU per request of soak with three slots, and of soak with the same request written out, whole runs in
//! turn.

use super::machine::Cores;
use super::table::median;
use super::tools::{Load, Tool};
use super::{CONNECTIONS, Result, target};

const RATE: u32 = 10_000;
const SECONDS: u32 = 5;

/// A request, without and with slots: path, header, body. As many bytes of each, but for the digits of a number.
const REQUESTS: [(&str, [&str; 3]); 2] = [
    ("written out", ["items/12345", "x-request-id: 3f2c8a51-9b7d-4e06-a1c4-5d8e7f90b213", "item=250"]),
    ("three slots", ["items/{{seq}}", "x-request-id: {{uuid}}", "item={{pick 500}}"]),
];

/// The table.
pub fn bench(cores: &Cores, rounds: usize) -> Result<String> {
    let mut costs: [Vec<f64>; 2] = [Vec::new(), Vec::new()];
    for _ in 0..rounds {
        for ((name, [path, header, body]), costs) in REQUESTS.iter().zip(&mut costs) {
            let scratch = tempfile::tempdir()?;
            let ran = target::run(cores, |url| {
                let (url, load) = (format!("{url}{path}"), Load::Paced(RATE));
                let mut command = Tool::Soak.command(cores, &url, load, SECONDS, scratch.path())?;
                command.args(["-X", "POST", "-H", header, "-d", body]);
                if body.contains("{{") {
                    command.arg("--vary");
                }
                Ok(command)
            })?;
            let cost = ran.driver_cpu.as_secs_f64() * 1e6 / ran.arrivals.len() as f64;
            eprintln!("{name} {cost:.2} µs of CPU per request, {} requests", ran.arrivals.len());
            costs.push(cost);
        }
    }
    let ratios: Vec<f64> = costs[0].iter().zip(&costs[1]).map(|(without, with)| with / without).collect();
    let mut table = format!(
        "{RATE} requests/s for {SECONDS} s over {CONNECTIONS} connections, medians of {rounds}\n\n\
         | request | CPU per request, µs |\n| --- | --- |\n"
    );
    for ((name, _), costs) in REQUESTS.iter().zip(costs) {
        table.push_str(&format!("| {name} | {:.2} |\n", median(costs)));
    }
    table.push_str(&format!("| with to without, by round | {:.3} (goal ≤ 1.05) |\n", median(ratios)));
    Ok(table)
}
