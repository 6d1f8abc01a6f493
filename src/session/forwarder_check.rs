//! Whether the target is what is to be judged, in words: before the run on stderr, under load as an event.

use crate::evidence::EventKind;
use crate::target::{ProxyStatus, Target};

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

/// Why this target is not to be judged, with the line that names the right one.
pub fn not_the_service(target: &Target, standing: &ProxyStatus) -> Option<EventKind> {
    let name = format!("{} (pid {})", target.record.program, target.record.pid.unwrap_or_default());
    let instead = |pid: Option<u32>| {
        pid.map_or("name the service with --pid".to_string(), |pid| format!("judge it with --pid {pid}"))
    };
    let text = match standing {
        ProxyStatus::Forwards { to } => format!(
            "{name} only passes connections on to {} on port {}; {}",
            to.program,
            to.port,
            instead(to.pid)
        ),
        ProxyStatus::Idle { to: Some(to), .. } => format!(
            "{name} does no work while requests are answered; {} does; {}",
            to.program,
            instead(to.pid)
        ),
        ProxyStatus::Idle { to: None, .. } => {
            format!(
                "{name} does no work while requests are answered: something else answers them; {}",
                instead(None)
            )
        }
        ProxyStatus::Unknown | ProxyStatus::Service { .. } => return None,
    };
    Some(EventKind::Forwarder { text })
}
