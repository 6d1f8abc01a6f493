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
