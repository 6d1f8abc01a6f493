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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_exit_code_says_what_set_it() {
        let gate = || ExitReason::Gate("errors.ratio < 1%".into());
        let rows = [
            (ExitReason::Verdict, "verdict"),
            (gate(), "gate errors.ratio < 1%"),
            (ExitReason::GatesOnly, "--gates-only"),
            (ExitReason::LoadOnly, "--load-only"),
            (ExitReason::NoFail(1, Box::new(gate())), "--no-fail (else 1 by gate errors.ratio < 1%)"),
            (
                ExitReason::AllowInconclusive(Box::new(ExitReason::Verdict)),
                "--allow-inconclusive (else 3 by verdict)",
            ),
        ];
        for (reason, text) in rows {
            assert_eq!(super::reason(&reason), text);
        }
    }
}
