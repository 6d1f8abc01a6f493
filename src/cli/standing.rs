//! Whether the target is what is to be judged, in words: before the run on stderr, under load as an event.

use crate::evidence::EventKind;
use crate::target::{Standing, Target};

/// Why this target is not to be judged, with the line that names the right one.
pub fn not_the_service(target: &Target, standing: &Standing) -> Option<EventKind> {
    let name = format!("{} (pid {})", target.record.program, target.record.pid.unwrap_or_default());
    let instead = |pid: Option<u32>| {
        pid.map_or("name the service with --pid".to_string(), |pid| format!("judge it with --pid {pid}"))
    };
    let text = match standing {
        Standing::Forwards { to } => format!(
            "{name} only passes connections on to {} on port {}; {}",
            to.program,
            to.port,
            instead(to.pid)
        ),
        Standing::Idle { to: Some(to), .. } => format!(
            "{name} does no work while requests are answered; {} does; {}",
            to.program,
            instead(to.pid)
        ),
        Standing::Idle { to: None, .. } => {
            format!(
                "{name} does no work while requests are answered: something else answers them; {}",
                instead(None)
            )
        }
        Standing::Unknown | Standing::Service { .. } => return None,
    };
    Some(EventKind::Forwarder { text })
}
