//! The time of a run, from a clock that a test can advance.
//!
//! Nothing in the schedule asks the system for the time; time is an argument. So a day of load is a loop in a test.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How long the run has lasted; never runs backwards.
pub trait Clock: Send + Sync {
    /// Time since the run began.
    fn now(&self) -> Duration;
}

/// The system's monotonic clock, from the moment this was made.
#[derive(Debug, Clone, Copy)]
pub struct Monotonic {
    began: Instant,
}

impl Monotonic {
    /// The run begins now.
    pub fn begin() -> Monotonic {
        Monotonic { began: Instant::now() }
    }
}

impl Clock for Monotonic {
    fn now(&self) -> Duration {
        self.began.elapsed()
    }
}

/// A clock that stands still until it is advanced, for tests and simulated runs.
#[derive(Debug, Default)]
pub struct ManualClock {
    nanos: AtomicU64,
}

impl ManualClock {
    /// Lets this much time pass at once; the clock holds 584 years.
    pub fn advance(&self, by: Duration) {
        let by = u64::try_from(by.as_nanos()).unwrap_or(u64::MAX);
        self.nanos.fetch_add(by, Ordering::Relaxed);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Duration {
        Duration::from_nanos(self.nanos.load(Ordering::Relaxed))
    }
}
