//! What is asked about one segment between restarts.

use super::reduced_series::{ReducedAs, ReducedSeries};

/// Samples from which a level with noise may be called stable if hardly any growth could hide in it.
pub(super) const LEAST_SAMPLES: usize = 24;

/// One segment's reduced series, with what bounds the answer.
pub(super) struct SegmentQuestion<'a> {
    pub(super) reduced: &'a ReducedSeries,
    pub(super) kind: ReducedAs,
    /// Samples behind the points.
    pub(super) samples: usize,
    /// Whether the samples were read on purpose, after collections, far apart.
    pub(super) deliberate: bool,
    /// Samples behind all segments.
    pub(super) samples_in_all: usize,
    /// Whether the values are exact counts of whole things: tasks, descriptors.
    pub(super) whole_units: bool,
    /// The lowest level before, in baseline and warm-up.
    pub(super) lowest_before: Option<f64>,
    pub(super) false_alarm: f64,
}

impl SegmentQuestion<'_> {
    /// Whether the samples are too few to call a level with noise stable: a minute's calm says little. Readings made on
    /// purpose are few, and each stands for a whole collection; so do floors.
    pub(super) fn has_too_few_samples(&self) -> bool {
        self.samples < LEAST_SAMPLES && !self.stand_for_more()
    }

    /// Whether there are too few to call a climb growth: a minute's climb says as little as a minute's calm, unless
    /// whole things were counted.
    pub(super) fn has_too_few_samples_to_grow(&self) -> bool {
        self.samples_in_all < LEAST_SAMPLES && !self.stand_for_more() && !self.whole_units
    }

    fn stand_for_more(&self) -> bool {
        self.deliberate || matches!(self.kind, ReducedAs::Floors { .. })
    }
}
