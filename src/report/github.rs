//! What GitHub Actions shows beside a job: one annotation for the verdict and one for each gate, as workflow commands.
//!
//! Comes in: findings. Goes out: lines that the runner reads off either stream of a step. The escapes are those of
//! escapeData and escapeProperty in github.com/actions/toolkit, packages/core/src/command.ts.

use super::clean_text::clean_text;
use crate::findings::{Outcome, Report};

/// The lines, each with its end; empty where nothing is wrong. What the user waived, so that the step is green, is a
/// warning and no error.
pub fn annotations(findings: &Report) -> String {
    let mut out = String::new();
    if let Some(level) = level(findings.verdict_outcome()) {
        let mut why = vec![findings.summary.as_str()];
        why.extend(findings.culprits.iter().flat_map(|c| [c.name.as_str(), c.why.as_str()]));
        out += &command(level, &format!("soak: {}", findings.badge), &why);
    }
    for gate in &findings.gates {
        if let Some(level) = level(findings.gate_outcome(gate)) {
            let title = format!("soak: gate {}: {}", gate.result, gate.expr);
            out += &command(level, &title, &[&gate.why]);
        }
    }
    out
}

/// How loud GitHub shows it; what passed is not shown.
fn level(outcome: Outcome) -> Option<&'static str> {
    match outcome {
        Outcome::Passed => None,
        Outcome::Failed => Some("error"),
        Outcome::Undecided | Outcome::Waived => Some("warning"),
    }
}

fn command(level: &str, title: &str, message: &[&str]) -> String {
    let message: Vec<String> = message.iter().map(|line| clean_text(line)).collect();
    format!("::{level} title={}::{}\n", property(&clean_text(title)), data(&message.join("\n")))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testing;

    #[test]
    fn a_leak_and_a_failed_gate_are_errors_and_an_undecided_gate_a_warning() {
        let text = annotations(&testing::leak().findings);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3, "the gate that held says nothing: {text}");
        assert!(lines[0].starts_with("::error title=soak%3A LEAK::memory grows 2.8 KiB"), "{text}");
        assert!(lines[0].contains("%0Amain.fanOut.func1%0A"), "{text}");
        assert!(
            lines[1].starts_with("::error title=soak%3A gate failed%3A memory.slope < 1MiB/h::"),
            "{text}"
        );
        assert!(lines[2].starts_with("::warning title=soak%3A gate undecided%3A fds.slope"), "{text}");
    }

    #[test]
    fn what_was_waived_is_a_warning_and_what_is_stable_is_silent() {
        let mut case = testing::leak();
        case.findings.exit_code = 0;
        let text = annotations(&case.findings);
        assert!(text.lines().all(|line| line.starts_with("::warning ")), "{text}");
        let stable = testing::cases().into_iter().find(|c| c.name == "stable").unwrap();
        assert_eq!(annotations(&stable.findings), "");
    }

    #[test]
    fn no_text_of_the_target_begins_a_command_of_its_own() {
        let mut case = testing::leak();
        case.findings.summary = "100% gone\r\n::set-output name=x::y".into();
        case.findings.gates[0].expr = "a,b::c < 1\n::error::z".into();
        let text = annotations(&case.findings);
        assert_eq!(text.lines().count(), 3, "{text}");
        assert!(text.contains("::100%25 gone"), "{text}");
        let title = text.lines().nth(1).unwrap().strip_prefix("::error title=").unwrap();
        let (title, _) = title.split_once("::").unwrap();
        assert!(title.contains("a%2Cb%3A%3Ac < 1"), "{title}");
    }
}
