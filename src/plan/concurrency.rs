//! How requests are sent, whatever they are: rate, connections, timeout, threads.

use std::num::NonZero;
use std::time::Duration;

use super::request::RequestPlan;
use crate::error::Result;
use crate::settings::{Layers, Sourced};
use crate::units::{Rate, Span};
use crate::workload::MisbehavePlan;

/// More would run out of file descriptors and ports before it ran out of users.
const MOST_CONNECTIONS: u32 = 50_000;
const DEFAULT_CONNECTIONS: u32 = 64;
const DEFAULT_TIMEOUT: Span = Span(Duration::from_secs(10));

/// One thread is enough for this rate: it sends three to five times as much (`cargo bench --bench driver`), and what it
/// has left is what keeps lateness small.
const RATE_PER_THREAD: f64 = 20_000.0;
/// More threads than this only stand in each other's way on any machine that soak has seen.
const MOST_THREADS: u32 = 256;

/// What is resolved here.
pub(super) struct Concurrency {
    pub(super) connections: u32,
    pub(super) timeout: Span,
    pub(super) threads: u32,
}

/// # Errors
/// In one line, with the place: what is no number in its range, or contradicts the rest.
pub(super) fn read_concurrency(
    layers: &Layers,
    rate: Rate,
    requests: &[RequestPlan],
    misbehave: Option<&MisbehavePlan>,
) -> Result<Concurrency> {
    let connections = layers
        .read("connections", |s| &s.connections, |n| n.small_number(MOST_CONNECTIONS))?
        .unwrap_or(DEFAULT_CONNECTIONS);
    let timeout = read_timeout(layers)?;
    let threads = match layers.read("threads", |s| &s.threads, |n| n.small_number(MOST_THREADS))? {
        None if misbehave.is_some() || requests.len() > 1 => 1,
        None => enough_for(rate).min(connections),
        Some(threads) => {
            let wrong = |why: &str| match layers.get("threads", |s| &s.threads) {
                Some(written) => Err(written.usage_error(format!("{threads} {why}"))),
                None => Ok(()),
            };
            if threads > connections {
                wrong(&format!("are more than --connections {connections}: each thread needs one"))?;
            }
            if threads > 1 && misbehave.is_some() {
                wrong("threads cannot share --misbehave: expected 1")?;
            }
            if threads > 1 && requests.len() > 1 {
                wrong("threads cannot share several [[request]] tables: expected 1")?;
            }
            threads
        }
    };
    Ok(Concurrency { connections, timeout, threads })
}

/// As fast as it goes is as fast as half of this machine can: what is driven is often the other half.
fn enough_for(rate: Rate) -> u32 {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let cores = u32::try_from(cores).unwrap_or(MOST_THREADS).min(MOST_THREADS);
    let wanted = rate.per_second().map_or(cores.div_ceil(2), |rate| (rate / RATE_PER_THREAD).ceil() as u32);
    wanted.clamp(1, cores)
}

/// How long an answer is waited for.
pub(super) fn read_timeout(layers: &Layers) -> Result<Span> {
    Ok(layers.read("timeout", |s| &s.timeout, Sourced::positive_span)?.unwrap_or(DEFAULT_TIMEOUT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_gets_the_threads_it_needs_and_no_more_than_there_are_cores() {
        assert_eq!(enough_for(Rate::PerSecond(0.1)), 1);
        assert_eq!(enough_for(Rate::PerSecond(20_000.0)), 1);
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get) as u32;
        assert_eq!(enough_for(Rate::PerSecond(1e9)), cores);
        assert_eq!(enough_for(Rate::Max), cores.div_ceil(2));
    }
}
