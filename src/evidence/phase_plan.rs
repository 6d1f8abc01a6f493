//! The plan of a run's phases.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::units::Span;

/// How long each phase takes. With cycles, warmup, steady and settle are those of one cycle.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PhasePlan {
    /// Without load, before it.
    pub baseline: Span,
    /// With load that is not judged.
    pub warmup: Span,
    /// With load that is judged.
    pub steady: Span,
    /// Without load, after it.
    pub settle: Span,
    /// How often warmup, steady and settle are gone through, at least 1.
    pub cycles: u32,
}

impl PhasePlan {
    /// The length of steady in a watch without an end: longer than any end that may be given.
    pub const OPEN_END: Span = Span(Duration::from_secs(11 * 366 * 86_400));

    /// Whether it goes on until it is asked to stop.
    pub fn is_open_ended(&self) -> bool {
        self.steady >= PhasePlan::OPEN_END
    }

    /// The whole run.
    pub fn total(&self) -> Span {
        Span(self.baseline.0 + (self.warmup.0 + self.steady.0 + self.settle.0) * self.cycles)
    }
}
