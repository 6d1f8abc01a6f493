//! Everything that was found of one run, in types. `wording/` makes the report of it.

use super::{
    Assessment, Badge, Caption, Exit, ExitReason, GateOutcome, GateResult, LongerRun, Note, Reason, Verdict,
};

/// What was found of one run.
#[derive(Debug, Clone, PartialEq)]
pub struct Findings {
    /// What the evidence says.
    pub assessment: Assessment,
    /// The user's limits.
    pub gates: Vec<GateOutcome>,
    /// The run that would decide what this one left open, where a longer one would: the one length that the report names.
    pub longer: Option<LongerRun>,
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

    /// The gate that the badge is about: the first that failed, else the one that left the run undecided.
    pub fn decisive_gate(&self) -> Option<&GateOutcome> {
        let undecided = || self.gates.iter().find(|gate| gate.result == GateResult::Inconclusive);
        match self.badge() {
            Badge::GateFailed => self.failed_gate(),
            Badge::GateUndecided => undecided(),
            _ => None,
        }
    }

    /// The word that a reader sees first: a green NO LEAK over a failed gate would be read as a go.
    pub fn badge(&self) -> Badge {
        match (self.verdict(), self.exit.reason.unwaived()) {
            (Verdict::Leak, _) => Badge::Leak,
            (Verdict::Failed, _) => Badge::Failed,
            _ if self.failed_gate().is_some() => Badge::GateFailed,
            (_, ExitReason::Gate(_)) => Badge::GateUndecided,
            (_, ExitReason::GatesOnly | ExitReason::LoadOnly) => Badge::GatesHeld,
            (Verdict::Stable, _) if self.assessment.answer.reason == Reason::OnlyLoad => Badge::LoadOnly,
            (Verdict::Stable, _) => Badge::Stable,
            (Verdict::Inconclusive, _) => Badge::Inconclusive,
        }
    }
}
