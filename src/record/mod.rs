//! The run directory: append, sync, read back; other people's CSV; the mirror.

mod latency_log;

pub use latency_log::{HlogWriter, LatencySum, read_hlog};
