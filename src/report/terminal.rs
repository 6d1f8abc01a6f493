//! The summary at the end of a run: verdict, headline, who is to blame, the few series that matter, gates, and where
//! the report lies.

use std::io::{ErrorKind, Write};
use std::path::Path;

use anstyle::{AnsiColor, Style};

use super::badge_style::badge_style;
use super::clean_text::clean_text;
use super::lines::{Columns, hold};
use super::requests;
use crate::error::{Error, Result};
use crate::findings::{
    Culprit, Direction, GateFinding, GateResult, LoadFinding, Report, SeriesFinding, Verdict,
};
use crate::wording::{UNKNOWN, brief_growth, series_from_to, summarize_load};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
/// How many series and culprits are shown here.
const SERIES: usize = 6;
const CULPRITS: usize = 3;
/// Frames of a stack.
const FRAMES: usize = 3;

/// Prints the summary on stdout, coloured where that is a terminal and NO_COLOR does not forbid it.
///
/// # Errors
/// When stdout cannot be written; a reader that went away (`soak … | head`) is none.
pub fn print(findings: &Report, report: Option<&Path>) -> Result<()> {
    let mut out = anstream::stdout().lock();
    let text = summary(findings, report, Columns::of_stdout());
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(|e| Error::Own(format!("stdout could not be written: {e}"))),
    }
}

/// The summary with its colours as ANSI sequences; `report` is the file to open next.
pub fn summary(findings: &Report, report: Option<&Path>, columns: Columns) -> String {
    let mut blocks = vec![
        badge(findings, columns),
        findings.culprits.iter().take(CULPRITS).flat_map(|c| culprit(c, columns)).collect(),
        table(&findings.series_to_show(SERIES), findings.judged_load_s(), columns),
        findings.gates.iter().map(|g| gate(g, columns)).collect(),
        findings.load.iter().flat_map(|load| load_lines(load, columns)).collect(),
        findings
            .notes
            .iter()
            .map(|n| columns.fit(&format!("{DIM}note:{DIM:#} {}", clean_text(n)), 2))
            .collect(),
    ];
    let code = format!("exit code of the run: {} ({})", findings.exit_code, clean_text(&findings.reason));
    let mut end = vec![columns.fit(&format!("{DIM}{code}{DIM:#}"), 2)];
    // a path stays whole, to be copied
    end.extend(report.map(|path| format!("report: {}", path.display())));
    blocks.push(end);
    blocks.retain(|block: &Vec<String>| !block.is_empty());
    let blocks: Vec<String> = blocks.into_iter().map(|block| block.join("\n") + "\n").collect();
    format!("\n{}", blocks.join("\n"))
}

fn badge(findings: &Report, columns: Columns) -> Vec<String> {
    let style = badge_style(findings.badge.tone());
    let headline =
        format!("{style} {} {style:#} {BOLD}{}{BOLD:#}", findings.badge, clean_text(&findings.summary));
    let subtitle = format!("{DIM}{}{DIM:#}", clean_text(&findings.subtitle));
    vec![columns.fit(&headline, 2), columns.fit(&subtitle, 2)]
}

fn colour(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Leak => AnsiColor::Red.on_default(),
        Verdict::Stable => AnsiColor::Green.on_default(),
        // yellow cannot be read on a light ground
        Verdict::Inconclusive => Style::new(),
        Verdict::Failed => AnsiColor::Magenta.on_default(),
    }
}

fn gate(gate: &GateFinding, columns: Columns) -> String {
    let style = match gate.result {
        GateResult::Held => colour(Verdict::Stable),
        GateResult::Failed => colour(Verdict::Leak),
        GateResult::Inconclusive => BOLD,
    };
    let (word, expr, why) = (gate.result, clean_text(&gate.expr), clean_text(&gate.why));
    columns.fit(&format!("gate {style}{word}{style:#}: {expr}: {why}"), 2)
}

fn culprit(culprit: &Culprit, columns: Columns) -> Vec<String> {
    let red = colour(Verdict::Leak);
    let blamed = red.bold();
    let state = culprit.state.as_deref().map(|s| format!(" · {}", clean_text(s))).unwrap_or_default();
    let (rank, name, why) = (culprit.rank, clean_text(&culprit.name), clean_text(&culprit.why));
    let line = format!("{red}{rank}.{red:#} {blamed}{name}{blamed:#}{state}: {why}");
    let frames = culprit.stack.iter().take(FRAMES);
    let frames = frames.map(|f| columns.fit(&format!("{DIM}     {}{DIM:#}", clean_text(f)), 7));
    std::iter::once(columns.fit(&line, 3)).chain(frames).collect()
}

