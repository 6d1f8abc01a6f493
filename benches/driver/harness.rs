//! Which parts run, how often, and where. Arguments come in, tables go out on stdout, the rest on stderr.

mod lateness;
mod machine;
mod memory;
mod server;
mod slots;
mod table;
mod target;
mod throughput;
mod tools;

use std::process::ExitCode;

use machine::Cores;
use tools::Tool;

/// Trouble of the bench's own, as a line.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const USAGE: &str =
    "cargo bench --bench driver -- [lateness] [throughput] [slots] [memory [--long]] [--rounds N]";
/// A median of five stands against one disturbed run, or two.
const ROUNDS: usize = 5;
/// All drivers have so many connections.
const CONNECTIONS: u32 = 64;

/// What was asked for.
struct Wanted {
    parts: Vec<String>,
    long: bool,
    rounds: usize,
}

/// The bench, or the server that it starts itself again as.
pub fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args.first().is_some_and(|first| first == server::ARGUMENT) {
        return exit_code(server::serve());
    }
    match wanted(&args) {
        Some(wanted) => exit_code(bench(&wanted)),
        None => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn exit_code(ended: Result<()>) -> ExitCode {
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn wanted(args: &[String]) -> Option<Wanted> {
    let mut wanted = Wanted { parts: Vec::new(), long: false, rounds: ROUNDS };
    let mut args = args.iter().map(String::as_str);
    while let Some(arg) = args.next() {
        match arg {
            "--bench" => {} // cargo's own
            "--long" => wanted.long = true,
            "--rounds" => wanted.rounds = args.next()?.parse().ok().filter(|n| *n > 0)?,
            "lateness" | "throughput" | "slots" | "memory" => wanted.parts.push(arg.to_string()),
            _ => return None,
        }
    }
    Some(wanted)
}

fn bench(wanted: &Wanted) -> Result<()> {
    let cores = Cores::find()?;
    let (here, missing): (Vec<Tool>, Vec<Tool>) = Tool::ALL.into_iter().partition(|tool| tool.installed());
    for tool in missing {
        eprintln!("{} is left out: it is not installed ({})", tool.name(), tool.install_line());
    }
    if let Some(load) = machine::other_work() {
        eprintln!(
            "this machine has other work (load {load}): wait until it is idle, or the figures say little"
        );
    }
    println!("{}", machine::described(&cores));
    let asked = |part: &str| wanted.parts.is_empty() || wanted.parts.iter().any(|p| p == part);
    // each table is printed as soon as it is there: what follows may fail
    if asked("lateness") {
        println!("\n{}", lateness::bench(&cores, &here, wanted.rounds)?);
    }
    if asked("throughput") {
        println!("\n{}", throughput::bench(&cores, &here, wanted.rounds)?);
    }
    if asked("slots") {
        println!("\n{}", slots::bench(&cores, wanted.rounds)?);
    }
    if asked("memory") {
        println!("\n{}", memory::bench(&cores, &here, wanted.long)?);
    }
    Ok(())
}
