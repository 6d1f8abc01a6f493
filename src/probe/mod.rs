//! What can be seen of a target: one file for each kind of probe, named after what it reads.
//!
//! A probe that is not there costs nothing and is named with the line that turns it on. A probe that fails yields a
//! gap for its own series and never costs another its sample.

mod blocking;
mod candidate;
#[cfg(target_os = "linux")]
mod cgroup;
mod discover;
pub mod doctor;
mod go;
mod group_id;
mod group_registry;
mod heap_groups;
#[cfg(target_os = "linux")]
mod jvm;
mod page;
#[cfg(feature = "fuzzing")]
pub mod parsers;
mod process;
mod prometheus;
mod sample;
mod sampler;
#[cfg(test)]
mod testing;
mod tokio;
mod v8;

pub use candidate::Discovered;
pub use discover::discover;
pub use page::bounds::SLOWEST as SLOWEST_PAGE;
pub use process::probe::Process;
#[cfg(target_os = "linux")]
pub use process::pss::Pss;
pub use sample::{Collections, Probe, ProbeError, ProbeFuture, Reading, Request};
pub use sampler::{Cost, Row, Sampler};
