//! Why a run ended before its time, with --until-sure.

use super::reason;
use crate::findings::Reason;

/// It leaks for certain.
pub fn certain_leak(leak: &Reason) -> String {
    certain(&reason(leak))
}

/// It is stable for certain.
pub fn certainly_stable() -> String {
    certain("look after look found no growth")
}

fn certain(answer: &str) -> String {
    format!("the answer is certain (--until-sure): {answer}")
}
