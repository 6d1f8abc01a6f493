//! Whether the target is the service itself or only forwards to it: checked before the run, and again under load.

use crate::evidence::EventKind;
use crate::findings::{Answering, ForwarderFinding};
use crate::target::{ProxyStatus, Target, Upstream};
use crate::wording::forwarder_warning;

/// Under load the target's work is checked this often.
const CHECK_EVERY_S: u64 = 3;
/// After its first minute a watch, which may take weeks, checks this often.
const WATCH_CHECKS_EVERY_S: u64 = 60;

/// Checks a target now and then, until it is found not to be the service.
pub struct ForwarderMonitor {
    /// None once the event was given.
    target: Option<Target>,
    /// Found before the run began; the event of its first second.
    found: Option<EventKind>,
    seconds: u64,
    is_watch: bool,
}

impl ForwarderMonitor {
    /// `found` is the event of what was found before the run.
    pub fn new(target: Option<Target>, found: Option<EventKind>, is_watch: bool) -> ForwarderMonitor {
        ForwarderMonitor { target, found, seconds: 0, is_watch }
    }

    /// To be called each second of load, with the requests answered so far; gives one event in the whole run.
    pub fn check(&mut self, answered: u64) -> Option<EventKind> {
        if let Some(event) = self.found.take() {
            self.target = None;
            return Some(event);
        }
        self.seconds += 1;
        let rarely = self.is_watch && self.seconds > WATCH_CHECKS_EVERY_S;
        let every = if rarely { WATCH_CHECKS_EVERY_S } else { CHECK_EVERY_S };
        let target = self.target.as_mut().filter(|_| self.seconds.is_multiple_of(every))?;
        let status = target.check_under_load(answered);
        let event = forwarder_event(target, &status)?;
        self.target = None;
        Some(event)
    }
}

/// The event that says why this target is not to be judged, where it is not.
pub fn forwarder_event(target: &Target, status: &ProxyStatus) -> Option<EventKind> {
    let finding = match status {
        ProxyStatus::Forwards { to } => ForwarderFinding::PassesOn { service: answering(to), port: to.port },
        ProxyStatus::Idle { to, .. } => ForwarderFinding::DoesNoWork { service: to.as_ref().map(answering) },
        ProxyStatus::Unknown | ProxyStatus::Service { .. } => return None,
    };
    Some(EventKind::Forwarder { text: forwarder_warning(&target.record, &finding) })
}

fn answering(upstream: &Upstream) -> Answering {
    Answering { program: upstream.program.clone(), pid: upstream.pid }
}
