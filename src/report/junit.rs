//! junit.xml: the verdict and each gate as a test case, for pipelines that show those.

use quick_junit::{NonSuccessKind, Report as Suites, TestCase, TestCaseStatus, TestSuite};

use super::clean_text::clean_text;
use crate::error::{Error, Result};
use crate::findings::{GateResult, Outcome, Report};

/// The file's text.
///
/// # Errors
/// When it cannot be written as XML.
pub fn render(findings: &Report) -> Result<String> {
    let mut suite = TestSuite::new(clean_text(&findings.subtitle));
    let mut why = vec![findings.title()];
    why.extend(findings.culprits.iter().map(|c| c.why.clone()));
    why.extend(findings.notes.iter().cloned());
    suite.add_test_case(case("verdict", findings.verdict_outcome(), &findings.verdict.to_string(), &why));
    for gate in &findings.gates {
        suite.add_test_case(case(
            &gate.expr,
            findings.gate_outcome(gate),
            kind(gate.result),
            std::slice::from_ref(&gate.why),
        ));
    }
    let mut report = Suites::new("soak");
    report.add_test_suite(suite);
    report.to_string().map_err(|e| Error::Own(format!("junit.xml could not be written: {e}")))
}

fn case(name: &str, outcome: Outcome, kind: &str, why: &[String]) -> TestCase {
    let mut status = match outcome {
        Outcome::Passed => TestCaseStatus::success(),
        Outcome::Failed => TestCaseStatus::non_success(NonSuccessKind::Failure),
        // what could not be decided is an error and not a failure
        Outcome::Undecided => TestCaseStatus::non_success(NonSuccessKind::Error),
        Outcome::Waived => TestCaseStatus::skipped(),
    };
    if !matches!(outcome, Outcome::Passed) {
        status.set_type(kind);
        status.set_message(clean_text(why.first().map_or("", String::as_str)));
        status.set_description(why.join("\n"));
    }
    let mut case = TestCase::new(clean_text(name), status);
    case.set_classname("soak");
    case
}

/// The type of a gate that did not hold, as junit.xsd lists them.
fn kind(result: GateResult) -> &'static str {
    match result {
        GateResult::Held => "held",
        GateResult::Failed => "failed",
        GateResult::Inconclusive => "inconclusive",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testing;

    #[test]
    fn a_leak_and_a_failed_gate_are_failures_and_an_undecided_gate_an_error() {
        let text = render(&testing::leak().findings).unwrap();
        assert!(text.contains(r#"tests="4""#), "{text}");
        assert!(text.contains(r#"failures="2""#) && text.contains(r#"errors="1""#), "{text}");
        assert!(text.contains("memory.slope &lt; 1MiB/h"), "{text}");
    }

    #[test]
    fn what_the_user_waived_is_skipped_and_what_is_stable_passes() {
        let mut case = testing::leak();
        case.findings.exit_code = 0;
        let text = render(&case.findings).unwrap();
        assert!(text.contains(r#"failures="0""#) && text.contains("<skipped"), "{text}");
        let stable = testing::cases().into_iter().find(|c| c.name == "stable").unwrap();
        let text = render(&stable.findings).unwrap();
        assert!(text.contains(r#"failures="0""#) && !text.contains("<skipped"), "{text}");
    }

    #[test]
    fn control_characters_never_reach_the_xml() {
        let mut case = testing::leak();
        case.findings.culprits[0].why = "a\u{0}\u{1b}[31m <b>".into();
        let text = render(&case.findings).unwrap();
        assert!(!text.contains('\u{0}') && !text.contains('\u{1b}') && text.contains("&lt;b&gt;"), "{text}");
    }
}
