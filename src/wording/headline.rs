//! The headline: what a manager reads, and a gate that failed before all else.
//!
//! It comes in two forms: a full sentence, and what follows a badge that has said the verdict already.

use crate::findings::{Answer, Badge, Findings, Reason, Verdict};

use super::leak;
use super::other_process::measured_by_page_alone;
use super::phrase::lower_first;
use super::reason::reason;

/// One full sentence: the answer, and before it a gate that failed.
pub fn headline(findings: &Findings) -> String {
    let answer = sentence(&findings.assessment.answer) + &whose(findings);
    match findings.failed_gate().filter(|_| findings.badge() == Badge::GateFailed) {
        Some(gate) => format!("Gate failed: {}; {}", gate.expr, lower_first(&answer)),
        None => answer,
    }
}

/// What follows the badge.
pub fn summary(findings: &Findings) -> String {
    let answer = &findings.assessment.answer;
    let said = match findings.failed_gate().filter(|_| findings.badge() == Badge::GateFailed) {
        Some(gate) => format!("{}; {}", gate.expr, lower_first(&sentence(answer))),
        None => bare(answer),
    };
    said + &whose(findings)
}

/// Whose figures decided, where they are not those of the process that the URL leads to.
fn whose(findings: &Findings) -> String {
    let target = findings.assessment.target.as_ref();
    let whose = target.and_then(measured_by_page_alone);
    whose.map(|whose| format!(" ({whose})")).unwrap_or_default()
}

/// The answer with the word for its verdict.
pub fn sentence(answer: &Answer) -> String {
    let bare = bare(answer);
    match answer.verdict() {
        Verdict::Leak => format!("Leak: {bare}"),
        // no one may read that nothing leaks where nothing was measured
        Verdict::Stable if answer.reason == Reason::OnlyLoad => super::phrase::capitalize(&bare),
        Verdict::Stable => format!("No leak: {bare}"),
        Verdict::Inconclusive => format!("Cannot tell: {bare}"),
        Verdict::Failed => format!("Failed: {bare}"),
    }
}

/// The answer without the word for its verdict.
pub fn bare(answer: &Answer) -> String {
    let why = reason(&answer.reason);
    match (answer.verdict(), &answer.until_then) {
        (Verdict::Leak, _) => leak::summary(&answer.summary, &why),
        (Verdict::Failed, Some(until_then)) => format!("{why}; until then {}", leak::leak(until_then)),
        _ => why,
    }
}
