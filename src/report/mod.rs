//! Findings and evidence as files: one file a format.
//!
//! Comes in: what was seen, and what `judge/` made of it. Goes out: the derived files of a run directory, each written
//! whole. Renderers word nothing: headline, notes and reasons come from the findings; only the names of axes, columns
//! and headings are theirs. Another format is one more file here and one more line in [`FORMATS`].

pub mod comparison;
#[cfg(test)]
mod fixture;
pub mod html;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod picture;
pub mod png;
pub mod svg;
pub mod terminal;

use std::panic::{self, AssertUnwindSafe};

use crate::error::{Error, Result};
use crate::evidence::{Evidence, Findings};

/// A renderer: what was seen and what it comes to, as the bytes of a file.
type Render = fn(&Evidence, &Findings) -> Result<Vec<u8>>;

/// Every derived file with its renderer. report.json comes first: a pipeline can do without the rest.
const FORMATS: [(&str, Render); 6] = [
    ("report.json", |_, findings| json::render(findings).map(String::into_bytes)),
    ("report.md", |evidence, findings| Ok(markdown::render(evidence, findings).into_bytes())),
    ("report.html", |evidence, findings| html::render(evidence, findings).map(String::into_bytes)),
    ("junit.xml", |_, findings| junit::render(findings).map(String::into_bytes)),
    ("soak.png", |evidence, findings| png::render(&picture::compose(evidence, findings, &picture::LIGHT))),
    ("soak.svg", |evidence, findings| {
        svg::render(&picture::compose(evidence, findings, &picture::LIGHT)).map(String::into_bytes)
    }),
];

/// Renders every derived file and hands each to `write`, under its name, before the next is begun. One that cannot be
/// rendered, even by a panic, costs no other.
///
/// # Errors
/// The first file that could not be rendered or written; the others are there, as far as they could be.
pub fn render_all(
    evidence: &Evidence,
    findings: &Findings,
    mut write: impl FnMut(&str, &[u8]) -> Result<()>,
) -> Result<()> {
    render_each(&FORMATS, evidence, findings, &mut write)
}

fn render_each(
    formats: &[(&str, Render)],
    evidence: &Evidence,
    findings: &Findings,
    write: &mut dyn FnMut(&str, &[u8]) -> Result<()>,
) -> Result<()> {
    let mut all = Ok(());
    for (name, render) in formats {
        // a renderer only reads: nothing half done is left behind
        let rendered = panic::catch_unwind(AssertUnwindSafe(|| render(evidence, findings)))
            .unwrap_or_else(|_| Err(Error::Own("this is a bug in soak".into())))
            .map_err(|e| Error::Own(format!("{name} could not be rendered: {e}")));
        all = all.and(rendered.and_then(|content| write(name, &content)));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(names, ["report.json", "report.md", "report.html", "junit.xml", "soak.png", "soak.svg"]);
    }

    #[test]
    fn one_that_fails_costs_no_other_and_the_first_is_told() {
        let case = fixture::cases().remove(0);
        let formats: [(&str, Render); 4] = [
            ("good", |_, _| Ok(vec![1])),
            ("bad.png", |_, _| Err(Error::Own("no font".into()))),
            ("broken", |_, _| panic!("a bug, on purpose")),
            ("last", |_, _| Ok(vec![2])),
        ];
        let mut names = Vec::new();
        let mut write = |name: &str, _: &[u8]| {
            names.push(name.to_string());
            if name == "last" { Err(Error::Own("the disk is full".into())) } else { Ok(()) }
        };
        let told = render_each(&formats, &case.evidence, &case.findings, &mut write);
        assert_eq!(told.unwrap_err().to_string(), "bad.png could not be rendered: no font");
        assert_eq!(names, ["good", "last"]);
    }
}
