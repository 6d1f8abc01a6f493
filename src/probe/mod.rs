//! What can be seen of a target: one file for each kind of probe, named after what it reads.
//!
//! A probe that is not there costs nothing and is named with the line that turns it on. A probe that fails yields a
//! gap for its own series and never costs another its sample.

#[cfg(target_os = "linux")]
mod cgroup;
mod discover;
pub mod doctor;
mod expvar;
mod fetch;
#[doc(hidden)]
pub mod foreign;
mod go_heap;
mod go_tasks;
mod go_vars;
mod heap_told;
mod inspector;
#[cfg(target_os = "linux")]
mod jvm;
mod meter;
mod metrics_table;
mod native;
mod of_target;
mod pprof;
mod process;
mod prom_text;
mod prometheus;
mod sample;
mod sampler;
mod serving;
#[cfg(test)]
mod testing;
mod tokio_console;
mod told;

pub use discover::{Discovered, discover};
pub use fetch::SLOWEST as SLOWEST_PAGE;
pub use of_target::of_target;
pub use process::Process;
#[cfg(target_os = "linux")]
pub use process::Pss;
pub use sample::{Collections, Probe, ProbeError, ProbeFuture, Reading, Request};
pub use sampler::{Cost, Row, Sampler};
