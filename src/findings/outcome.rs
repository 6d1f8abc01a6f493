//! How the verdict and each gate come out as a step of a pipeline.

use super::{GateFinding, GateResult, Report, Verdict};

/// What a pipeline shows for one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing is wrong.
    Passed,
    /// It fails the run.
    Failed,
    /// This run could not decide it.
    Undecided,
    /// It is bad or open, but the user said that the exit code does not follow from it.
    Waived,
}

impl Report {
    /// The verdict as a check.
    pub fn verdict_outcome(&self) -> Outcome {
        match self.verdict {
            Verdict::Stable => Outcome::Passed,
            _ if self.exit_code == 0 => Outcome::Waived,
            Verdict::Leak | Verdict::Failed => Outcome::Failed,
            Verdict::Inconclusive => Outcome::Undecided,
        }
    }

    /// One of its gates as a check.
    pub fn gate_outcome(&self, gate: &GateFinding) -> Outcome {
        match gate.result {
            GateResult::Held => Outcome::Passed,
            _ if self.exit_code == 0 => Outcome::Waived,
            GateResult::Failed => Outcome::Failed,
            GateResult::Inconclusive => Outcome::Undecided,
        }
    }
}
