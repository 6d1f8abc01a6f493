//! The requests of a plan that has several, as plan.toml has them, and how steady is cut so that they can be told apart.

use serde::{Deserialize, Serialize};

use crate::units::Span;

/// What load.csv calls the request of a plan that names none.
pub const ONLY: &str = "main";

/// Steady in blocks whose mixes of requests differ, while their ratio over the run holds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Blocks {
    /// What the blocks are drawn by: the same seed deals the same blocks.
    pub seed: u64,
    /// How long a block is.
    pub block: Span,
}

impl Blocks {
    /// How a steady is cut that has so many requests, so many a second.
    pub fn layout(self, per_second: f64, requests: u64) -> Layout {
        Layout::new(requests, (per_second * self.block.secs()).round() as u64)
    }
}

/// How one steady is cut into blocks, by the number of its requests: the driver deals by it, the judge reads by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Requests of steady.
    pub requests: u64,
    /// About so many in a block, at least 1.
    pub size: u64,
    /// Blocks, at least 1.
    pub count: u32,
}

impl Layout {
    /// So many requests in blocks of about `size`.
    pub fn new(requests: u64, size: u64) -> Layout {
        let size = size.max(1);
        let count = (requests as f64 / size as f64).round().max(1.0);
        // a float that is too large becomes the largest number there is
        Layout { requests, size, count: count as u32 }
    }

    /// How many of the requests come before a block.
    pub fn before(self, block: u64) -> u64 {
        (u128::from(self.requests) * u128::from(block) / u128::from(self.count)) as u64
    }
}

/// One of the requests, without its secrets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RequestRecord {
    /// What load.csv and the report call it.
    pub name: String,
    /// How.
    pub method: String,
    /// Where on the origin, without the values of its query.
    pub path: String,
    /// Its share of the requests, against those of the others.
    pub weight: f64,
    /// The names of the headers that are sent; their values may be secret.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<String>,
    /// How long its body is, in bytes.
    #[serde(default)]
    pub body_bytes: u64,
    /// Statuses that are right although they are no 2xx.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expect_status: Vec<u16>,
    /// How long the text is that an answer must hold, in bytes; 0 where none is expected.
    #[serde(default)]
    pub expect_text_bytes: u64,
}
