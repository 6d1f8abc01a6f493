//! report.json, and every other document for pipelines: what was found as it is.

use serde::Serialize;

use crate::error::{Error, Result};

/// A document as indented JSON that ends with a new line; of a run it is report.json.
///
/// # Errors
/// When it cannot be written as JSON, which its type rules out.
pub fn render(document: &impl Serialize) -> Result<String> {
    let mut text = serde_json::to_string_pretty(document)
        .map_err(|e| Error::Own(format!("it could not be written as JSON: {e}")))?;
    text.push('\n');
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Report;
    use crate::report::testing;

    #[test]
    fn what_is_written_is_read_back() {
        for case in testing::cases() {
            let text = render(&case.findings).unwrap();
            let back: Report = serde_json::from_str(&text).unwrap();
            assert_eq!(back.headline, case.findings.headline, "{}", case.name);
            assert_eq!(back.culprits, case.findings.culprits, "{}", case.name);
            for (read, written) in back.series.iter().zip(&case.findings.series) {
                // numbers are read back to within their last digit
                let apart = read.slope_per_s.unwrap() - written.slope_per_s.unwrap();
                assert!(apart.abs() <= 1e-12 * written.slope_per_s.unwrap().abs(), "{}", written.id.name());
            }
            assert!(text.starts_with("{\n  \"schema\": \"soak/1\""));
        }
    }
}
