//! Requests by the target's own counter, where something else drives: how many since the run began.

use crate::evidence::{EventKind, UncountedReason};

/// A counter that falls so often without a restart of the target belongs to one of several processes that answer in
/// turn, and says nothing about all of them.
const IMPLAUSIBLE_FALLS: u32 = 3;

/// What the counter was, and what it comes to.
#[derive(Debug, Default)]
pub struct RequestCounter {
    last: Option<f64>,
    /// Since the run began.
    total: f64,
    /// The target is there under another pid since the last reading.
    restarted: bool,
    falls: u32,
}

impl RequestCounter {
    /// A restart explains a fall.
    pub fn restarted(&mut self) {
        self.restarted = true;
    }

    /// Reads the counter. None as soon as it cannot be believed, with an event the first time.
    pub fn read(&mut self, counter: f64) -> (Option<u64>, Option<EventKind>) {
        let last = self.last.replace(counter).unwrap_or(counter);
        let restarted = std::mem::take(&mut self.restarted);
        let mut event = None;
        if counter >= last {
            self.total += counter - last;
        } else {
            // it began again at 0, and holds what it has counted since
            self.total += counter;
            if !restarted {
                self.falls += 1;
                event = (self.falls == IMPLAUSIBLE_FALLS).then_some(EventKind::Uncounted {
                    reason: UncountedReason::CounterFell(IMPLAUSIBLE_FALLS),
                });
            }
        }
        ((self.falls < IMPLAUSIBLE_FALLS).then_some(self.total.max(0.0) as u64), event)
    }

    /// So many so far, between two readings.
    pub fn so_far(&self) -> Option<u64> {
        (self.last.is_some() && self.falls < IMPLAUSIBLE_FALLS).then_some(self.total as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_before_the_run_is_none_of_it_and_a_restart_loses_nothing() {
        let mut requests = RequestCounter::default();
        assert_eq!(requests.so_far(), None);
        assert_eq!(requests.read(1_000_000.0), (Some(0), None));
        assert_eq!(requests.read(1_000_050.0), (Some(50), None));
        for _ in 0..10 {
            requests.restarted();
            assert_eq!(requests.read(3.0).1, None);
            requests.read(1_000.0);
        }
        assert_eq!(requests.so_far(), Some(50 + 10 * 1_000));
    }

    #[test]
    fn a_counter_that_falls_again_and_again_is_not_believed() {
        let mut requests = RequestCounter::default();
        let read: Vec<_> = [500.0, 300.0, 510.0, 310.0, 520.0, 320.0, 530.0, 330.0]
            .map(|counter| requests.read(counter))
            .into_iter()
            .collect();
        assert!(read[3].0.is_some() && read[5].0.is_none() && read[7].0.is_none());
        assert_eq!(read.iter().filter(|(_, event)| event.is_some()).count(), 1, "once");
        assert_eq!(requests.so_far(), None);
    }
}
