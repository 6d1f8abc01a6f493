//! What `soak doctor` does beyond looking for probes: it tries each of them, and knows what else a runtime offers.
//!
//! Comes in: a sampler that is ready, a target. Goes out: what its answers cost, and lines of advice. Forces no
//! collection and sends nothing but what the probes ask for.

use std::time::Duration;

use crate::evidence::{Moment, Runtime};
use crate::plan::Plan;
use crate::probe::page::bounds::LONGEST_ANSWER as SLOWEST_PAGE;
use crate::probe::sample::Request;
use crate::probe::sampler::Sampler;
use crate::probe::tokio::find::TURN_ON as TURN_ON_TOKIO_CONSOLE;
use crate::target::runtime::{python_version, runs_tokio};
use crate::target::{Target, other_ports};

/// Samples taken of each probe.
const SAMPLE_COUNT: u32 = 5;
/// Between two of them: probes that ask the target are let do so often enough to be measured.
const SAMPLE_INTERVAL: Duration = Duration::from_millis(300);

/// Asks every probe a few times, so that [`Sampler::costs`] tells what its answers cost, and for one snapshot.
pub async fn try_out(sampler: &Sampler) {
    for _ in 0..SAMPLE_COUNT {
        sampler.ask(Request::Sample, SLOWEST_PAGE).await;
        tokio::time::sleep(SAMPLE_INTERVAL).await;
    }
    let snapshot = Request::Snapshot(Moment::SteadyStart);
    if sampler.answers(snapshot) {
        sampler.ask(snapshot, SLOWEST_PAGE).await;
    }
}

/// What the user can do that no probe knows of.
pub fn advice(plan: &Plan, target: &Target) -> Vec<String> {
    let Some(pid) = target.record.pid else { return Vec::new() };
    let mut lines = Vec::new();
    let others = other_ports::loopback_addresses(plan, pid);
    if !others.is_empty() && !plan.probes.look_around {
        let list: Vec<String> = others.iter().map(|at| at.port().to_string()).collect();
        lines.push(format!(
            "it listens on port {} too: --look-around asks there for pprof and metrics, or name the page with --pprof URL or --metrics URL",
            list.join(", ")
        ));
    }
    match (target.record.runtime, python_version(pid)) {
        (Runtime::Python, Some(version)) if version >= (3, 14) => lines.push(format!(
            "Python {}.{} shows its asyncio tasks by itself: python -m asyncio pstree {pid}; soak does not read that",
            version.0, version.1
        )),
        (Runtime::Python, Some(version)) => lines.push(format!(
            "Python {}.{} does not show its tasks; Python 3.14 does: python -m asyncio pstree PID",
            version.0, version.1
        )),
        (Runtime::Other, _) if plan.probes.tokio_console.is_none() && runs_tokio(pid) => {
            lines.push(format!("it runs tokio: soak can group its tasks by where they were spawned: {TURN_ON_TOKIO_CONSOLE}"));
        }
        _ => {}
    }
    lines
}
