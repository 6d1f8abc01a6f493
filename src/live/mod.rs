//! What a person sees while a run goes on, and what a person's signals mean.
//!
//! Comes in: the mirror of what is recorded, keys, and the signals of this process. Goes out: progress on stderr, and
//! typed commands. State and view are apart: [`Status`] is the state in one line, `dashboard` has a state of its own;
//! `status_line` words it, `bar` and `plain_lines` draw it, and [`Progress`] chooses between them all.

mod bar;
#[cfg(unix)]
mod dashboard;
#[cfg(unix)]
mod drawing;
#[cfg(all(test, unix))]
mod golden;
mod plain_lines;
mod progress;
#[cfg(unix)]
mod screen;
pub mod signals;
mod status;
mod status_line;
#[cfg(unix)]
mod task_monitor;
#[cfg(unix)]
mod tasks;

pub use progress::{Desk, Progress, Verbosity};
pub use status::{Cycle, Status};
#[cfg(unix)]
pub use task_monitor::TaskMonitor;
#[cfg(unix)]
pub use tasks::{TaskReading, TaskWish};
