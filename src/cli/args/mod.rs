//! What can be typed, word for word: clap's types, and nothing that any other room sees.
//!
//! Values stay text here; `settings/` and `plan/` say what they mean, so that a number is checked in one place whether
//! it came from a flag, the environment or a profile. A flag is a field here and a field of
//! [`Settings`](crate::settings::Settings); the tests say which of its places is missing.

mod command;
mod connect;
mod demo;
mod doctor;
mod gates;
mod judging;
mod load;
mod output;
mod overview;
mod probes;
mod recorded;
mod request;
mod run;
#[cfg(unix)]
mod tasks;
mod time;
mod usage;
mod values;
mod watch;

#[cfg(test)]
mod tests;

pub use command::{Cli, Command, CompletionsArgs, ProfilesArgs, parse, write_completions, write_man};
pub use demo::{DemoArgs, DemoServeArgs};
pub use doctor::DoctorArgs;
pub use output::ScreenArgs;
pub use overview::{FIRST_COMMANDS, HELP as OVERVIEW, is_overview};
pub use recorded::{AnalyzeArgs, CompareArgs, ReportArgs};
pub use run::RunArgs;
#[cfg(unix)]
pub use tasks::TasksArgs;
pub use usage::in_a_line;
pub use watch::WatchArgs;
