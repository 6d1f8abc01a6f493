//! What set the exit code, in words.

use crate::findings::ExitReason;

/// `verdict`, `gate …` or the flag, with what it waived.
pub fn reason(reason: &ExitReason) -> String {
    match reason {
        ExitReason::Verdict => "verdict".into(),
        ExitReason::Gate(expr) => format!("gate {expr}"),
        ExitReason::GatesOnly => "--gates-only".into(),
        ExitReason::LoadOnly => "--load-only".into(),
        ExitReason::NoFail(code, waived) => format!("--no-fail (else {code} by {})", self::reason(waived)),
        ExitReason::AllowInconclusive(waived) => {
            format!("--allow-inconclusive (else 3 by {})", self::reason(waived))
        }
    }
}
