//! Stretches without samples, and why: the machine slept, or it was starved.

use std::time::Duration;

use super::suspend::SuspendDetector;
use crate::evidence::{EventKind, GapReason};

/// A sample that comes later than this is a gap, if it is also late by several intervals.
const LEAST_DELAY: Duration = Duration::from_secs(2);
/// So many intervals late is a gap.
const LATE_INTERVALS: u32 = 5;

/// Compares each moment of sampling with the one before.
#[derive(Debug)]
pub(super) struct GapDetector {
    suspend: SuspendDetector,
    last_sample: Option<Duration>,
}

impl GapDetector {
    pub(super) fn start() -> GapDetector {
        GapDetector { suspend: SuspendDetector::start(), last_sample: None }
    }

    /// Samples are about to be taken; the event of a gap, if there was one since the last ones.
    pub(super) fn sampling(&mut self, now: Duration, interval: Duration) -> Option<EventKind> {
        let before = self.last_sample.replace(now)?;
        if let Some(slept) = self.suspend.take_slept() {
            return Some(EventKind::Gap { seconds: slept.as_secs_f64(), reason: GapReason::Suspended });
        }
        let late = now.saturating_sub(before + interval);
        (late > interval * LATE_INTERVALS && late > LEAST_DELAY)
            .then_some(EventKind::Gap { seconds: late.as_secs_f64(), reason: GapReason::Starved })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_sample_that_is_late_by_several_intervals_is_a_gap() {
        let s = Duration::from_secs;
        let mut gaps = GapDetector::start();
        assert_eq!(gaps.sampling(s(0), s(1)), None, "there is nothing before the first");
        assert_eq!(gaps.sampling(s(3), s(1)), None);
        assert!(matches!(gaps.sampling(s(13), s(1)), Some(EventKind::Gap { seconds, .. }) if seconds == 9.0));
    }
}
