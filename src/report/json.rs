//! report.json: the findings as they are, for pipelines.

use crate::error::{Error, Result};
use crate::evidence::Findings;

/// The findings as indented JSON that ends with a new line.
///
/// # Errors
/// When they cannot be written as JSON, which their types rule out.
pub fn render(findings: &Findings) -> Result<String> {
    let mut text = serde_json::to_string_pretty(findings)
        .map_err(|e| Error::Own(format!("report.json could not be written: {e}")))?;
    text.push('\n');
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn what_is_written_is_read_back() {
        for case in fixture::cases() {
            let text = render(&case.findings).unwrap();
            let back: Findings = serde_json::from_str(&text).unwrap();
            assert_eq!(back.headline, case.findings.headline, "{}", case.name);
            assert_eq!(back.culprits, case.findings.culprits, "{}", case.name);
            for (read, told) in back.series.iter().zip(&case.findings.series) {
                // numbers are read back to within their last digit
                let apart = read.slope_per_s.unwrap() - told.slope_per_s.unwrap();
                assert!(apart.abs() <= 1e-12 * told.slope_per_s.unwrap().abs(), "{}", told.name);
            }
            assert!(text.starts_with("{\n  \"schema\": \"soak/1\""));
        }
    }
}
