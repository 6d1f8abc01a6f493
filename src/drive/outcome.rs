//! How one request that was sent ended.

use reqwest::StatusCode;

use crate::evidence::ErrorKind;

/// What became of the request, and what was read of its answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    /// What was wrong, if anything was.
    pub error: Option<ErrorKind>,
    /// The status of the answer, once its head has come.
    pub status: Option<u16>,
    /// Whether the head of an answer came, whatever its status.
    pub answered: bool,
    /// Bytes of body that were read.
    pub bytes: u64,
    /// soak itself stood still while the request was under way, so its time says little about the target.
    pub stalled: bool,
}

/// The error that a status is, unless the plan expects it; none for a 2xx.
pub(super) fn error_of_status(status: StatusCode) -> Option<ErrorKind> {
    match status.as_u16() {
        200..=299 => None,
        400..=499 => Some(ErrorKind::Status4xx),
        // a protocol switched to (101) is, like a redirect, an answer that says to go elsewhere
        ..=399 => Some(ErrorKind::Status3xx),
        _ => Some(ErrorKind::Status5xx),
    }
}
