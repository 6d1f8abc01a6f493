//! The headline: what a manager reads, and a gate that failed or stays undecided before all else.
//!
//! It comes in two forms: a full sentence, and what follows a badge that has said the verdict already.

use crate::evidence::first_to_turn_on;
use crate::findings::{Answer, Findings, LongerRun, Reason, Verdict};

use super::gate;
use super::leak;
use super::other_process::measured_by_page_alone;
use super::phrase::{capitalize, lower_first};
use super::reason::{doubt_with_advice, reason};

/// One full sentence: the answer, and before it the gate that decides.
pub fn headline(findings: &Findings) -> String {
    let answer = with_word(&findings.assessment.answer, &advised(findings)) + &whose(findings);
    match findings.decisive_gate() {
        Some(gate) => {
            let badge = lower_but_first(&findings.badge().to_string());
            let why = gate::reason_with_advice(gate, length_left_to_gates(findings));
            format!("{badge}: {}, {why}; {}", gate.expr, lower_first(&answer))
        }
        None => answer,
    }
}

/// What follows the badge.
pub fn summary(findings: &Findings) -> String {
    let (answer, advised) = (&findings.assessment.answer, advised(findings));
    let said = match findings.decisive_gate() {
        Some(gate) => {
            // the line of the gate has the rest
            let answer = lower_first(&with_word(answer, &advised));
            format!("{}: {}; {answer}", gate.expr, gate::figure(gate))
        }
        None => advised,
    };
    said + &whose(findings)
}

/// "Gate failed" of "GATE FAILED".
fn lower_but_first(badge: &str) -> String {
    capitalize(&badge.to_lowercase())
}

/// Whose figures decided, where they are not those of the process that the URL leads to.
fn whose(findings: &Findings) -> String {
    let target = findings.assessment.target.as_ref();
    let whose = target.and_then(measured_by_page_alone);
    whose.map(|whose| format!(" ({whose})")).unwrap_or_default()
}

/// The answer, and where it cannot tell the one thing to do next.
fn advised(findings: &Findings) -> String {
    let answer = &findings.assessment.answer;
    match &answer.reason {
        Reason::Doubt(doubt) => {
            let missing = first_to_turn_on(&findings.assessment.probes);
            doubt_with_advice(doubt, missing, findings.longer.as_ref())
        }
        _ => bare(answer),
    }
}

/// The longer run, where the lines of gates are to name it: an answer that is open says itself what to do next.
pub fn length_left_to_gates(findings: &Findings) -> Option<&LongerRun> {
    findings.longer.as_ref().filter(|_| findings.verdict() != Verdict::Inconclusive)
}

/// The answer with the word for its verdict.
pub fn sentence(answer: &Answer) -> String {
    with_word(answer, &bare(answer))
}

fn with_word(answer: &Answer, bare: &str) -> String {
    match answer.verdict() {
        Verdict::Leak => format!("Leak: {bare}"),
        // no one may read that nothing leaks where nothing was measured
        Verdict::Stable if answer.reason == Reason::OnlyLoad => capitalize(bare),
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
