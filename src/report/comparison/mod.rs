//! A comparison as files and on the terminal: one file a format, as with the report of one run.
//!
//! Comes in: what `judge/` made of two runs, and both runs for the picture. Goes out: compare.json, compare.md and
//! compare.png, each written whole, and the table of a terminal.

mod markdown;
mod terminal;

pub use terminal::summary;

use super::picture::{Look, compose_pair};
use super::{json, png};
use crate::error::Result;
use crate::evidence::{Comparison, Evidence, Findings, Growth, Per, SeriesChange};
use crate::units::Unit;

/// Renders every file and hands each to `write`, under its name; the picture with this look.
///
/// # Errors
/// The first that could not be rendered or written.
pub fn render_all(
    runs: [(&Evidence, &Findings); 2],
    comparison: &Comparison,
    look: Look,
    mut write: impl FnMut(&str, &[u8]) -> Result<()>,
) -> Result<()> {
    write("compare.json", json::render(comparison)?.as_bytes())?;
    write("compare.md", markdown::render(comparison).as_bytes())?;
    write("compare.png", &png::render(&compose_pair(runs, comparison, look.theme()))?)
}

/// A row of the table that both texts have: name, before, after, change.
fn row(series: &SeriesChange) -> [String; 4] {
    let unit = Unit::of_series(&series.name);
    let show = |value: f64| match series.per {
        Per::Request => format!("{} a request", unit.show(value)),
        Per::Second => unit.show_slope(value),
    };
    let told = |growth: Option<Growth>| match growth {
        None => "–".to_string(),
        Some(Growth { value, ci: [lo, hi] }) => format!("{} ({} to {})", show(value), show(lo), show(hi)),
    };
    [series.name.clone(), told(series.before), told(series.after), series.why.clone()]
}
