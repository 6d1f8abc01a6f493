//! A rate that changes: which number is due when, by the inverse of the cumulative rate.
//!
//! Times are whole nanoseconds, so that the two directions agree: [`Curve::due`] says the time, and how many are due by a
//! time is a guess from the cumulative rate that is set right by asking when those next to it are.

use std::time::Duration;

use crate::workload::LoadShape;

/// The numbers of one shape, the first of them (0) due at its start or as soon as its rate rises from zero.
#[derive(Debug, Clone)]
pub(super) struct Curve(pub(super) LoadShape);

impl Curve {
    /// How long after the start the n-th (from 0) is due.
    pub(super) fn due(&self, n: u64) -> Duration {
        after(self.0.reaches(n as f64))
    }

    /// How many are due up to and including this time after the start.
    pub(super) fn by(&self, time: Duration) -> u64 {
        settled(self.0.count(time.as_secs_f64()) as u64, |n| self.due(n) <= time)
    }
}

/// Seconds as a time in whole nanoseconds; what never comes is due at the end of time.
pub(super) fn after(seconds: f64) -> Duration {
    // a float's seconds have all nanoseconds of a hundred days, and rounding forgives the last bits
    match seconds * 1e9 {
        nanos if nanos < u64::MAX as f64 => Duration::from_nanos(nanos.round() as u64),
        _ => Duration::MAX,
    }
}

/// The number of those that are due, given a guess and whether the n-th is.
pub(super) fn settled(guess: u64, mut is_due: impl FnMut(u64) -> bool) -> u64 {
    let mut count = guess;
    while is_due(count) {
        count += 1;
    }
    while count > 0 && !is_due(count - 1) {
        count -= 1;
    }
    count
}
