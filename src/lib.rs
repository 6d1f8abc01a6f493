//! soak finds memory and task leaks in HTTP services before they page anyone.
//!
//! One road: cli → settings → plan → session( run: target · drive · probe → record ) → evidence → trend · culprit →
//! judge → findings → wording → report. The disk is the bus: a run appends what it learns to a run directory, and
//! everything that decides or draws reads it from there; live/ looks in while it runs.

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
