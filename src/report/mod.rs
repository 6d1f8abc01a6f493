//! Findings and evidence as files: one file a format.
//!
//! Comes in: what was seen, and what `judge/` made of it. Goes out: the derived files of a run directory, each written
//! whole. Renderers word nothing: headline, notes and reasons come from the findings; only the names of axes, columns
//! and headings are theirs. Another format is one more file here and one more line in [`FORMATS`].

#[cfg(test)]
mod fixture;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod picture;
pub mod png;
pub mod svg;
pub mod terminal;

use crate::error::Result;
use crate::evidence::{Evidence, Findings};

/// A renderer: what was seen and what it comes to, as the bytes of a file.
type Render = fn(&Evidence, &Findings) -> Result<Vec<u8>>;

/// Every derived file with its renderer. report.json comes first: a pipeline can do without the rest.
const FORMATS: [(&str, Render); 5] = [
    ("report.json", |_, findings| json::render(findings).map(String::into_bytes)),
    ("report.md", |evidence, findings| Ok(markdown::render(evidence, findings).into_bytes())),
    ("junit.xml", |_, findings| junit::render(findings).map(String::into_bytes)),
    ("soak.png", |evidence, findings| png::render(&picture::compose(evidence, findings, &picture::LIGHT))),
    ("soak.svg", |evidence, findings| {
        svg::render(&picture::compose(evidence, findings, &picture::LIGHT)).map(String::into_bytes)
    }),
];

/// Renders every derived file and hands each to `write`, under its name, before the next is begun.
///
/// # Errors
/// The first file that could not be rendered or written; those before it are there.
pub fn render_all(
    evidence: &Evidence,
    findings: &Findings,
    mut write: impl FnMut(&str, &[u8]) -> Result<()>,
) -> Result<()> {
    for (name, render) in FORMATS {
        write(name, &render(evidence, findings)?)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    #[test]
    fn every_format_is_written_under_its_name() {
        let case = fixture::cases().remove(0);
        let mut names = Vec::new();
        let written = render_all(&case.evidence, &case.findings, |name, content| {
            assert!(!content.is_empty(), "{name}");
            names.push(name.to_string());
            Ok(())
        });
        written.unwrap();
        assert_eq!(names, ["report.json", "report.md", "junit.xml", "soak.png", "soak.svg"]);
    }

    #[test]
    fn a_file_that_cannot_be_written_ends_it() {
        let case = fixture::cases().remove(0);
        let full = |_: &str, _: &[u8]| Err(Error::Own("the disk is full".into()));
        assert!(render_all(&case.evidence, &case.findings, full).is_err());
    }
}
