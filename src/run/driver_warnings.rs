//! Events that say in which way the schedule of requests could not be kept.

use std::time::Duration;

use crate::drive::Interval;
use crate::evidence::EventKind;

/// A thread that is busy for more than this share of the time could not send more: one that keeps up with 60,000/s is
/// at 0.7, one that cannot keep up at 0.98.
const SATURATED_SHARE: f64 = 0.9;
/// A driver that woke so much later than it meant to did not get the processor.
const STARVED_FOR: Duration = Duration::from_millis(500);

/// One that woke so much later may have dropped what was due as a phase ended.
const DROPPED_FOR: Duration = Duration::from_millis(20);

/// Which warnings were given already.
#[derive(Debug, Default)]
pub(super) struct DriverWarnings {
    saturated: bool,
    dropped: bool,
    late: bool,
}

impl DriverWarnings {
    /// A driver that is saturated in one phase may keep up in the next: it is warned of in each.
    pub(super) fn phase_begins(&mut self) {
        self.saturated = false;
    }

    /// One event for each way in which the schedule was not kept, the first time.
    pub(super) fn check(&mut self, interval: &Interval) -> Vec<EventKind> {
        let mut events = Vec::new();
        let row = interval.row();
        if row.sent < row.due && interval.busy > SATURATED_SHARE && !self.saturated {
            self.saturated = true;
            events.push(EventKind::LoadSaturated { busy: interval.busy });
        }
        // what a saturated driver did not send says nothing of the target
        let own = row.dropped > 0 && dropped_while_asleep(interval);
        if row.dropped > 0 && !own && !self.dropped && !self.saturated {
            self.dropped = true;
            events.push(EventKind::LoadDropped { requests: row.dropped });
        }
        if (own || interval.overslept > STARVED_FOR) && !self.late {
            self.late = true;
            events.push(EventKind::LoadLate { seconds: interval.overslept.as_secs_f64() });
        }
        events
    }
}

/// Whether what was dropped was due while the driver slept: no request had to wait for a connection, and all that were
/// sent were answered.
fn dropped_while_asleep(interval: &Interval) -> bool {
    let row = interval.row();
    interval.overslept > DROPPED_FOR && interval.slot_waits == 0 && row.sent > 0 && row.done >= row.sent
}
