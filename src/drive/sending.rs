//! How requests are sent: rate, connections, timeout and threads.

use std::time::Duration;

use crate::plan::RequestPlan;
use crate::units::Rate;
use crate::workload::{Blocks, MisbehavePlan, RequestMix, Shard};

/// How the requests of a run are sent.
#[derive(Debug, Clone, Copy)]
pub struct Sending {
    /// How many requests are due per second.
    pub rate: Rate,
    /// In flight at most, over all threads.
    pub connections: u32,
    /// For the wait and the answer together, from when a request is due.
    pub timeout: Duration,
    /// Engines that share the load, each on its own thread; at least 1, and exactly 1 where requests differ.
    pub threads: u32,
    /// How steady is cut into blocks whose mixes differ, where it is.
    pub blocks: Option<Blocks>,
}

impl Sending {
    /// One shard for each engine: an engine for each thread, and none without a connection.
    pub(super) fn shards(&self) -> impl Iterator<Item = Shard> {
        let engines = u64::from(self.threads.clamp(1, self.connections.max(1)));
        (0..engines).map(move |index| Shard { index, engines })
    }

    /// What the requests are.
    pub(super) fn mix(&self, requests: &[RequestPlan], misbehave: Option<&MisbehavePlan>) -> RequestMix {
        let weights: Vec<f64> = requests.iter().map(|request| request.weight).collect();
        RequestMix::new(&weights, misbehave, self.blocks)
    }

    /// The connections of one engine.
    pub(super) fn slots(&self, shard: Shard) -> u32 {
        u32::try_from(shard.count_before(u64::from(self.connections.max(1)))).unwrap_or(u32::MAX)
    }
}
