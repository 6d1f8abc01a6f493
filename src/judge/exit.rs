//! The meaning of every exit status, decided in one place.

use crate::evidence::Judging;
use crate::findings::{GateFinding, GateResult, Verdict};

/// Neither leak nor failed gate.
const FINE: u8 = 0;
/// A leak, or a gate that failed.
const LEAK: u8 = 1;
/// It cannot be told.
const UNSURE: u8 = 3;
/// The target did not live through the run.
const FAILED: u8 = 4;

/// The exit code and what set it: the worst of verdict and gates, as far as the user lets it stand.
pub fn code(judging: Option<&Judging>, verdict: Verdict, gates: &[GateFinding]) -> (u8, String) {
    let by_verdict = match verdict {
        Verdict::Failed => FAILED,
        Verdict::Leak => LEAK,
        Verdict::Inconclusive => UNSURE,
        Verdict::Stable => FINE,
    };
    // where only the load was looked at and no gate asks about it, whether the load went well is all there is
    let gates_only = judging.is_some_and(|j| j.gates_only || j.load_only && !gates.is_empty());
    let mut worst = if gates_only && by_verdict != FAILED {
        (FINE, if judging.is_some_and(|j| j.load_only) { "--load-only" } else { "--gates-only" }.to_string())
    } else {
        (by_verdict, "verdict".to_string())
    };
    for gate in gates {
        let code = match gate.result {
            GateResult::Held => FINE,
            GateResult::Failed => LEAK,
            GateResult::Inconclusive => UNSURE,
        };
        if severity(code) > severity(worst.0) {
            worst = (code, format!("gate {}", gate.expr));
        }
    }
    let Some(judging) = judging else { return worst };
    match worst.0 {
        LEAK | UNSURE if judging.no_fail => (FINE, format!("--no-fail (else {} by {})", worst.0, worst.1)),
        UNSURE if judging.allow_inconclusive => {
            (FINE, format!("--allow-inconclusive (else 3 by {})", worst.1))
        }
        _ => worst,
    }
}

/// 4 failed, then 1 leak, then 3 inconclusive, then 0.
fn severity(code: u8) -> u8 {
    match code {
        FAILED => 3,
        LEAK => 2,
        UNSURE => 1,
        _ => 0,
    }
}
