//! The command line: typed, meant, one call.

pub mod args;
mod args_connect;
mod args_demo;
mod args_look;
mod args_output;
mod args_run;
mod args_watch;
mod beside;
mod compare;
mod conclude;
mod demo;
mod doctor;
mod environment;
mod output;
mod pipeline;
mod probes;
mod rerender;
mod rolling;
mod session;
mod standing;
mod status;
mod sure;

use std::ffi::OsString;

pub use args_run::environment;

use args::Command;
use output::{OutputOptions, print};

use crate::demo::Fix;
use crate::error::{Error, Result};
use crate::plan::{BUILT_IN, built_in, plan, watch};

/// Does what was typed, program name first, and tells the exit code.
///
/// # Errors
/// What was wrong with soak's own work, or with what was typed; a verdict is no error.
pub fn run(typed: impl IntoIterator<Item = OsString>) -> Result<u8> {
    let command = match args::parse(typed) {
        Ok(command) => command,
        Err(told) if told.use_stderr() => return Err(Error::usage(args::in_a_line(&told))),
        Err(help) => {
            // a closed stream is no reason for another exit code
            let _ = help.print();
            return Ok(0);
        }
    };
    // reqwest and hyper-rustls ask for the process's provider; it can only be set already
    let _ = rustls::crypto::ring::default_provider().install_default();
    match command {
        Command::Run(args) => {
            let manner = OutputOptions::from(args.screen);
            let plan = plan(args.settings(), environment()?)?;
            let outcome = session::session(&plan, &manner)?;
            Ok(outcome.map_or(130, |outcome| outcome.findings.exit_code))
        }
        Command::Watch(args) => {
            let manner = OutputOptions::from(args.screen);
            let plan = watch(args.settings(), environment()?)?;
            let outcome = session::session(&plan, &manner)?;
            Ok(outcome.map_or(130, |outcome| outcome.findings.exit_code))
        }
        Command::Doctor(args) => doctor::run(*args),
        Command::Demo(args) => {
            let manner = OutputOptions::from(args.screen);
            let fix = args.fix.unwrap_or(Fix::None);
            let env = environment()?;
            demo::demo(fix, &manner, |url| args.plan(url.to_string(), &env))
        }
        Command::Analyze(args) => rerender::analyze(args),
        Command::Compare(args) => compare::run(args),
        Command::Report(args) => rerender::report(args),
        Command::Profiles(args) => {
            match args.name {
                Some(name) => print(built_in(&name)?.text),
                None => BUILT_IN.iter().for_each(|p| print(&format!("{:<10} {}\n", p.name, p.about()))),
            }
            Ok(0)
        }
        Command::Completions(args) => written(|out| {
            args::write_completions(args.shell, out);
            Ok(())
        }),
        Command::Man => written(|out| args::write_man(out)),
        Command::DemoServe(args) => crate::demo::serve(args.fix.unwrap_or(Fix::None)).map(|()| 0),
    }
}

/// Text made in memory first, so that a reader that goes away is no error.
fn written(make: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> Result<u8> {
    let mut text = Vec::new();
    make(&mut text).map_err(|e| Error::Own(e.to_string()))?;
    print(&String::from_utf8_lossy(&text));
    Ok(0)
}
