//! One stretch of load: when it starts, how long it lasts, and how its requests arrive.

use std::time::Duration;

use super::Pattern;

/// One stretch of load: warmup and then steady, in one continuous schedule.
#[derive(Debug, Clone, PartialEq)]
pub struct Load {
    /// When its first request is due, as time since the run began.
    pub start: Duration,
    /// How long warm-up lasts, which is not judged.
    pub warmup: Duration,
    /// How long steady lasts, which is judged.
    pub steady: Duration,
    /// At most this many requests in steady, which still ends when its time is over first.
    pub requests: Option<u64>,
    /// How the rate goes and what spaces requests; the closed loop has none.
    pub pattern: Pattern,
}
