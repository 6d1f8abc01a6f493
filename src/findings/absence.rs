//! That the target was away.

use crate::units::Span;

/// The target was away for longer than it may, or for good.
#[derive(Debug, Clone, PartialEq)]
pub struct Absence {
    /// How it was away.
    pub kind: AbsenceKind,
    /// Why, as the event says.
    pub reason: String,
}

/// How it was away.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum AbsenceKind {
    /// It went away at this second of the run, and did not come back.
    SinceThen(f64),
    /// It has been away for so long, and the run goes on.
    UntilNow(Span),
    /// It came back after so long.
    CameBack(Span),
}
