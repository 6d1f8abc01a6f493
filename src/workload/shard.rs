//! The share of one engine, where several engines send one load.

/// One engine takes every `engines`-th request of the load, beginning with number `index`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// From 0.
    pub index: u64,
    /// How many engines, at least 1.
    pub engines: u64,
}

impl Shard {
    /// The only engine.
    pub const WHOLE: Shard = Shard { index: 0, engines: 1 };

    /// Whether request number `n` (from 0) is this engine's.
    pub fn holds(self, n: u64) -> bool {
        n % self.engines == self.index
    }

    /// How many of the first `n` requests are this engine's.
    pub fn count_before(self, n: u64) -> u64 {
        n.saturating_add(self.engines - 1 - self.index) / self.engines
    }
}
