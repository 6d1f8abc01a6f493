//! What can be seen of a target: a folder for each runtime or source, and in it a file for each thing read.
//!
//! Comes in: the plan, and the target where one is known. `discover` looks for every candidate on its list; [`Sampler`]
//! asks the probes that were found, each by the trait [`Probe`] (`sample`). Goes out: at each sample a [`Row`] of
//! values, groups and events; and for env.json, what was found and what would turn on the rest. `page` fetches what a
//! service serves about itself, `group_registry` keeps groups within bounds.
//!
//! A probe that is not there costs nothing and is named with the line that turns it on. A probe that fails yields a
//! gap for its own series and never costs another its sample.

mod blocking;
mod candidate;
#[cfg(target_os = "linux")]
mod cgroup;
mod described;
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

pub use candidate::{Discovered, ForeignPages, FoundPage};
pub use described::{PageOwner, PageOwners, find_page_owners};
pub use discover::discover;
pub use page::bounds::LONGEST_ANSWER as SLOWEST_PAGE;
#[cfg(target_os = "linux")]
pub use process::named_threads::NamedThreads;
pub use process::probe::Process;
#[cfg(target_os = "linux")]
pub use process::pss::Pss;
pub use sample::{Collections, Probe, ProbeError, ProbeFuture, Reading, Request};
pub use sampler::{Cost, Row, Sampler};
