//! Every key was seen: from here on growth is no longer the filling of a store that has one entry for each.

use std::time::Duration;

use crate::evidence::{EventKind, Moment, Phase};

use super::super::stages::Inspection;
use super::Conductor;

impl Conductor<'_> {
    /// Says so once, and lets what is judged of steady begin anew; asked every second of load.
    pub(super) fn note_seen_keys(&mut self, now: Duration) {
        let evidence = self.log.mirror().evidence();
        let Some(keys) = evidence.distinct_keys().filter(|_| !self.keys_seen) else { return };
        if evidence.keys_left().is_some() {
            return;
        }
        self.keys_seen = true;
        // blocks are dealt to all of steady
        let in_blocks = evidence.driven().is_some_and(|load| load.block_design().is_some());
        self.log.event(now, EventKind::KeysSeen { keys });
        if self.stage.phase == Phase::Steady && !in_blocks {
            self.log.event(now, EventKind::Phase { phase: Phase::Steady });
            self.inspect(Inspection::Snapshot(Moment::SteadyStart), now);
        }
    }
}
