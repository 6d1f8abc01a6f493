//! That the target was away, in words.

use crate::findings::{Absence, AbsenceKind};
use crate::units::Span;

/// When it went away, or for how long, and why.
pub fn explain_absence(absence: &Absence) -> String {
    let reason = &absence.reason;
    match absence.kind {
        AbsenceKind::SinceThen(since_s) => {
            format!("the target went away after {} ({reason})", Span::from_secs_f64(since_s))
        }
        AbsenceKind::UntilNow(away) => format!("the target has been gone for {away} ({reason})"),
        AbsenceKind::CameBack(away) => format!("the target was gone for {away} ({reason})"),
    }
}

/// "target gone for 12 s", while the run goes on.
pub fn name_absence(absence: &Absence) -> Option<String> {
    match absence.kind {
        AbsenceKind::UntilNow(away) => {
            Some(format!("target gone for {}", Span::from_secs_f64(away.secs().round())))
        }
        AbsenceKind::SinceThen(_) | AbsenceKind::CameBack(_) => None,
    }
}
