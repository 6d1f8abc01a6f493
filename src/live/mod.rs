//! What a person sees while a run goes on, and what a person's signals mean.
//!
//! Comes in: the mirror of what is recorded, keys, and the signals of this process. Goes out: progress on stderr, and
//! typed commands. State and view are apart: [`Status`] is the state in one line, `dashboard` has a state of its own;
//! `status_line` words it, `bar` and `plain_lines` draw it, and [`Progress`] chooses between them all.

mod bar;
#[cfg(unix)]
mod dashboard;
mod plain_lines;
mod progress;
pub mod signals;
mod status;
mod status_line;

pub use progress::{Desk, Progress, Verbosity};
pub use status::{Cycle, Status};
