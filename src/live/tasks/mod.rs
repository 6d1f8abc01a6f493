//! The task monitor: groups by stack and state, sorted, filtered and followed.
//!
//! Comes in: readings of task groups, and keys. Goes out: rows, cells on the screen, and what a person asks for.
//! [`Table`] remembers what a person chose, [`Monitor`] a table for each service, `rows` and `view` draw.

mod columns;
mod filter;
mod grouping;
mod key_list;
mod monitor;
mod opened;
mod rows;
mod scroll;
mod table;
#[cfg(test)]
pub mod testing;
mod view;

pub use columns::{Available, columns};
pub use grouping::Shown;
pub use key_list::{TableOf, key_list, most_used_keys};
pub use monitor::{Monitor, TaskReading, TaskWish};
pub use rows::{line, titles};
pub use table::Table;
pub use view::{draw_monitor, draw_table};
