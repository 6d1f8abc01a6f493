//! Whether the target is what is to be judged, in words: before the run on stderr, under load as an event.

use crate::evidence::EventKind;
use crate::target::{ProxyStatus, Target};
use crate::wording::warn_forwarding;

/// Under load the target's work is looked at this often,
const LOOK_EVERY_S: u64 = 3;
/// and after the first minute of a watch, which may take weeks, this often.
const LATER_EVERY_S: u64 = 60;

/// Looks at a target now and then, until it is found not to be the service.
pub struct ForwarderMonitor {
    /// None as soon as all is told.
    target: Option<Target>,
    /// Found before the run began, and to be told at its first second.
    found: Option<EventKind>,
    seconds: u64,
    rarely: bool,
}

impl ForwarderMonitor {
    /// `found` is what was seen before; `rarely` is for a watch.
    pub fn new(target: Option<Target>, found: Option<EventKind>, rarely: bool) -> ForwarderMonitor {
        ForwarderMonitor { target, found, seconds: 0, rarely }
    }

    /// Asked each second of load, with the requests answered so far; tells once.
    pub fn check(&mut self, answered: u64) -> Option<EventKind> {
        if let Some(event) = self.found.take() {
            self.target = None;
            return Some(event);
        }
        self.seconds += 1;
        let every = if self.rarely && self.seconds > LATER_EVERY_S { LATER_EVERY_S } else { LOOK_EVERY_S };
        let target = self.target.as_mut().filter(|_| self.seconds.is_multiple_of(every))?;
        let standing = target.check_under_load(answered);
        let event = not_the_service(target, &standing)?;
        self.target = None;
        Some(event)
    }
}

/// The event that this target is not the service, if it is not.
pub fn not_the_service(target: &Target, status: &ProxyStatus) -> Option<EventKind> {
    let forwarding = status.forwarding()?;
    Some(EventKind::Forwarder { text: warn_forwarding(&target.record, &forwarding) })
}
