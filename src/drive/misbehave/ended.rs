//! How one client that misbehaves ended.

use crate::evidence::ErrorKind;

/// An error is what the server broke, never what the client did.
pub(super) type Ended = Result<(), ErrorKind>;
