//! When an engine stood still: what was under way then says little about the target.

use std::time::Duration;

/// An engine that did nothing at all for so long was not given the processor.
const STALLED_AFTER: Duration = Duration::from_secs(1);

/// When an engine did something, and when it last stood still.
#[derive(Debug, Default)]
pub(super) struct Stalls {
    /// When it last did anything; none before the first time, and of an engine that is simulated.
    last_active: Option<Duration>,
    /// When it last went on after standing still.
    until: Option<Duration>,
}

impl Stalls {
    /// The engine does something at this time.
    pub(super) fn note_activity(&mut self, now: Duration) {
        if self.is_under_way(now) {
            self.until = Some(now);
        }
        self.last_active = Some(now);
    }

    /// Whether it stood still at any time since then.
    pub(super) fn happened_since(&self, from: Duration, now: Duration) -> bool {
        self.is_under_way(now) || self.until.is_some_and(|until| from < until)
    }

    fn is_under_way(&self, now: Duration) -> bool {
        self.last_active.is_some_and(|last| now.saturating_sub(last) > STALLED_AFTER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stall_is_known_while_it_lasts_and_of_what_began_before_its_end() {
        let second = Duration::from_secs;
        let mut stalls = Stalls::default();
        assert!(!stalls.happened_since(second(0), second(60)), "an engine that has not begun");
        (0..=10).for_each(|s| stalls.note_activity(second(s)));
        assert!(!stalls.happened_since(second(3), second(11)));
        assert!(stalls.happened_since(second(3), second(12)), "it has not gone on yet");
        stalls.note_activity(second(20));
        assert!(stalls.happened_since(second(19), second(20)));
        assert!(!stalls.happened_since(second(20), second(21)), "it began after it");
    }
}
