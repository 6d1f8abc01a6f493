//! One run from plan to outcome: look around, conduct, stop early, keep a report fresh, conclude, hand over to a
//! pipeline.
//!
//! Comes in: a [`Plan`](crate::plan::Plan) that was checked, and how much a person wants to hear. Goes out: a run
//! directory with its report, and an [`Outcome`] with the exit code. What was recorded before takes the second half of
//! the same road: [`render_again`], [`analyze`] and [`compare_runs`].

mod compare;
mod conclude;
mod console;
mod doctor;
mod driver;
mod early_stop;
mod environment;
mod first_requests;
mod forwarder_check;
mod judged_run;
mod live_warnings;
mod logins;
mod observe;
mod one_process;
mod pipeline;
mod prepare;
mod present;
mod probes;
mod read_named;
mod record;
mod replay;
mod rolling_report;
mod runtime;
mod so_far;
#[cfg(unix)]
mod tasks;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod unread;

pub use compare::compare_runs;
pub use conclude::Outcome;
pub use console::{OutputOptions, info, print, warn};
pub use doctor::doctor;
pub use observe::{EXIT_ABORTED, exit_code, run};
pub use replay::{analyze, print_embedded_report, render_again};
#[cfg(unix)]
pub use tasks::{TasksOptions, recorded_tasks, tasks};
