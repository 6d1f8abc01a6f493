//! Workers that are replaced while their target runs, and what one of them does from its start to its end.

use serde::{Deserialize, Serialize};

use super::{Direction, Estimate, Trend};
use crate::evidence::{GroupKind, Runtime};
use crate::units::Span;

/// The workers of one program, all of them judged as one by their age.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplacedWorkers {
    /// The program they run.
    pub program: String,
    /// What is measured of each.
    pub kind: GroupKind,
    /// How many were replaced within steady.
    pub replaced: usize,
    /// How many were observed from their start on, long enough to be judged.
    pub observed: usize,
    /// How many ran at a time.
    pub at_a_time: f64,
    /// Seconds from the start of a worker to its end.
    pub life_s: f64,
    /// How many were seen from start to end.
    pub whole: usize,
    /// Requests that a worker answers in that time, where they are counted.
    pub requests_per_life: Option<f64>,
    /// What one worker does as it ages: its slope is of one worker, its growth per request of a request that it answered.
    pub trend: Trend,
}

impl ReplacedWorkers {
    /// By how much a worker grows from its start to its end, with the interval.
    pub fn per_life(&self) -> Option<Estimate> {
        self.trend.slope.map(|slope| slope.scaled(self.life_s))
    }
}

/// Why workers that are replaced leave it open.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkersDoubt {
    /// The workers.
    pub workers: ReplacedWorkers,
    /// Why.
    pub why: WorkersDoubtReason,
}

/// Why it is open whether a worker leaks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum WorkersDoubtReason {
    /// It grows by no more than a worker may need until it is warm.
    MayBeWarmUp,
    /// It is not level before it is replaced.
    NotLevel,
    /// Its runtime grows its heap before it collects.
    HeapNotRead(Runtime),
    /// It may free later what it holds.
    MayBeHeld(Span),
    /// A leak of this size per request, in bytes, would not have been found within one worker.
    Unresolved {
        /// The growth by each request that was to be found.
        resolution: f64,
        /// The smallest growth by each request that shows.
        detectable: f64,
    },
}

/// Workers that were replaced, in report.json.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct WorkersFinding {
    /// The program they run.
    pub program: String,
    /// What is measured of each: process_memory, process_fds or process_threads.
    pub kind: String,
    /// How many were replaced within steady.
    pub replaced: usize,
    /// How many were observed from their start on, long enough to be judged.
    pub observed: usize,
    /// How many ran at a time.
    pub at_a_time: f64,
    /// Seconds from the start of a worker to its end.
    pub life_s: f64,
    /// Requests that a worker answers in that time.
    pub requests_per_life: Option<f64>,
    /// What a worker does as it ages.
    pub trend: Direction,
    /// What a new worker has.
    pub start: Option<f64>,
    /// What a worker has before it is replaced.
    pub end: Option<f64>,
    /// Growth of one worker by each request that it answers.
    pub per_request: Option<f64>,
    /// Its 95 % interval.
    pub per_request_ci: Option<[f64; 2]>,
    /// Growth of one worker from its start to its end.
    pub per_life: Option<f64>,
    /// Whether recycling hides a leak.
    pub leaks: bool,
    /// One sentence with the figures that decided.
    pub why: String,
}
