//! A request that is due, and what it is counted by.

use std::ops::Range;
use std::time::Duration;

/// What requests are counted by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct CountKey {
    /// Which of the plan's requests, from 0.
    pub request: u8,
    /// Which block of the mix schedule, where there are blocks.
    pub block: Option<u32>,
}

/// Where in a load a request became due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Not judged.
    Warmup,
    /// Judged.
    Steady,
}

/// A request that is due; the holder must send it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DueRequest {
    /// When it was due, as time since the run began.
    pub due: Duration,
    /// In which part of the load.
    pub part: Part,
    /// What it is counted by.
    pub key: CountKey,
    /// It was sent late because the target kept every connection busy, and not because soak was late.
    pub waited: bool,
}

/// Requests that will never be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dropped {
    /// When the oldest of them was due.
    pub oldest: Duration,
    /// Which: [`Schedule::count_by_key`] says what they are.
    pub numbers: Range<u64>,
}
