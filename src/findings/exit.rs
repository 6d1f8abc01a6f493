//! The exit code and what set it.

/// What a run exits with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exit {
    /// 0, 1, 3 or 4.
    pub code: u8,
    /// What set it.
    pub reason: ExitReason,
}

/// What set the exit code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExitReason {
    /// The verdict.
    Verdict,
    /// The gate of this expression.
    Gate(String),
    /// Only gates count: --gates-only.
    GatesOnly,
    /// Only the load was observed, and gates say whether it went well: --load-only.
    LoadOnly,
    /// --no-fail, else it had been this code for this reason.
    NoFail(u8, Box<ExitReason>),
    /// --allow-inconclusive, else it had been 3 for this reason.
    AllowInconclusive(Box<ExitReason>),
}

impl ExitReason {
    /// What would have set the code, had no flag waived it.
    pub fn unwaived(&self) -> &ExitReason {
        match self {
            ExitReason::NoFail(_, waived) | ExitReason::AllowInconclusive(waived) => waived.unwaived(),
            reason => reason,
        }
    }
}
