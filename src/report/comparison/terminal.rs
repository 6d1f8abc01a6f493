//! The table of `soak compare`.

use anstyle::Style;
use comfy_table::{ContentArrangement, Table, presets};

use super::row::{badge, foremost, row};
use crate::findings::{Change, Comparison, Verdict};
use crate::report::badge_style::badge_style;
use crate::report::clean_text::clean_text;
use crate::report::lines::Columns;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
/// Series that are shown; compare.json has all.
const SERIES: usize = 8;

/// The answer, the runs and their series, with colours as ANSI sequences.
pub fn summary(comparison: &Comparison, columns: Columns) -> String {
    let style = badge_style(tone(comparison.verdict));
    let word = badge(comparison);
    let head = format!("{style} {word} {style:#} {BOLD}{}{BOLD:#}", clean_text(&comparison.summary));
    let mut out = format!("\n{}\n\n", columns.fit(&head, 2));
    for (side, which) in [(&comparison.before, "before"), (&comparison.after, "after ")] {
        let of_run = format!("{which}  {}: {}", clean_text(&side.name), clean_text(&side.headline));
        let subtitle = format!("        {DIM}{}{DIM:#}", clean_text(&side.subtitle));
        out += &[of_run, subtitle].map(|line| columns.fit(&line, 8) + "\n").concat();
    }
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(columns.of_table()).set_header(["series", "before", "after", "change"]);
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
        out += &(columns.fit(&format!("{DIM}note:{DIM:#} {}", clean_text(note)), 2) + "\n");
    }
    out
}

fn tone(change: Change) -> Verdict {
    match change {
        Change::StillLeaking | Change::Regressed => Verdict::Leak,
        Change::Fixed | Change::NoDifference => Verdict::Stable,
        Change::CannotTell => Verdict::Inconclusive,
    }
}
