//! A request that soak sent once before the load, and that did not end as those of the load must.

use std::time::Duration;

/// Which request, and what became of it; holds no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedRequest {
    /// Its name, where the profile names requests.
    pub name: Option<String>,
    /// Its method.
    pub method: String,
    /// Its path, without the query.
    pub path: String,
    /// Scheme, host and port.
    pub origin: String,
    /// It was sent with an `authorization` or `cookie` header.
    pub has_credentials: bool,
    /// It went through a proxy.
    pub is_proxied: bool,
    /// What became of it.
    pub failure: RequestFailure,
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestFailure {
    /// It was answered with a status that is not expected.
    Status {
        /// The status.
        status: u16,
        /// Where a redirect leads: scheme, host and path.
        leads_to: Option<String>,
        /// --follow would go there.
        can_follow: bool,
    },
    /// It was answered without the text that is expected.
    Text {
        /// The status of the answer.
        status: u16,
        /// The length of its body.
        bytes: u64,
    },
    /// No full answer came within this time.
    Timeout(Duration),
    /// The connection ended before the answer.
    Closed(String),
    /// It ended within the answer.
    BrokenOff(String),
    /// There was no connection at all.
    NoConnection(ConnectFailure, String),
}

/// Why there was no connection, as far as it decides what to do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ConnectFailure {
    /// No host has this name.
    UnknownHost,
    /// The certificate of the server is not accepted.
    Certificate,
    /// TLS failed in another way.
    Tls,
    /// Any other cause: refused, unreachable.
    #[default]
    Unreachable,
}

impl FailedRequest {
    /// Whether the load would be of no use, because the request itself is wrong or cannot arrive. An answer 5xx says
    /// that the service failed, and how it fares then is what a run may be about.
    pub fn refuses_load(&self) -> bool {
        !matches!(self.failure, RequestFailure::Status { status: 500.., .. })
    }

    /// Whether a service that has just been started may still answer it.
    pub fn may_pass(&self) -> bool {
        matches!(
            self.failure,
            RequestFailure::Timeout(_)
                | RequestFailure::Closed(_)
                | RequestFailure::NoConnection(ConnectFailure::Unreachable, _)
        )
    }
}
