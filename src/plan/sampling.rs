//! How far apart samples are.

use std::time::Duration;

use super::early_end;
use crate::error::Result;
use crate::evidence::PhasePlan;
use crate::settings::{Layers, Sourced};
use crate::units::Span;

/// Six hundred samples are enough for any curve; more often than this they cost more than they tell.
const SAMPLES: u32 = 600;
const SHORTEST_DEFAULT: Duration = Duration::from_millis(200);
pub(super) const LONGEST_DEFAULT: Duration = Duration::from_secs(10);
const SHORTEST: Duration = Duration::from_millis(10);

/// The interval of a run with an end.
///
/// # Errors
/// When it is too short, or longer than steady.
pub(super) fn read_interval(layers: &Layers, phases: &PhasePlan) -> Result<Span> {
    let Some(written) = layers.get("interval", |s| &s.interval) else {
        return Ok(default_interval(layers, phases));
    };
    let interval = written_interval(&written)?;
    if interval > phases.steady {
        let steady = phases.steady;
        return Err(written.usage_error(format!("{interval} is longer than the steady phase ({steady})")));
    }
    Ok(interval)
}

/// The interval that was asked for.
///
/// # Errors
/// When it is too short.
pub(super) fn written_interval(written: &Sourced) -> Result<Span> {
    match written.span()? {
        interval if interval.0 < SHORTEST => {
            Err(written.usage_error("invalid interval: expected at least 10 ms"))
        }
        interval => Ok(interval),
    }
}

/// The interval that gives a run of this length enough samples, in whole milliseconds.
pub(super) fn default_interval(layers: &Layers, phases: &PhasePlan) -> Span {
    let longest =
        if early_end::may_end_early(layers) { early_end::LONGEST_INTERVAL } else { LONGEST_DEFAULT };
    let even = (phases.total().0 / SAMPLES).clamp(SHORTEST_DEFAULT, longest);
    Span(Duration::from_millis(u64::try_from(even.as_millis()).unwrap_or(u64::MAX)))
}
