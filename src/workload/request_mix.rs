//! What the requests of a load are: the share of each named request and of each way to misbehave.

use super::{Blocks, MisbehavePlan, MixSchedule};

/// The kinds of requests in a load, with their shares.
#[derive(Debug, Clone)]
pub struct RequestMix {
    /// The share of all requests, of each kind: of requests from the second on, and then of behaviours.
    shares: Vec<f64>,
    /// How many of the kinds are requests.
    named: usize,
    /// How steady is cut; none where the mix is constant.
    blocks: Option<Blocks>,
}

impl RequestMix {
    /// Requests of these weights, the first of which is the base, and the clients that misbehave.
    pub fn new(weights: &[f64], misbehave: Option<&MisbehavePlan>, blocks: Option<Blocks>) -> RequestMix {
        let sum: f64 = weights.iter().sum();
        let behave = 1.0 - misbehave.map_or(0.0, MisbehavePlan::share);
        let named = weights.iter().skip(1).map(|weight| behave * weight / sum);
        let behaviours = misbehave.into_iter().flat_map(|plan| plan.mix.values().copied());
        let shares = named.chain(behaviours).collect();
        RequestMix { shares, named: weights.len().saturating_sub(1), blocks }
    }

    /// How many kinds are requests with a name; the kinds after them are behaviours.
    pub fn named(&self) -> usize {
        self.named
    }

    /// The schedule of a load with this rate (none in the closed loop). Its steady has `requests` requests, the first
    /// of which has number `first_steady`; its first block has number `first_block`.
    pub fn schedule(
        &self,
        per_second: Option<f64>,
        first_steady: u64,
        requests: u64,
        first_block: u32,
    ) -> MixSchedule {
        match (self.blocks, per_second) {
            (Some(blocks), Some(rate)) => {
                let layout = blocks.layout(rate, requests);
                MixSchedule::new(&self.shares, first_steady, layout, blocks.seed, first_block)
                    .with_named(self.named)
            }
            _ => MixSchedule::constant(&self.shares),
        }
    }
}
