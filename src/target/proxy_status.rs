//! Whether the target does the work itself.

use super::upstream::Upstream;

/// What was found out.
#[derive(Debug, Clone, PartialEq)]
pub enum ProxyStatus {
    /// Not enough was seen.
    Unknown,
    /// It does work of its own; it has connections to these, which judge nothing but may explain something.
    Service {
        /// Most connections first.
        upstreams: Vec<Upstream>,
    },
    /// It opens a connection to this one for each that it accepts.
    Forwards {
        /// Who is the service, unless that forwards too.
        to: Upstream,
    },
    /// Requests are answered and it does not run.
    Idle {
        /// CPU time of the whole target for each answered request, in seconds.
        work_s: f64,
        /// Who accepts the connections in truth, where it could be found.
        to: Option<Upstream>,
    },
}
