//! How much of a page is taken, and for how long it is waited for.

use std::time::Duration;

/// How much of a page is taken, and how long one waits for it.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Bytes, as sent and as unpacked, each.
    pub bytes: usize,
    /// From the request to the last byte.
    pub time: Duration,
}

/// The slowest page is waited for so long: a collection of a large heap takes seconds.
pub const LONGEST_ANSWER: Duration = Duration::from_secs(60);
