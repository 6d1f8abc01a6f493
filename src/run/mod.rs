//! The conductor: phases in order, everything else started, asked and stopped at its time. No policy.
//!
//! Comes in: a plan, a driver, a sampler and a recorder. Goes out: a run directory that is complete, whatever
//! happened. `tick` looks in while it runs; commands come over a channel.

mod agenda;
mod chronicle;
mod conductor;
mod driving;
mod ledger;
mod parts;
mod questions;
mod requests;
mod suspend;
mod timeline;

pub use conductor::conduct;
pub use ledger::best_count;
pub use parts::{End, Enough, Parts};
pub use timeline::{Look, Stage, stages};
