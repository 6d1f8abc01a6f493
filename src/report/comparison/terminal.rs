//! The table of `soak compare`.

use anstyle::{AnsiColor, Style};
use comfy_table::{ContentArrangement, Table, presets};

use super::row::{badge, foremost, row};
use crate::findings::{Change, Comparison};
use crate::report::clean_text::clean_text;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
/// Series that are shown; compare.json has all.
const SERIES: usize = 8;

/// The answer, the runs and their series, with colours as ANSI sequences, so many columns wide.
pub fn summary(comparison: &Comparison, width: u16) -> String {
    let style = colour(comparison.verdict).bold();
    let word = badge(comparison);
    let mut out = format!("\n{style} {word} {style:#} {BOLD}{}{BOLD:#}\n\n", clean_text(&comparison.summary));
    for (side, which) in [(&comparison.before, "before"), (&comparison.after, "after ")] {
        out += &format!("{which}  {}: {}\n", clean_text(&side.name), clean_text(&side.headline));
        out += &format!("{DIM}        {}{DIM:#}\n", clean_text(&side.subtitle));
    }
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(width).set_header(["series", "before", "after", "change"]);
    for series in foremost(comparison).into_iter().take(SERIES) {
        table.add_row(row(series).map(|text| clean_text(&text)));
    }
    if table.row_iter().next().is_some() {
        out += &format!("\n{}\n", table.trim_fmt());
    }
    if !comparison.notes.is_empty() {
        out += "\n";
    }
    for note in &comparison.notes {
        out += &format!("{DIM}note:{DIM:#} {}\n", clean_text(note));
    }
    out
}

fn colour(change: Change) -> Style {
    match change {
        Change::StillLeaking | Change::Regressed => AnsiColor::Red.on_default(),
        Change::Fixed | Change::NoDifference => AnsiColor::Green.on_default(),
        Change::CannotTell => AnsiColor::Yellow.on_default(),
    }
}
