//! How one request that was sent ended.

use crate::evidence::ErrorKind;

/// How one request that was sent ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    /// What was wrong, if anything was.
    pub error: Option<ErrorKind>,
    /// Whether the head of an answer came, whatever its status.
    pub answered: bool,
    /// Bytes of body that were read.
    pub bytes: u64,
    /// soak itself stood still while it was under way: its time says little of the target.
    pub stalled: bool,
}
