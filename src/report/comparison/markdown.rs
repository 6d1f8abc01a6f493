//! compare.md: both runs in one page of GitHub's Markdown.

use std::fmt::Write;

use super::row::{foremost, others, row, title};
use crate::findings::Comparison;
use crate::report::markdown::text;
use crate::wording::picture::name_verdict;

/// The page. Every text from the targets or the user is escaped.
pub fn render(comparison: &Comparison) -> String {
    let mut page = String::new();
    // writing to a string cannot fail
    let _ = page_of(&mut page, comparison);
    page
}

fn page_of(out: &mut String, comparison: &Comparison) -> std::fmt::Result {
    writeln!(out, "# {}\n", text(&title(comparison)))?;
    writeln!(out, "![memory and tasks of both runs](compare.png)\n")?;
    writeln!(out, "exit code {}\n", comparison.exit_code)?;
    writeln!(out, "| run | answer | |\n| --- | --- | --- |")?;
    for (side, which) in [(&comparison.before, "before"), (&comparison.after, "after")] {
        writeln!(
            out,
            "| {which}: {} | {} | {}<br>{} |",
            text(&side.name),
            name_verdict(side.verdict),
            text(&side.headline),
            text(&side.subtitle)
        )?;
    }
    writeln!(out, "\n## Growth\n\n| series | before | after | change |\n| --- | --- | --- | --- |")?;
    for series in foremost(comparison).into_iter().chain(others(comparison)) {
        let [name, before, after, why] = row(series).map(|cell| text(&cell));
        let name = if series.votes { format!("**{name}**") } else { name };
        writeln!(out, "| {name} | {before} | {after} | {why} |")?;
    }
    writeln!(out, "\nSeries in bold count for the verdict; intervals are at 95 %.\n")?;
    for note in &comparison.notes {
        writeln!(out, "- {}", text(note))?;
    }
    Ok(())
}
