//! An answer that is kept: that of a login, never of the load.

use reqwest::header::HeaderMap;

/// More of a body is not kept.
const MOST_BYTES: usize = 1 << 20;

/// Headers and the start of the body; secrets.
#[derive(Default)]
pub(in crate::drive) struct KeptAnswer {
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl KeptAnswer {
    /// A piece of the body has come.
    pub(super) fn add(&mut self, piece: &[u8]) {
        let room = MOST_BYTES.saturating_sub(self.body.len());
        self.body.extend_from_slice(&piece[..piece.len().min(room)]);
    }
}
