//! Whether the target does the work itself.

use super::upstream::Upstream;
use crate::evidence::{Forwarding, OtherProcess};

/// What was found out.
#[derive(Debug, Clone, PartialEq)]
pub enum ProxyStatus {
    /// Not enough was seen.
    Unknown,
    /// It does the work itself. It has connections to these processes, which may explain something.
    Service {
        /// Most connections first.
        upstreams: Vec<Upstream>,
    },
    /// It opens a connection to this process for each that it accepts.
    Forwards {
        /// The service, unless that forwards too.
        to: Upstream,
    },
    /// Requests are answered and it does not run.
    Idle {
        /// CPU time of the whole target for each answered request, in seconds.
        work_s: f64,
        /// The process that really accepts the connections, where it could be found.
        to: Option<Upstream>,
    },
}

impl ProxyStatus {
    /// How the target was found not to be the service, if it was.
    pub fn forwarding(&self) -> Option<Forwarding> {
        match self {
            ProxyStatus::Forwards { to } => Some(Forwarding::PassesOn { to: other_process(to) }),
            ProxyStatus::Idle { to, .. } => {
                Some(Forwarding::Idle { instead: to.as_ref().map(other_process) })
            }
            ProxyStatus::Unknown | ProxyStatus::Service { .. } => None,
        }
    }
}

fn other_process(upstream: &Upstream) -> OtherProcess {
    let Upstream { pid, program, port, .. } = upstream;
    OtherProcess { pid: *pid, program: program.clone(), port: *port }
}
