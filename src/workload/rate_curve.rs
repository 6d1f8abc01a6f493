//! A rate that changes: which request is due when, by the inverse of the cumulative rate.
//!
//! Times are whole nanoseconds, so that the two directions agree: [`RateCurve::due`] gives the time; the count by a
//! time is a guess from the cumulative rate, corrected by checking when its neighbours are due.

use std::time::Duration;

use super::LoadShape;

/// The due times of one shape. Request 0 is due at its start, or as soon as its rate rises from zero.
#[derive(Debug, Clone)]
pub(super) struct RateCurve(pub(super) LoadShape);

impl RateCurve {
    /// How long after the start the n-th (from 0) is due.
    pub(super) fn due(&self, n: u64) -> Duration {
        duration_after(self.0.reaches(n as f64))
    }

    /// How many are due up to and including this time after the start.
    pub(super) fn count_by(&self, time: Duration) -> u64 {
        correct_count(self.0.count(time.as_secs_f64()) as u64, |n| self.due(n) <= time)
    }
}

/// Seconds as whole nanoseconds; what never comes is due at `Duration::MAX`.
pub(super) fn duration_after(seconds: f64) -> Duration {
    // a float's seconds have all nanoseconds of a hundred days, and rounding forgives the last bits
    match seconds * 1e9 {
        nanos if nanos < u64::MAX as f64 => Duration::from_nanos(nanos.round() as u64),
        _ => Duration::MAX,
    }
}

/// The number of due requests, from a guess and a test of whether the n-th is due.
pub(super) fn correct_count(guess: u64, mut is_due: impl FnMut(u64) -> bool) -> u64 {
    let mut count = guess;
    while is_due(count) {
        count += 1;
    }
    while count > 0 && !is_due(count - 1) {
        count -= 1;
    }
    count
}
