//! Report and evidence as files: one file a format.
//!
//! Comes in: what was seen, and what `judge/` made of it. Goes out: the derived files of a run directory, each written
//! whole. Renderers word nothing: headline, notes and reasons come from the findings; only the names of axes, columns
//! and headings are theirs. Another format is one more file here and one more line in [`formats`].

pub mod comparison;
#[cfg(test)]
mod fixture;
pub mod github;
pub mod html;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod picture;
pub mod png;
mod requests;
#[cfg(test)]
mod schema;
pub mod svg;
pub mod terminal;

use std::cell::OnceCell;
use std::panic::{self, AssertUnwindSafe};

use self::picture::{Scene, Theme};
use crate::error::{Error, Result};
use crate::evidence::Evidence;
use crate::findings::{Direction, Report, SeriesFinding};

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

/// A file's name and its renderer: what it is made of as the bytes of the file.
type Format<T> = (&'static str, fn(&T) -> Result<Vec<u8>>);

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

fn render_each<T>(
    formats: &[Format<T>],
    of: &T,
    write: &mut dyn FnMut(&str, &[u8]) -> Result<()>,
) -> Result<()> {
    let mut all = Ok(());
    for format in formats {
        all = all.and(rendered(format, of).and_then(|content| write(format.0, &content)));
    }
    all
}

/// One derived file by its name, for whoever wants a copy of it elsewhere; a picture in its usual look.
///
/// # Errors
/// When it could not be rendered, or there is none of this name.
pub fn render_one(name: &str, evidence: &Evidence, findings: &Report) -> Result<Vec<u8>> {
    let format = formats().into_iter().find(|format| format.0 == name);
    let format = format.ok_or_else(|| Error::Own(format!("there is no file {name} in a run directory")))?;
    rendered(&format, &Run::new(evidence, findings, Theme::default()))
}

/// One file; a panic of its renderer is an error like any other.
fn rendered<T>((name, render): &Format<T>, of: &T) -> Result<Vec<u8>> {
    // a renderer only reads: nothing half done is left behind
    panic::catch_unwind(AssertUnwindSafe(|| render(of)))
        .unwrap_or_else(|_| Err(Error::Own("this is a bug in soak".into())))
        .map_err(|e| Error::Own(format!("{name} could not be rendered: {e}")))
}

/// The series that matter: those that grow and count, then those that people look for, then what else grows, then those
/// of them that never moved; at most so many.
fn told(series: &[SeriesFinding], most: usize) -> Vec<&SeriesFinding> {
    let rank = |s: &SeriesFinding| match (s.trend == Direction::Growing, s.is_looked_for()) {
        _ if s.grows_unexplained() => 0,
        (_, true) if s.slope_per_s.is_some() => 1,
        (true, _) => 2,
        (_, true) => 3,
        _ => 4,
    };
    let mut told: Vec<&SeriesFinding> = series.iter().filter(|s| rank(s) < 4).collect();
    told.sort_by_key(|s| rank(s));
    told.truncate(most);
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_shows_the_same_of_an_inconclusive_series() {
        let mut case = fixture::leak();
        case.findings.series = vec![SeriesFinding {
            trend: Direction::Inconclusive,
            start: Some(1e6),
            end: Some(1.1e6),
            slope_per_s: Some(-4500.0),
            slope_ci: Some([-113_000.0, 107_500.0]),
            per_request: Some(-90.0),
            per_request_ci: Some([-2260.0, 2150.0]),
            id: crate::evidence::SeriesId::RssAnon,
            ..SeriesFinding::example()
        }];
        let page = markdown::render(&case.evidence, &case.findings);
        let summary = terminal::summary(&case.findings, None);
        let html = html::render(&case.evidence, &case.findings, "<svg/>").unwrap();
        assert!(summary.contains("at most 2.1 KiB a request"), "{summary}");
        for text in [page, summary, html] {
            assert!(text.contains("at most 2.1 KiB") && !text.contains("-90 B"), "{text}");
        }
    }

    #[test]
    fn every_format_is_written_under_its_name() {
        let case = fixture::cases().remove(0);
        let mut names = Vec::new();
        let written = render_all(&case.evidence, &case.findings, Theme::Light, |name, content| {
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
        let formats: [Format<Run<'_>>; 4] = [
            ("good", |_| Ok(vec![1])),
            ("bad.png", |_| Err(Error::Own("no font".into()))),
            ("broken", |_| panic!("a bug, on purpose")),
            ("last", |_| Ok(vec![2])),
        ];
        let mut names = Vec::new();
        let mut write = |name: &str, _: &[u8]| {
            names.push(name.to_string());
            if name == "last" { Err(Error::Own("the disk is full".into())) } else { Ok(()) }
        };
        let told = render_each(&formats, &Run::new(&case.evidence, &case.findings, Theme::Dark), &mut write);
        assert_eq!(told.unwrap_err().to_string(), "bad.png could not be rendered: no font");
        assert_eq!(names, ["good", "last"]);
    }
}
