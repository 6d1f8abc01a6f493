//! How a run is judged, as far as the user says.

use std::path::PathBuf;

use super::target::TargetPlan;
use crate::error::Result;
use crate::evidence::Judging;
use crate::settings::{Layers, Sourced};

/// What the settings say, and the defaults of [`Judging`] for the rest.
///
/// # Errors
/// In one line, with the place: what is not a time, a size or a ratio within its limits.
pub(super) fn read_judging(layers: &Layers, target: &TargetPlan) -> Result<Judging> {
    let default = Judging::default();
    let max_error_ratio = layers.read("max-error-ratio", |s| &s.max_error_ratio, Sourced::ratio)?;
    let horizon = layers.read("horizon", |s| &s.horizon, Sourced::positive_span)?;
    let resolution = layers.read("resolution", |s| &s.resolution, Sourced::positive_bytes)?;
    let max_hold = layers.read("max-hold", |s| &s.max_hold, Sourced::span)?;
    let down_after = layers.read("down-after", |s| &s.down_after, Sourced::span)?;
    let memory_limit = layers.read("memory-limit", |s| &s.memory_limit, Sourced::positive_bytes)?;
    let series = layers.get_list("series", |s| &s.series);
    Ok(Judging {
        horizon: horizon.unwrap_or(default.horizon),
        resolution_bytes: resolution.unwrap_or(default.resolution_bytes),
        max_hold,
        max_error_ratio: max_error_ratio.unwrap_or(default.max_error_ratio),
        down_after: down_after.unwrap_or(default.down_after),
        memory_limit_bytes: memory_limit.map(|bytes| bytes as u64),
        series: series.into_iter().map(|written| written.text.trim().to_string()).collect(),
        gates_only: layers.is_on(|s| s.gates_only),
        allow_inconclusive: layers.is_on(|s| s.allow_inconclusive),
        no_fail: layers.is_on(|s| s.no_fail),
        load_only: *target == TargetPlan::LoadOnly,
        no_gc: layers.is_on(|s| s.no_gc),
    })
}

/// The run that this one is compared with; absolute, so that it is found wherever the report is rendered again.
///
/// # Errors
/// When the path is empty.
pub(super) fn read_baseline(layers: &Layers) -> Result<Option<PathBuf>> {
    layers.read(
        "compare-to",
        |s| &s.compare_to,
        |written| std::path::absolute(&written.text).map_err(|e| written.usage_error(e)),
    )
}
