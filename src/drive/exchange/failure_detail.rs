//! Why one exchange failed, in more words than a kind of error: for the first request of a run, never for the load.

use std::cell::RefCell;
use std::error::Error as Cause;
use std::io;

use reqwest::header::{HeaderMap, LOCATION};

use crate::error::without_number;
use crate::evidence::ConnectFailure;

/// What the system says of a name that it does not find.
const NO_HOST: &str = "failed to lookup address information: ";

/// What tokio-rustls says, as an I/O error without a cause, of a server that hangs up on TLS.
const HUNG_UP: &str = "tls handshake eof";

/// What is known of a failure.
#[derive(Debug, Default)]
pub(in crate::drive) struct FailureDetail {
    /// The header that says where a redirect leads.
    pub location: Option<String>,
    /// What happened, as the system or the library says it.
    pub cause: String,
    /// What it says of a connection that was not made.
    pub connect: ConnectFailure,
}

impl FailureDetail {
    /// Keeps what the head of an answer says.
    pub(super) fn read_head(detail: &RefCell<FailureDetail>, headers: &HeaderMap) {
        let location = headers.get(LOCATION).and_then(|value| value.to_str().ok());
        detail.borrow_mut().location = location.map(String::from);
    }

    /// Keeps why there is none.
    pub(super) fn read_cause(detail: &RefCell<FailureDetail>, error: &(dyn Cause + 'static)) {
        let (connect, cause) = explain(error);
        let mut detail = detail.borrow_mut();
        (detail.connect, detail.cause) = (connect, cause);
    }
}

/// The cause at the bottom says most: `Connection refused`, not `error sending request`.
fn explain(error: &(dyn Cause + 'static)) -> (ConnectFailure, String) {
    let mut at = error;
    while let Some(below) = cause_of(at) {
        at = below;
    }
    if let Some(tls) = at.downcast_ref::<rustls::Error>() {
        let kind = match tls {
            rustls::Error::InvalidCertificate(_) => ConnectFailure::Certificate,
            _ => ConnectFailure::Tls,
        };
        return (kind, tls.to_string());
    }
    let text = at.downcast_ref().map_or_else(|| at.to_string(), without_number);
    match text.strip_prefix(NO_HOST) {
        Some(reason) => (ConnectFailure::UnknownHost, reason.to_string()),
        None if text == HUNG_UP => (ConnectFailure::Tls, text),
        None => (ConnectFailure::Unreachable, text),
    }
}

/// An I/O error does not count what it is made of among its sources, and what TLS says is within one.
fn cause_of<'a>(error: &'a (dyn Cause + 'static)) -> Option<&'a (dyn Cause + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(within) => Some(within),
        None => error.source(),
    }
}
