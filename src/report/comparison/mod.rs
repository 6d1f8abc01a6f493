//! A comparison as files and on the terminal: one file a format, as with the report of one run.
//!
//! Comes in: the comparison of two runs, and both runs for the picture. Goes out: compare.json, compare.md,
//! compare.html and compare.png, each written whole, and the table of a terminal.

mod markdown;
mod page;
mod row;
mod terminal;

pub use terminal::summary;

use super::picture::{PairLayout, Scene, Theme, compose_pair};
use super::render::{Format, render_each};
use super::{json, png, svg};
use crate::error::Result;
use crate::evidence::Evidence;
use crate::findings::{Comparison, Report};
use page::PagePictures;

/// Two runs for the renderers of what they come to.
struct Pair<'a> {
    runs: [(&'a Evidence, &'a Report); 2],
    comparison: &'a Comparison,
    look: Theme,
}

impl Pair<'_> {
    fn scene(&self, look: Theme, layout: PairLayout) -> Scene {
        compose_pair(self.runs, self.comparison, look.theme(), layout)
    }
}

/// Every file with its renderer.
fn formats<'a>() -> [Format<Pair<'a>>; 4] {
    [
        ("compare.json", |pair| json::render(pair.comparison).map(String::into_bytes)),
        ("compare.md", |pair| Ok(markdown::render(pair.comparison).into_bytes())),
        ("compare.html", |pair| {
            let drawn = |layout| -> Result<[String; 2]> {
                let [light, dark] =
                    [Theme::Light, Theme::Dark].map(|look| svg::render(&pair.scene(look, layout)));
                Ok([light?, dark?])
            };
            let pictures =
                PagePictures { wide: drawn(PairLayout::SideBySide)?, narrow: drawn(PairLayout::Stacked)? };
            page::render(pair.comparison, &pictures).map(String::into_bytes)
        }),
        ("compare.png", |pair| png::render(&pair.scene(pair.look, PairLayout::Full))),
    ]
}

/// The names of all files.
pub fn names() -> impl Iterator<Item = &'static str> {
    formats().map(|(name, _)| name).into_iter()
}

/// Renders every file and hands each to `write`, under its name, the picture with this look; one that fails costs no
/// other, as with a report.
///
/// # Errors
/// The first that could not be rendered or written.
pub fn render_all(
    runs: [(&Evidence, &Report); 2],
    comparison: &Comparison,
    look: Theme,
    mut write: impl FnMut(&str, &[u8]) -> Result<()>,
) -> Result<()> {
    render_each(&formats(), &Pair { runs, comparison, look }, &mut write)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use crate::report::testing;

    #[test]
    fn a_file_that_fails_costs_no_other() {
        let case = testing::leak();
        let comparison = testing::comparison();
        let run = (&case.evidence, &case.findings);
        let mut names = Vec::new();
        let first = render_all([run, run], &comparison, Theme::Light, |name, _| {
            names.push(name.to_string());
            if name == "compare.json" { Err(Error::Own("the disk is full".into())) } else { Ok(()) }
        });
        assert_eq!(first.unwrap_err().to_string(), "the disk is full");
        assert_eq!(names, ["compare.json", "compare.md", "compare.html", "compare.png"]);
    }
}
