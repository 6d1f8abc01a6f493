//! What is said of a run while it goes on: events that a person wants to know at once and not when the run is over.

use crate::record::Mirror;
use crate::wording::describe_live_event;

/// Looks for new ones.
#[derive(Debug, Default)]
pub struct LiveWarnings {
    /// Events until then were looked at, in seconds since the run began.
    until_s: f64,
}

impl LiveWarnings {
    /// The lines of those since the last call, the oldest first.
    pub fn new_lines(&mut self, mirror: &Mirror) -> Vec<String> {
        let events = &mirror.evidence().events;
        let new = events.partition_point(|event| event.elapsed_s <= self.until_s);
        self.until_s = events.last().map_or(self.until_s, |event| event.elapsed_s.max(self.until_s));
        events[new..].iter().filter_map(describe_live_event).collect()
    }
}
