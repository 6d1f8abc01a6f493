//! The meaning of every exit status, decided in one place.

use crate::evidence::Judging;
use crate::findings::{Exit, ExitReason, GateOutcome, GateResult, Verdict};

/// Neither leak nor failed gate.
const FINE: u8 = 0;
/// A leak, or a gate that failed.
const LEAK: u8 = 1;
/// This run cannot tell.
const INCONCLUSIVE: u8 = 3;
/// The target did not live through the run.
const FAILED: u8 = 4;

/// The exit code and what set it: the worst of verdict and gates, unless the user waived it.
pub fn decide_exit(judging: Option<&Judging>, verdict: Verdict, gates: &[GateOutcome]) -> Exit {
    let by_verdict = match verdict {
        Verdict::Failed => FAILED,
        Verdict::Leak => LEAK,
        Verdict::Inconclusive => INCONCLUSIVE,
        Verdict::Stable => FINE,
    };
    // where only the load was observed and no gate asks about it, whether the load went well is all there is
    let gates_only = judging.is_some_and(|j| j.gates_only || j.load_only && !gates.is_empty());
    let mut worst = if gates_only && by_verdict != FAILED {
        let load_only = judging.is_some_and(|j| j.load_only);
        Exit { code: FINE, reason: if load_only { ExitReason::LoadOnly } else { ExitReason::GatesOnly } }
    } else {
        Exit { code: by_verdict, reason: ExitReason::Verdict }
    };
    for gate in gates {
        let code = match gate.result {
            GateResult::Held => FINE,
            GateResult::Failed => LEAK,
            GateResult::Inconclusive => INCONCLUSIVE,
        };
        if severity(code) > severity(worst.code) {
            worst = Exit { code, reason: ExitReason::Gate(gate.expr.clone()) };
        }
    }
    let Some(judging) = judging else { return worst };
    match worst.code {
        LEAK | INCONCLUSIVE if judging.no_fail => {
            Exit { code: FINE, reason: ExitReason::NoFail(worst.code, Box::new(worst.reason)) }
        }
        INCONCLUSIVE if judging.allow_inconclusive => {
            Exit { code: FINE, reason: ExitReason::AllowInconclusive(Box::new(worst.reason)) }
        }
        _ => worst,
    }
}

/// 4 failed, then 1 leak, then 3 inconclusive, then 0.
fn severity(code: u8) -> u8 {
    match code {
        FAILED => 3,
        LEAK => 2,
        INCONCLUSIVE => 1,
        _ => 0,
    }
}
