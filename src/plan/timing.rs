//! How long a run and its phases take: which of the settings count, and what they leave to be shared.

use std::cmp::Ordering;

use super::early_end;
use super::phases::{self, Asked};
use crate::error::{Error, Result};
use crate::evidence::PhasePlan;
use crate::settings::{Layers, Sourced};
use crate::units::Span;

const MOST_CYCLES: u32 = 1000;

/// The phases; `requests` is the time that --requests takes, as far as the rate tells.
///
/// # Errors
/// In one line: a time or a number out of its limits, or times that contradict each other.
pub(super) fn read_phases(layers: &Layers, requests: Option<Span>) -> Result<PhasePlan> {
    let mut duration = layers.get("duration", |s| &s.duration);
    let mut steady = layers.get("load-duration", |s| &s.load_duration);
    // both say how long the run takes, so a weaker layer's does not contradict a stronger one's
    let layer = |written: &Option<Sourced>| written.as_ref().map_or(usize::MAX, |written| written.layer);
    let counted = layers.get("requests", |s| &s.requests);
    match layer(&duration).cmp(&layer(&steady)) {
        Ordering::Less => steady = None,
        Ordering::Greater => duration = None,
        Ordering::Equal => {}
    }
    if layer(&counted) < layer(&duration) && layer(&counted) < layer(&steady) && requests.is_some() {
        (duration, steady) = (None, None);
    }
    let early = early_end::may_end_early(layers);
    let asked = Asked {
        duration: duration.as_ref().map(Sourced::span).transpose()?,
        baseline: layers
            .read("baseline", |s| &s.baseline, Sourced::span)?
            .or(early.then_some(early_end::BASELINE)),
        warmup: layers.read("warmup", |s| &s.warmup, Sourced::span)?.or(early.then_some(early_end::WARMUP)),
        steady: steady.as_ref().map(Sourced::span).transpose()?,
        settle: layers.read("settle", |s| &s.settle, Sourced::span)?,
        requests,
        cycles: layers.read("cycles", |s| &s.cycles, |n| n.small_number(MOST_CYCLES))?.unwrap_or(1),
    };
    phases::share_time(&asked).map_err(Error::Usage)
}
