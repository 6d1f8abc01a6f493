//! Every key was seen: from here on growth is no longer the filling of a store that has one entry for each.

use std::time::Duration;

use crate::evidence::{EventKind, Moment, Phase};

use super::super::stages::Inspection;
use super::Conductor;

impl Conductor<'_> {
    /// Says so once, and lets what is judged of steady begin anew; asked every second of load.
    pub(super) fn note_seen_keys(&mut self, now: Duration) {
        let evidence = self.log.mirror().evidence();
        let Some(keys) = evidence.distinct_keys() else { return };
        if evidence.keys_seen_at_s().is_some() || evidence.keys_left().is_some() {
            return;
        }
        // blocks are dealt to all of steady
        let in_blocks = evidence.is_dealt_to_blocks();
        self.log.event(now, EventKind::KeysSeen { keys });
        if self.stage.phase == Phase::Steady && !in_blocks {
            self.log.event(now, EventKind::Phase { phase: Phase::Steady });
            self.inspect(Inspection::Snapshot(Moment::SteadyStart), now);
        }
    }
}
