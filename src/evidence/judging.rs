//! What the user asks of the judge, and what holds where nothing is asked.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::units::Span;

/// How a run is judged. The defaults are those of [`Judging::default`] and stand nowhere else.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judging {
    /// Growth is continued for this long to see whether it matters.
    pub horizon: Span,
    /// A run must be able to find this growth, in bytes per request, to call a target stable.
    pub resolution_bytes: f64,
    /// The longest time that a target holds memory which it releases in the end.
    pub max_hold: Option<Span>,
    /// A larger share of errors among the requests due makes the run inconclusive.
    pub max_error_ratio: f64,
    /// A target that is gone for longer than this has failed.
    pub down_after: Span,
    /// The memory that the target may have, in bytes, where the user gave it.
    pub memory_limit_bytes: Option<u64>,
    /// Series that count although they are not evidence by themselves.
    pub series: Vec<String>,
    /// Gates alone decide between the exit codes 0, 1 and 3.
    pub gates_only: bool,
    /// Exit code 3 becomes 0.
    pub allow_inconclusive: bool,
    /// Exit codes 1 and 3 become 0.
    pub no_fail: bool,
    /// Neither a process nor its memory is observed.
    pub load_only: bool,
    /// Garbage collections are not forced.
    pub no_gc: bool,
}

impl Default for Judging {
    fn default() -> Judging {
        Judging {
            horizon: Span(Duration::from_secs(30 * 86_400)),
            resolution_bytes: 1024.0,
            max_hold: None,
            max_error_ratio: 0.1,
            down_after: Span(Duration::from_secs(30)),
            memory_limit_bytes: None,
            series: Vec::new(),
            gates_only: false,
            allow_inconclusive: false,
            no_fail: false,
            load_only: false,
            no_gc: false,
        }
    }
}
