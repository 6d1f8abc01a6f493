//! Whether a driver's own memory grows with the requests it has sent: anonymous memory after so many and after ten
//! times as many.

use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use procfs::process::Process;

use super::machine::Cores;
use super::table::{Goal, Measure, Runs, table};
use super::target::Target;
use super::tools::{Load, Tool};
use super::{CONNECTIONS, Result};

const RATE: u32 = 10_000;
/// Both counts of a run, in requests: ten seconds, and a hundred with --long, whose goals are the issue's.
const SHORT: [u64; 2] = [10_000, 100_000];
const LONG: [u64; 2] = [100_000, 1_000_000];
/// How often a driver gets the time that its rate asks for: on a busy machine it falls behind, and only the count
/// matters.
const PATIENCE: u32 = 2;
const LOOK_EVERY: Duration = Duration::from_millis(50);
const MIB: f64 = (1 << 20) as f64;

/// The table: one run of each driver that paces.
pub fn bench(cores: &Cores, tools: &[Tool], long: bool) -> Result<String> {
    let (marks, most, growth) = match long {
        true => (LONG, Goal::Value("≤ 12"), Goal::Value("≤ 1")),
        false => (SHORT, Goal::None, Goal::None),
    };
    let measures = [
        Measure { name: "before, MiB", digits: 1, goal: Goal::None },
        Measure { name: "after, MiB", digits: 1, goal: most },
        Measure { name: "growth, MiB", digits: 2, goal: growth },
    ];
    let mut drivers = Vec::new();
    for tool in tools.iter().copied().filter(|tool| tool.paces()) {
        let [before, after] = watched(cores, tool, marks)?;
        eprintln!("{:<5} {before:.1} MiB, then {after:.1} MiB", tool.name());
        drivers.push(Runs { tool, rounds: vec![vec![before, after, after - before]] });
    }
    let title = format!(
        "private memory after {} and after {} requests at {RATE}/s over {CONNECTIONS} connections",
        marks[0], marks[1]
    );
    Ok(table(&title, &measures, &drivers))
}

/// MiB of anonymous memory at each of the two counts; the driver is ended after the second.
fn watched(cores: &Cores, tool: Tool, marks: [u64; 2]) -> Result<[f64; 2]> {
    let scratch = tempfile::tempdir()?;
    let target = Target::start(cores)?;
    let seconds = (marks[1] / u64::from(RATE)) as u32 * PATIENCE;
    let mut driver = tool
        .command(cores, &target.url(), Load::Paced(RATE), seconds, scratch.path())?
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let process = Process::new(i32::try_from(driver.id())?)?;
    let mut read = || -> Result<[f64; 2]> {
        let mut private = [0.0; 2];
        for (mark, mib) in marks.iter().zip(&mut private) {
            while target.count()? < *mark {
                if driver.try_wait()?.is_some() {
                    return Err(format!("{} fell behind: it ended before request {mark}", tool.name()).into());
                }
                sleep(LOOK_EVERY);
            }
            let kib = process.status()?.rssanon.ok_or("the kernel does not show RssAnon")?;
            *mib = (kib * 1024) as f64 / MIB;
        }
        Ok(private)
    };
    let private = read();
    let _ = driver.kill(); // it may have ended by itself
    driver.wait()?;
    private
}
