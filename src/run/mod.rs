//! The conductor: phases in order, everything else started, asked and stopped at its time. No policy.
//!
//! Comes in: a plan, a clock, a driver, a sampler and a recorder, with what decides in [`Parts`]. Goes out: a run
//! directory that is complete, whatever happened. `on_second` looks in while it runs; commands come over a channel.

mod conductor;
mod deadlines;
mod driver_warnings;
mod event_log;
mod failure_monitor;
mod load_source;
mod parts;
mod pending_probes;
mod pending_values;
mod request_counter;
mod sampling_gap;
mod stages;
mod suspend;

pub use conductor::conduct;
pub use parts::{End, Enough, Parts};
pub use pending_values::best_task_count;
pub use request_counter::RequestCounter;
pub use stages::{Inspection, Stage, stages};
