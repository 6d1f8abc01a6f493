//! Report and evidence as files: one file a format.
//!
//! Comes in: the evidence of a run and its report. Goes out: the derived files of a run directory, each written whole,
//! and the summary on the terminal. Renderers decide nothing and word nothing: sentences come with the report or from
//! `wording/`; only the names of axes, columns and headings are theirs. Another format is one more file here and one
//! more line in [`formats`].

mod badge_style;
pub mod checkup;
mod clean_text;
pub mod comparison;
pub mod github;
pub mod html;
pub mod json;
pub mod junit;
pub mod lines;
pub mod markdown;
pub mod picture;
pub mod png;
mod render;
mod requests;
#[cfg(test)]
mod schema;
pub mod svg;
pub mod task_list;
pub mod terminal;
#[cfg(test)]
mod testing;

use std::cell::OnceCell;

use self::picture::{Scene, Theme};
use self::render::{Format, render_each, render_format};
use crate::error::{Error, Result};
use crate::evidence::Evidence;
use crate::findings::Report;

/// A run for its renderers: what was seen, what it comes to, and the picture of both, made once for all that show it.
struct Run<'a> {
    evidence: &'a Evidence,
    findings: &'a Report,
    /// Of the pictures that stand alone; inside report.html it is always light, since paper is.
    look: Theme,
    scenes: [OnceCell<Scene>; 2],
    svgs: [OnceCell<String>; 2],
}

impl<'a> Run<'a> {
    fn new(evidence: &'a Evidence, findings: &'a Report, look: Theme) -> Run<'a> {
        Run { evidence, findings, look, scenes: Default::default(), svgs: Default::default() }
    }

    fn scene(&self, look: Theme) -> &Scene {
        self.scenes[look as usize]
            .get_or_init(|| picture::compose(self.evidence, self.findings, look.theme()))
    }

    fn svg(&self, look: Theme) -> Result<&str> {
        let cell = &self.svgs[look as usize];
        if let Some(svg) = cell.get() {
            return Ok(svg);
        }
        let svg = svg::render(self.scene(look))?;
        Ok(cell.get_or_init(|| svg))
    }
}

/// Every derived file with its renderer. report.json comes first: a pipeline can do without the rest.
fn formats<'a>() -> [Format<Run<'a>>; 6] {
    [
        ("report.json", |run| json::render(run.findings).map(String::into_bytes)),
        ("report.md", |run| Ok(markdown::render(run.evidence, run.findings).into_bytes())),
        ("report.html", |run| {
            html::render(run.evidence, run.findings, run.svg(Theme::Light)?).map(String::into_bytes)
        }),
        ("junit.xml", |run| junit::render(run.findings).map(String::into_bytes)),
        ("soak.png", |run| png::render(run.scene(run.look))),
        ("soak.svg", |run| run.svg(run.look).map(|svg| svg.as_bytes().to_vec())),
    ]
}

/// The names of all derived files.
pub fn names() -> impl Iterator<Item = &'static str> {
    formats().map(|(name, _)| name).into_iter().chain(comparison::names())
}

/// Renders every derived file and hands each to `write`, under its name, before the next is begun; the pictures with
/// this look. One that cannot be rendered, even by a panic, costs no other.
///
/// # Errors
/// The first file that could not be rendered or written; the others are there, as far as they could be.
pub fn render_all(
    evidence: &Evidence,
    findings: &Report,
    look: Theme,
    mut write: impl FnMut(&str, &[u8]) -> Result<()>,
) -> Result<()> {
    render_each(&formats(), &Run::new(evidence, findings, look), &mut write)
}

/// One derived file by its name, for a copy of it elsewhere; a picture in its usual look.
///
/// # Errors
/// When it could not be rendered, or there is none of this name.
pub fn render_one(name: &str, evidence: &Evidence, findings: &Report) -> Result<Vec<u8>> {
    let format = formats().into_iter().find(|format| format.0 == name);
    let format = format.ok_or_else(|| Error::Own(format!("a run directory has no file {name}")))?;
    render_format(&format, &Run::new(evidence, findings, Theme::default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::SeriesId;
    use crate::findings::{Direction, SeriesFinding};

    #[test]
    fn every_format_shows_the_same_of_an_inconclusive_series() {
        let mut case = testing::leak();
        case.findings.series = vec![SeriesFinding {
            trend: Direction::Inconclusive,
            start: Some(1e6),
            end: Some(1.1e6),
            slope_per_s: Some(-4500.0),
            slope_ci: Some([-113_000.0, 107_500.0]),
            per_request: Some(-90.0),
            per_request_ci: Some([-2260.0, 2150.0]),
            id: SeriesId::RssAnon,
            ..SeriesFinding::example()
        }];
        let page = markdown::render(&case.evidence, &case.findings);
        let summary = terminal::summary(&case.findings, None, lines::Columns::UNBOUNDED);
        let html = html::render(&case.evidence, &case.findings, "<svg/>").unwrap().replace('\u{a0}', " ");
        assert!(summary.contains("at most 2.1 KiB per request"), "{summary}");
        for text in [page, summary, html] {
            assert!(text.contains("at most 2.1 KiB") && !text.contains("-90 B"), "{text}");
        }
    }

    #[test]
    fn every_format_is_written_under_its_name() {
        let case = testing::cases().remove(0);
        let mut names = Vec::new();
        let written = render_all(&case.evidence, &case.findings, Theme::Light, |name, content| {
            assert!(!content.is_empty(), "{name}");
            names.push(name.to_string());
            Ok(())
        });
        written.unwrap();
        assert_eq!(names, ["report.json", "report.md", "report.html", "junit.xml", "soak.png", "soak.svg"]);
    }
}
