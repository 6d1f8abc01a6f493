//! Whether the target does the work itself.

use super::upstream::Upstream;

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