/// What it is, trend, start and end, growth; columns aligned before they are coloured.
fn table(series: &[&SeriesFinding], steady_s: Option<f64>, columns: Columns) -> Vec<String> {
    let rows: Vec<[String; 4]> = series
        .iter()
        .map(|s| {
            // a dash says that it may grow, by an unknown amount
            let open = (s.trend == Direction::Inconclusive).then(|| UNKNOWN.to_string());
            let growth = hold(&brief_growth(s, steady_s).or(open).unwrap_or_default());
            [clean_text(s.id.label()), s.trend.to_string(), series_from_to(s), growth]
        })
        .collect();
    let wide = |i: usize| rows.iter().map(|r| r[i].chars().count()).max().unwrap_or(0);
    let widths = [wide(0), wide(1), wide(2)];
    let row = |(row, s): (&[String; 4], &&SeriesFinding)| {
        let [name, trend, ends, growth] = row;
        let style = match (s.trend, s.explained_by.is_some()) {
            (Direction::Growing, false) if s.material => colour(Verdict::Leak),
            (Direction::Stable, _) => colour(Verdict::Stable),
            (Direction::Inconclusive, _) => colour(Verdict::Inconclusive),
            _ => Style::new(),
        };
        let remark = match (&s.explained_by, &s.remark) {
            (Some(_), _) => " (explained)".into(),
            (None, Some(remark)) => format!(" {}", hold(&format!("({remark})"))),
            (None, None) => String::new(),
        };
        let line = format!(
            "{name:<0$}  {style}{trend:<1$}{style:#}  {ends:<2$}  {growth}{remark}",
            widths[0], widths[1], widths[2]
        );
        columns.fit(line.trim_end(), widths[0] + 2)
    };
    rows.iter().zip(series).map(row).collect()
}

/// The load in a line, and where there are several requests a row for each, aligned.
fn load_lines(load: &LoadFinding, columns: Columns) -> Vec<String> {
    let rows = requests::rows(load);
    let wide = |i: usize| rows.iter().map(|row| row[i].chars().count()).max().unwrap_or(0);
    let widths = [0, 1, 2, 3, 4, 5].map(wide);
    let by_request = rows.iter().map(|[name, sent, dropped, errors, p50, p99]| {
        let line = format!(
            "  {name:<0$}  {sent:>1$} sent, {dropped:>2$} not, errors {errors:<3$}  p50 {p50:>4$}, p99 {p99:>5$}",
            widths[0], widths[1], widths[2], widths[3], widths[4], widths[5]
        );
        columns.fit(&line, widths[0] + 4)
    });
    std::iter::once(columns.fit(&summarize_load(load), 2)).chain(by_request).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testing;

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn the_summary_tells_verdict_culprit_series_gates_and_path() {
        let text = summary(&testing::leak().findings, Some(Path::new("reports/run-1")), Columns::UNBOUNDED);
        assert!(text.contains('\u{1b}'));
        let plain = plain(&text);
        for what in [
            "LEAK  memory grows 2.8 KiB",
            "1. main.fanOut.func1 · chan send: ",
            "main.go:36",
            "per request",
            "gate failed: memory.slope",
            "gate held: latency.p99",
            "exit code of the run: 1 (verdict)",
        ] {
            assert!(plain.contains(what), "{what}\n{plain}");
        }
        assert!(plain.ends_with("report: reports/run-1\n"));
        assert!(plain.lines().count() < 32, "{plain}");
    }

    #[test]
    fn what_the_target_says_cannot_colour_the_terminal() {
        let mut case = testing::leak();
        case.findings.culprits[0].why = "\u{1b}]0;owned\u{7}name".into();
        let text = summary(&case.findings, None, Columns::UNBOUNDED);
        assert!(!text.contains("\u{1b}]0") && !text.contains('\u{7}'));
    }

    #[test]
    fn columns_stand_under_each_other() {
        let findings = testing::leak().findings;
        let shown = findings.series_to_show(SERIES);
        let rows: Vec<String> = table(&shown, None, Columns::UNBOUNDED).iter().map(|r| plain(r)).collect();
        let at: Vec<usize> = rows.iter().map(|r| r.chars().position(|c| c == '→').unwrap_or(0)).collect();
        assert!(rows.len() > 2 && rows.iter().all(|r| r.contains("growing")));
        assert!(at.iter().all(|i| *i > 0), "{rows:?}");
    }
}
