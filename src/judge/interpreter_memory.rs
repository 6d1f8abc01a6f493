//! What an interpreter's resident memory does without a leak, which a live heap does not show.
//!
//! - It fills its pools in straight lines for its first minutes under load, and nothing in the line says that it will
//!   end. So a rise of less than [`InterpreterMemory::pools_bytes`] is neither a leak nor stable, until load has lasted
//!   for [`WARM_UP_S`] or was repeated.
//! - It begins with memory that its start has freed. What is kept goes there first, and resident memory does not move
//!   meanwhile: by so many bytes any growth may be larger than what resident memory shows
//!   ([`InterpreterMemory::freed_bytes`]).
//!
//! The figures were measured on healthy services of the usual frameworks and on the same services with a leak, at 20 to
//! 200 requests a second for 30 s to 5 min: `tests/warmup`, whose check holds them to at most .3 % false alarms.

use std::collections::HashMap;

use crate::evidence::{Evidence, EvidenceStrength, GroupKind, Runtime};
use crate::findings::SeriesEvidence;

use super::series_evidence::AllEvidence;
use super::steady::Steady;

const MIB: f64 = 1024.0 * 1024.0;
/// Seconds of load after which an interpreter's pools are full: a Ruby server still took 1.3 MiB between its 6th and
/// its 15th minute.
const WARM_UP_S: f64 = 1800.0;

/// What an interpreter may do; its pools are those of one process.
#[derive(Debug, Clone, Copy, PartialEq)]
struct InterpreterMemory {
    /// The largest rise of resident memory within steady that healthy services showed, with a margin of a half, in
    /// bytes.
    pools_bytes: f64,
    /// The memory that is free before load begins, in bytes; of the whole target, since one process and two were alike.
    freed_bytes: f64,
}

impl InterpreterMemory {
    /// What is known of a runtime; none of those that have better evidence than resident memory, or were not measured.
    fn of_runtime(runtime: Runtime) -> Option<InterpreterMemory> {
        match runtime {
            // slope times steady: .44 MiB at most of 112 runs; freed at its start: .5 to 4.6 MiB
            Runtime::Python => Some(InterpreterMemory { pools_bytes: MIB, freed_bytes: 3.0 * MIB }),
            // 7.3 MiB at most of 50 runs
            Runtime::Ruby => Some(InterpreterMemory { pools_bytes: 12.0 * MIB, freed_bytes: 3.0 * MIB }),
            // 34 MiB at most of 74 runs; the young generation alone is three semi-spaces of 16 MiB
            Runtime::V8 => Some(InterpreterMemory { pools_bytes: 48.0 * MIB, freed_bytes: 3.0 * MIB }),
            Runtime::Go | Runtime::Jvm | Runtime::DotNet | Runtime::Beam | Runtime::Other => None,
        }
    }

    /// Of all processes of the target together.
    fn of_target(evidence: &Evidence) -> Option<InterpreterMemory> {
        let target = evidence.target()?;
        let one = InterpreterMemory::of_runtime(target.runtime)?;
        let processes = target.processes.max(1) as f64;
        Some(InterpreterMemory { pools_bytes: one.pools_bytes * processes, freed_bytes: one.freed_bytes })
    }
}

/// The rise in bytes up to which the growth of this series may be nothing but an interpreter that warms up; none where
/// it may not.
pub fn may_be_warm_up(
    one: &SeriesEvidence,
    series: &AllEvidence,
    evidence: &Evidence,
    steady: &Steady,
) -> Option<f64> {
    if !holds_the_pools(one, series) || steady.stretches.len() > 1 {
        return None;
    }
    let first_load_s = steady.stretches.first()?.0.min(first_request_s(evidence).unwrap_or(f64::INFINITY));
    let (_, end_s) = steady.stretches.last()?;
    let pools = InterpreterMemory::of_target(evidence)?.pools_bytes;
    let rise = one.trend.slope?.value * steady.seconds();
    let largest = InterpreterMemory::of_runtime(series.sources().runtime)?.pools_bytes;
    (rise < pools && largest_rise(evidence, steady) < largest && end_s - first_load_s < WARM_UP_S)
        .then_some(pools)
}

/// The largest rise within steady of one process that was there before it, in bytes: all warm up alike, and one of many
/// that rises alone does more than that.
fn largest_rise(evidence: &Evidence, steady: &Steady) -> f64 {
    let Some((begin_s, end_s)) = steady.stretches.first().copied() else { return 0.0 };
    let memory = evidence.instances.iter().filter(|reading| reading.kind == GroupKind::ProcessMemory);
    let mut levels: HashMap<&str, (f64, f64)> = HashMap::new();
    for reading in memory.filter(|reading| reading.elapsed_s <= end_s) {
        if reading.elapsed_s <= begin_s {
            levels.insert(&reading.group, (reading.count, reading.count));
        } else if let Some((_, last)) = levels.get_mut(reading.group.as_str()) {
            *last = reading.count;
        }
    }
    levels.values().map(|(first, last)| last - first).fold(0.0, f64::max)
}

/// The growth by each request that this series cannot show, since memory that was free takes it up, in bytes.
pub fn hidden_per_request(
    one: &SeriesEvidence,
    series: &AllEvidence,
    evidence: &Evidence,
    steady: &Steady,
) -> Option<f64> {
    if !is_only_memory(one, series) {
        return None;
    }
    hidden_by_requests(evidence, evidence.recording.requests_at(steady.stretches.last()?.1)?)
}

/// The growth by each request that so many of them will leave unseen in resident memory alone, in bytes; none of runtimes
/// that free no memory before load.
pub fn hidden_by_requests(evidence: &Evidence, requests: f64) -> Option<f64> {
    let freed = InterpreterMemory::of_target(evidence)?.freed_bytes;
    (requests > 0.0).then(|| freed / requests)
}

/// Whether this is resident memory, and nothing tells what the heap in it holds.
fn is_only_memory(one: &SeriesEvidence, series: &AllEvidence) -> bool {
    holds_the_pools(one, series) && !series.sources().live
}

/// Whether this is resident memory whose owners are not known byte by byte. A live heap says nothing of the pools: the
/// young generation of V8 is no part of what is alive after a collection.
fn holds_the_pools(one: &SeriesEvidence, series: &AllEvidence) -> bool {
    one.strength == Some(EvidenceStrength::Rss) && one.holds_the_heap() && !series.sources().exact
}

/// When the first request was counted, in seconds since the run began.
fn first_request_s(evidence: &Evidence) -> Option<f64> {
    let recording = &evidence.recording;
    let counted = recording.elapsed_s.iter().zip(&recording.requests_total);
    counted.into_iter().find(|(_, n)| n.get().is_some_and(|n| n > 0.0)).map(|(at, _)| *at)
}

#[cfg(test)]
mod tests;
