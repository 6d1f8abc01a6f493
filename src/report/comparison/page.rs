//! compare.html: both runs in one page with no other file, in the style of report.html.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use minijinja::{AutoEscape, Environment, context};

use super::row::{badge, foremost, others, row};
use crate::error::{Error, Result};
use crate::findings::{Change, Comparison, SeriesChange, Side, Verdict};
use crate::report::clean_text::clean_text;
use crate::report::html::{held, style};
use crate::wording::picture::name_verdict;

const PAGE: &str = include_str!("page.html");

/// The picture as SVG, each on light and on dark ground.
pub struct PagePictures {
    /// The runs side by side.
    pub wide: [String; 2],
    /// One below the other, for a narrow screen.
    pub narrow: [String; 2],
}

/// The page with these pictures.
///
/// # Errors
/// When the template fails, which a test rules out.
pub fn render(comparison: &Comparison, pictures: &PagePictures) -> Result<String> {
    let own = |e: minijinja::Error| Error::Own(format!("compare.html could not be rendered: {e}"));
    let mut environment = Environment::empty();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_filter("held", held);
    environment.add_template("page", PAGE).map_err(own)?;
    let cells = |series: &SeriesChange| row(series).map(|cell| clean_text(&cell));
    let first = foremost(comparison);
    let others = others(comparison);
    environment
        .get_template("page")
        .map_err(own)?
        .render(context! {
            style => minijinja::Value::from_safe_string(style()),
            version => env!("CARGO_PKG_VERSION"),
            badge => badge(comparison),
            tone => tone(comparison.verdict),
            summary => clean_text(&comparison.summary),
            exit_code => comparison.exit_code,
            sides => [("Before", &comparison.before), ("After", &comparison.after)].map(side),
            wide => pictures.wide.each_ref().map(|svg| STANDARD.encode(svg)),
            narrow => pictures.narrow.each_ref().map(|svg| STANDARD.encode(svg)),
            foremost => first.into_iter().map(cells).collect::<Vec<_>>(),
            other_count => others.len(),
            others => others.into_iter().map(cells).collect::<Vec<_>>(),
            notes => comparison.notes.iter().map(|note| clean_text(note)).collect::<Vec<_>>(),
        })
        .map_err(own)
}

/// Which of both, colour, verdict, name, headline and subtitle.
fn side((word, side): (&str, &Side)) -> [String; 6] {
    [
        word.to_string(),
        side.verdict.to_string(),
        name_verdict(side.verdict).to_string(),
        clean_text(&side.name),
        clean_text(&side.headline),
        clean_text(&side.subtitle),
    ]
}

/// The verdict whose colour an answer has.
fn tone(change: Change) -> Verdict {
    match change {
        Change::Fixed | Change::NoDifference => Verdict::Stable,
        Change::StillLeaking | Change::Regressed => Verdict::Leak,
        Change::CannotTell => Verdict::Inconclusive,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testing;

    #[test]
    fn the_page_has_answer_both_runs_pictures_and_changes_and_escapes_what_is_not_its_own() {
        let mut comparison = testing::comparison();
        comparison.before.name = "<script>alert(1)</script>".into();
        let [wide, narrow] =
            ["wide", "narrow"].map(|of| ["light", "dark"].map(|on| format!("<svg>{of} {on}</svg>")));
        let page = render(&comparison, &PagePictures { wide, narrow }).unwrap().replace('\u{a0}', " ");
        for what in [
            "<span class=\"badge\">FIXED</span> no growth of the live heap",
            "&lt;script&gt;alert",
            "fix-queue",
            "(max-width: 640px) and (prefers-color-scheme: dark)",
            "private memory</td>",
            "grows 2.8 KiB per request less</td>",
            "The runs drove different rates",
        ] {
            assert!(page.contains(what), "{what}: {page}");
        }
        assert!(!page.contains("<script"), "it needs none");
    }
}
