//! How one request that was sent ended.

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
