//! The task monitor: groups by stack and state, sorted, filtered and followed.
//!
//! Comes in: readings of task groups, and keys. Goes out: rows, and cells on the screen. [`History`] adds readings up,
//! [`Table`] remembers what a person chose, `rows` and `view` draw.

mod filter;
mod history;
mod monitor;
mod rows;
mod table;
#[cfg(test)]
mod testing;
mod view;

pub use history::{History, name_of_undescribed};
pub use monitor::{Monitor, TaskReading};
pub use rows::{LastColumn, line, titles};
pub use table::{Shown, Table};
pub use view::{draw_monitor, draw_table};
