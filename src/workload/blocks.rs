//! How steady is cut into blocks whose mixes of requests differ, so that growth can be attributed.

use serde::{Deserialize, Serialize};

use crate::units::Span;

/// The name in load.csv of the request of a plan that names none.
pub const ONLY: &str = "main";

/// Steady in blocks whose mixes of requests differ, while their ratio over the run holds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Blocks {
    /// The seed that the blocks are drawn from.
    pub seed: u64,
    /// How long a block is.
    pub block: Span,
}

impl Blocks {
    /// How a steady phase with this rate and this many requests is cut.
    pub fn layout(self, per_second: f64, requests: u64) -> Layout {
        Layout::new(requests, (per_second * self.block.secs()).round() as u64)
    }
}

/// How one steady phase is cut into blocks, by the number of its requests: the driver sends by it, the judge reads by
/// it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Requests of steady.
    pub requests: u64,
    /// Requests in a block, about, at least 1.
    pub size: u64,
    /// Blocks, at least 1.
    pub count: u32,
}

impl Layout {
    /// This many requests in blocks of about `size`.
    pub fn new(requests: u64, size: u64) -> Layout {
        let size = size.max(1);
        let count = (requests as f64 / size as f64).round().max(1.0);
        // a float that is too large becomes the largest integer
        Layout { requests, size, count: count as u32 }
    }

    /// How many of the requests come before a block.
    pub fn before(self, block: u64) -> u64 {
        (u128::from(self.requests) * u128::from(block) / u128::from(self.count)) as u64
    }
}
