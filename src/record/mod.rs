//! The run directory: append as the run goes, sync, read back, tolerate a cut-off end; other people's CSV; and one
//! bounded mirror in memory, for the live view and for a verdict when the disk failed.
//!
//! Evidence is never overwritten, but for the older part of a watch's long files, which is thinned. soak's own crash
//! loses at most one interval: every row is handed to the kernel as it is made; a thread of its own, for which nobody
//! waits, asks for fdatasync every 30 s and at the end, so that a power cut loses no more than that.

mod bound;
mod directory;
mod latency_log;
mod mirror;
mod own;
mod place;
mod reader;
mod rows;
mod sink;
mod table;
mod thin;
mod writer;

pub use directory::{RunDir, check_file, replace_file};
pub use latency_log::{HlogWriter, LatencySum, read_hlog};
pub use mirror::Mirror;
pub use place::{canonical, place};
pub use reader::read_run;
pub use table::read_table;
#[doc(hidden)]
pub use table::table_from_bytes;
pub use writer::{Recorder, SampleRow};

/// The files of a run directory that are evidence, by what they hold.
pub mod files {
    /// The resolved plan without secrets.
    pub const PLAN: &str = "plan.toml";
    /// The machine, the target, the probes and their cost.
    pub const ENVIRONMENT: &str = "env.json";
    /// Every series, sample by sample.
    pub const SAMPLES: &str = "samples.csv";
    /// Task groups over time.
    pub const GROUPS: &str = "groups.csv";
    /// Each process of the target on its own.
    pub const INSTANCES: &str = "instances.csv";
    /// What was driven.
    pub const LOAD: &str = "load.csv";
    /// Latency histograms, interval by interval.
    pub const LATENCY: &str = "latency.hlog";
    /// What happened.
    pub const EVENTS: &str = "events.jsonl";
    /// Task snapshots, and what each group is.
    pub const TASKS: &str = "tasks";
    /// Below [`TASKS`]: a line for each group, written when it is first seen.
    pub const GROUP_NAMES: &str = "groups.jsonl";
    /// All of a run directory's own, directories too.
    pub const ALL: [&str; 9] = [PLAN, ENVIRONMENT, SAMPLES, GROUPS, INSTANCES, LOAD, LATENCY, EVENTS, TASKS];
}
