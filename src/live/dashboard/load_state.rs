//! The load that soak sends, and how soak itself fares.

use crate::evidence::{LatencyTag, LoadRow, Percentiles};
use crate::findings::WorstError;
use crate::live::status::errors_so_far;
use crate::record::Mirror;
use crate::wording::list_load_errors;

/// CPU is that of the last seconds.
const SECONDS_OF_CPU: f64 = 5.0;

/// The load so far.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadState {
    /// The rate that was asked for, in words.
    pub asked: String,
    /// What requests failed with, and how often, the most frequent first.
    pub errors: Vec<(String, u64)>,
    /// The most frequent single cause.
    pub worst: Option<WorstError>,
    /// The status that every answer so far has, where that is an error.
    pub all_fail: Option<u16>,
    /// How long requests took in steady, or in warm-up before it.
    pub latency: Percentiles,
    /// How late they were sent.
    pub late: Percentiles,
    /// soak's own processor time of late, in cores.
    pub cpu_ratio: Option<f64>,
    /// soak's own resident memory, in bytes.
    pub rss_bytes: f64,
}

/// None in a watch.
pub fn read_load(mirror: &Mirror) -> Option<LoadState> {
    let evidence = mirror.evidence();
    let asked = evidence.driven()?.describe_rate();
    let counts = mirror.counts();
    let errors = errors_so_far(mirror);
    let steady = mirror.percentiles(LatencyTag::Steady);
    let latency = if steady.count > 0 { steady } else { mirror.percentiles(LatencyTag::Warmup) };
    Some(LoadState {
        asked,
        all_fail: counts.all_fail_with(),
        errors: list_load_errors(&errors),
        worst: errors.worst(counts.due),
        latency,
        late: mirror.percentiles(LatencyTag::Late),
        cpu_ratio: cpu_ratio(&evidence.load),
        rss_bytes: evidence.load.last().map_or(0.0, |row| row.soak_rss_bytes as f64),
    })
}

fn cpu_ratio(load: &[LoadRow]) -> Option<f64> {
    let last = load.last()?;
    let first = load.iter().rev().find(|row| row.elapsed_s <= last.elapsed_s - SECONDS_OF_CPU)?;
    Some((last.soak_cpu_s - first.soak_cpu_s) / (last.elapsed_s - first.elapsed_s))
}
