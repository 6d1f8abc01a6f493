//! soak finds memory and task leaks in HTTP services before they page anyone.
//!
//! One straight way: cli → plan → run( target · drive · probe → record ) → evidence → trend · culprit → judge →
//! report. The disk is the bus: a run appends what it learns to a run directory, and all that decides or draws reads
//! it from there.

pub mod cli;
pub mod culprit;
pub mod demo;
pub mod drive;
pub mod error;
pub mod evidence;
pub mod findings;
pub mod http;
pub mod judge;
pub mod live;
pub mod plan;
pub mod probe;
pub mod record;
pub mod report;
pub mod run;
pub mod session;
pub mod settings;
pub mod target;
#[cfg(test)]
mod testing;
pub mod trend;
pub mod units;
pub mod wording;
pub mod workload;
