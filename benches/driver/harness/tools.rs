//! The drivers: where they are, how to get them, and the flags that give each the same load.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use super::machine::{Cores, on_core};
use super::{CONNECTIONS, Result};

/// A driver of load, in the order of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    Soak,
    Oha,
    Wrk,
    Hey,
}

/// What a driver is to do.
#[derive(Debug, Clone, Copy)]
pub enum Load {
    /// So many requests a second, by the clock.
    Paced(u32),
    /// As many as there are answers for.
    Closed,
}

impl Tool {
    /// All of them.
    pub const ALL: [Tool; 4] = [Tool::Soak, Tool::Oha, Tool::Wrk, Tool::Hey];

    /// The name of its program.
    pub fn name(self) -> &'static str {
        match self {
            Tool::Soak => "soak",
            Tool::Oha => "oha",
            Tool::Wrk => "wrk",
            Tool::Hey => "hey",
        }
    }

    /// The line that brings it.
    pub fn install_line(self) -> &'static str {
        match self {
            Tool::Soak => "cargo build --release",
            Tool::Oha => "cargo install --locked oha",
            Tool::Wrk => "apt-get install wrk",
            Tool::Hey => "apt-get install hey",
        }
    }

    /// Whether it can be run.
    pub fn installed(self) -> bool {
        let path = std::env::var_os("PATH").unwrap_or_default();
        self == Tool::Soak || std::env::split_paths(&path).any(|dir| dir.join(self.name()).is_file())
    }

    /// Whether it can keep to a rate.
    pub fn paces(self) -> bool {
        self != Tool::Wrk
    }

    fn program(self) -> OsString {
        match self {
            Tool::Soak => env!("CARGO_BIN_EXE_soak").into(), // the release build of this checkout
            _ => self.name().into(),
        }
    }

    /// The command that puts the load on `url` for so many seconds, on the driver's core. What soak writes goes below
    /// `scratch`.
    pub fn command(
        self,
        cores: &Cores,
        url: &str,
        load: Load,
        seconds: u32,
        scratch: &Path,
    ) -> Result<Command> {
        let mut command = on_core(cores.driver, self.program());
        let (time, connections) = (format!("{seconds}s"), CONNECTIONS.to_string());
        match self {
            Tool::Soak => {
                command.args(["--load-only", "--no-tui", "--quiet", "-c", &connections, "-z", &time]);
                command.args(["--baseline", "0s", "--warmup", "0s", "--settle", "0s", "--replace"]);
                command.arg("--out").arg(scratch.join("run"));
                match load {
                    Load::Paced(rate) => command.args(["--rate", &format!("{rate}/s")]),
                    Load::Closed => command.args(["--rate", "max"]),
                };
            }
            Tool::Oha => {
                command.args(["--no-tui", "-c", &connections, "-z", &time]);
                if let Load::Paced(rate) = load {
                    command.args(["--latency-correction", "-q", &rate.to_string()]);
                }
            }
            Tool::Wrk => {
                command.args(["-t", "1", "-c", &connections, "-d", &time]);
                if let Load::Paced(_) = load {
                    return Err("wrk keeps to no rate".into());
                }
            }
            Tool::Hey => {
                command.args(["-c", &connections, "-z", &time]);
                if let Load::Paced(rate) = load {
                    // its rate is that of each connection
                    command.args(["-q", &(f64::from(rate) / f64::from(CONNECTIONS)).to_string()]);
                }
            }
        }
        command.arg(url);
        Ok(command)
    }
}
