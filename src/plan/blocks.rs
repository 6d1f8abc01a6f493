//! How long the blocks are that steady is cut into, so that growth can be attributed to kinds of requests.

use std::time::Duration;

use super::request::RequestPlan;
use crate::units::{Rate, Span};
use crate::workload::{Blocks, Pattern};

/// A block is a second or so: long against what an answer takes, short against a run.
const SHORTEST_BLOCK: Duration = Duration::from_secs(1);
/// A block must be sampled more than once to differ visibly from its neighbours,
const SAMPLES_PER_BLOCK: u32 = 2;
/// and hold a few requests, or its mix could not differ from theirs;
const REQUESTS_PER_BLOCK: f64 = 10.0;
/// where they have names, so many of the commonest: each name is dealt in whole requests.
const COMMONEST_PER_BLOCK: f64 = 5.0;
/// Any number would do; the same one deals the same blocks in each run of the same plan.
const SEED: u64 = 1;

/// Those of a load of so many a second, of which this share misbehaves.
pub(super) fn blocks(requests: &[RequestPlan], per_second: f64, misbehave: f64, interval: Span) -> Blocks {
    let all: f64 = requests.iter().map(|request| request.weight).sum();
    let base = requests.first().map_or(1.0, |base| base.weight / all) * (1.0 - misbehave);
    let wanted = match requests.len() {
        ..=1 => REQUESTS_PER_BLOCK,
        _ => REQUESTS_PER_BLOCK.max(COMMONEST_PER_BLOCK / base),
    };
    let block = SHORTEST_BLOCK
        .max(interval.0 * SAMPLES_PER_BLOCK)
        .max(Duration::from_secs_f64((wanted / per_second).min(86_400.0)));
    Blocks { seed: SEED, block: Span(block) }
}

/// Those of several requests of which none misbehaves; none where there is one, or each second has not the same of
/// them.
pub(super) fn blocks_of_requests(
    requests: &[RequestPlan],
    rate: Rate,
    pattern: &Pattern,
    interval: Span,
) -> Option<Blocks> {
    let several = requests.len() > 1 && pattern.is_even();
    rate.per_second().filter(|_| several).map(|rate| blocks(requests, rate, 0.0, interval))
}
