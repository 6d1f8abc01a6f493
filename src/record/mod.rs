//! The run directory: append as the run goes, sync, read back, tolerate a cut-off end; foreign CSV; and one
//! bounded mirror in memory, for the live view and for a verdict when the disk failed.
//!
//! Evidence is never overwritten, but for the older part of a watch's long files, which is thinned. soak's own crash
//! loses at most one interval: every row is handed to the kernel as it is made. A separate thread, which nothing waits
//! for, asks for fdatasync every 30 s and at the end, so that a power cut loses no more than that.
//!
//! Comes in: the plan, samples, groups, load, latency and events of a run, or a directory or file to read. Goes out: an
//! [`Evidence`](crate::evidence::Evidence), the same for a live run and a directory of last week.

mod append_file;
mod background_sync;
mod bounded_file;
mod csv_table;
pub mod files;
mod latency_log;
mod latency_sum;
mod lines;
mod mirror;
mod own_usage;
mod reader;
mod recorder;
mod resolve_path;
mod run_directory;
mod thin_lists;
mod whole_file;

pub use csv_table::read_table;
#[doc(hidden)]
pub use csv_table::table_from_bytes;
pub use latency_log::{HlogWriter, read_hlog};
pub use latency_sum::LatencySum;
pub use mirror::{Counts, Mirror};
pub use reader::read_run;
pub use recorder::{Recorder, SampleRow};
pub use resolve_path::{resolve_dir, resolve_file};
pub use run_directory::RunDir;
pub use whole_file::{check_file, replace_file};
