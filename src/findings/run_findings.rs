//! Everything that was found of one run, in types. `wording/` makes the report of it.

use super::{Assessment, Badge, Caption, Exit, GateOutcome, GateResult, Note, Verdict};

/// What was found of one run.
#[derive(Debug, Clone, PartialEq)]
pub struct Findings {
    /// What the evidence says.
    pub assessment: Assessment,
    /// The user's limits.
    pub gates: Vec<GateOutcome>,
    /// The exit code and what set it.
    pub exit: Exit,
    /// Further notes, the one that matters most first.
    pub notes: Vec<Note>,
    /// What the line under the picture says.
    pub caption: Caption,
}

impl Findings {
    /// The verdict.
    pub fn verdict(&self) -> Verdict {
        self.assessment.verdict()
    }

    /// The first gate that failed.
    pub fn failed_gate(&self) -> Option<&GateOutcome> {
        self.gates.iter().find(|gate| gate.result == GateResult::Failed)
    }

    /// The word that a reader sees first: a green STABLE over a failed gate would be read as a go.
    pub fn badge(&self) -> Badge {
        match self.verdict() {
            Verdict::Leak => Badge::Leak,
            Verdict::Failed => Badge::Failed,
            Verdict::Stable | Verdict::Inconclusive if self.failed_gate().is_some() => Badge::GateFailed,
            Verdict::Stable => Badge::Stable,
            Verdict::Inconclusive => Badge::Inconclusive,
        }
    }
}
