//! The command line: what was typed becomes settings, settings become a plan, and a plan is one call into
//! [`session`](crate::session). One file for each command; the clap types are in `args`.
//!
//! Comes in: the command line and the environment. Goes out: the exit code, or the one line that says what was wrong.

mod analyze;
pub mod args;
mod compare;
mod demo;
mod doctor;
mod environment;
mod output;
mod profiles;
mod report;
mod run;
mod scripts;
#[cfg(unix)]
mod tasks;

use std::ffi::OsString;

use args::Command;

use crate::error::{Error, Result};
use crate::report::lines::Columns;
use crate::session;

/// Runs the command that was typed, program name first, and gives the exit code.
///
/// # Errors
/// When what was typed is invalid, or soak's own work fails; a verdict is not an error.
pub fn run(typed: impl IntoIterator<Item = OsString>) -> Result<u8> {
    let command = match args::parse(typed) {
        Ok(command) => command,
        Err(invalid) if invalid.use_stderr() => return Err(Error::usage(args::in_a_line(&invalid))),
        Err(help) => {
            match help.kind() == clap::error::ErrorKind::DisplayHelp && args::is_overview(&help) {
                // clap breaks what it lays out itself, and not this
                true => session::print(&Columns::of_stdout().fit_list(args::OVERVIEW)),
                // a closed stdout must not change the exit code
                false => drop(help.print()),
            }
            return Ok(0);
        }
    };
    match command {
        Command::Run(args) => run::run(*args),
        Command::Watch(args) => run::watch(*args),
        Command::Doctor(args) => doctor::run(*args),
        #[cfg(unix)]
        Command::Tasks(args) => tasks::run(*args),
        Command::Demo(args) => demo::run(args),
        Command::Analyze(args) => analyze::run(args),
        Command::Compare(args) => compare::run(args),
        Command::Report(args) => report::run(args),
        Command::Profiles(args) => profiles::run(args),
        Command::Completions(args) => scripts::completions(args),
        Command::Man => scripts::man(),
        Command::DemoServe(args) => demo::serve(args),
    }
}
