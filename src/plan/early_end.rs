//! A run with --until-sure, which ends as soon as its answer is certain: what differs in its plan.

use std::time::Duration;

use crate::error::Result;
use crate::settings::{Layers, Sourced};
use crate::units::Span;

/// A run that may end early is not made to wait for a baseline: a share of a long run's time would be too much,
pub(super) const BASELINE: Span = Span(Duration::from_secs(2));
/// and what of warming up is not over by then, the trend tells from growth.
pub(super) const WARMUP: Span = Span(Duration::from_secs(3));
/// A minute that may be the last has enough samples.
pub(super) const LONGEST_INTERVAL: Duration = Duration::from_millis(500);
/// So much of steady is judged at least.
const DEFAULT_LEAST_STEADY: Span = Span(Duration::from_secs(10));

/// Whether the run may end early.
pub(super) fn may_end_early(layers: &Layers) -> bool {
    layers.is_on(|s| s.until_sure)
}

/// How much of steady is judged at least before the run may end early; none where it may not.
///
/// # Errors
/// When --min-duration is not a time above zero.
pub(super) fn read_least_steady(layers: &Layers) -> Result<Option<Span>> {
    let least = layers.read("min-duration", |s| &s.min_duration, Sourced::positive_span)?;
    Ok(may_end_early(layers).then(|| least.unwrap_or(DEFAULT_LEAST_STEADY)))
}
