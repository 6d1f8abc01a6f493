//! report.md: what an incident needs, in at most forty lines of GitHub's Markdown for a usual run.
//!
//! Comes in: evidence and findings. Goes out: badge and summary, gates, the sentences that decide, the culprits with
//! file and line, the series that matter, and in a line each the memory account, the load, what probing cost, what was
//! not seen. report.json has all of it.

mod escape;
#[cfg(test)]
mod tests;

use std::fmt::Write;

pub use escape::text;
use escape::{code, code_cell, fenced};

use super::requests;
use crate::evidence::Evidence;
use crate::findings::{Attribution, Culprit, GateFinding, LoadFinding, Misbehaved, Per, Report};
use crate::units::Unit;
use crate::wording::{
    below_series, describe_account, describe_load, describe_machine, describe_probing, growth_cell,
    series_ends, trend_cell,
};

/// How many of each are shown; report.json has all of them.
const SERIES: usize = 6;
const CULPRITS: usize = 3;
const FRAMES: usize = 3;
const NOTES: usize = 4;

/// The page, beside its picture. Every text from the target or the user is escaped.
pub fn render(evidence: &Evidence, findings: &Report) -> String {
    page(evidence, findings, "![memory, tasks, rate and latency over time](soak.png)\n\n")
}

/// The same where the picture is not beside it.
pub fn without_picture(evidence: &Evidence, findings: &Report) -> String {
    page(evidence, findings, "")
}

fn page(evidence: &Evidence, findings: &Report, picture: &str) -> String {
    let mut out = String::new();
    // writing to a string cannot fail
    let _ = write_page(&mut out, evidence, findings, picture);
    out
}

fn write_page(out: &mut String, evidence: &Evidence, findings: &Report, picture: &str) -> std::fmt::Result {
    writeln!(out, "# {}\n", text(&findings.title()))?;
    let (reason, subtitle) = (text(&findings.reason), text(&findings.subtitle));
    writeln!(out, "exit code {} ({reason}) · {subtitle}\n", findings.exit_code)?;
    gates(out, &findings.gates)?;
    out.push_str(picture);
    notes(out, findings)?;
    culprits(out, &findings.culprits)?;
    attribution(out, &findings.attribution)?;
    series(out, findings)?;
    if let Some(load) = &findings.load {
        by_request(out, load)?;
        misbehaved(out, &load.misbehaved)?;
    }
    write_surroundings(out, evidence, findings)?;
    if let Some(line) = &findings.reproduce {
        write!(out, "{}", fenced(line))?;
    }
    Ok(())
}

/// The sentences that decide, but for those that the table of culprits says.
fn notes(out: &mut String, findings: &Report) -> std::fmt::Result {
    let said = |note: &&String| findings.culprits.iter().any(|c| note.contains(&c.why));
    let notes: Vec<&String> = findings.notes.iter().filter(|note| !said(note)).collect();
    for note in notes.iter().take(NOTES) {
        writeln!(out, "- {}", text(note))?;
    }
    if notes.len() > NOTES {
        writeln!(out, "- {} more in report.json", notes.len() - NOTES)?;
    }
    if notes.is_empty() { Ok(()) } else { writeln!(out) }
}

fn culprits(out: &mut String, culprits: &[Culprit]) -> std::fmt::Result {
    if culprits.is_empty() {
        return Ok(());
    }
    writeln!(out, "| culprit{} | where | growth |\n| --- | --- | --- |", shown_of(CULPRITS, culprits.len()))?;
    for culprit in culprits.iter().take(CULPRITS) {
        let state = culprit.state.as_deref().map(|s| format!(" · {}", code_cell(s))).unwrap_or_default();
        let mut place: Vec<String> = culprit.stack.iter().take(FRAMES).map(|f| code_cell(f)).collect();
        if culprit.stack.len() > FRAMES {
            place.push(format!("… {} more", culprit.stack.len() - FRAMES));
        }
        place.extend(culprit.created_by.iter().map(|by| format!("created by {}", code_cell(by))));
        let (name, place, why) = (code_cell(&culprit.name), place.join("<br>"), text(&culprit.why));
        writeln!(out, "| {}. {name}{state} | {place} | {why} |", culprit.rank)?;
    }
    writeln!(out)
}

/// What each kind of request adds, series by series.
fn attribution(out: &mut String, lines: &[Attribution]) -> std::fmt::Result {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(out, "| growth of | by request | sent | blocks | each |\n| --- | --- | ---: | ---: | --- |")?;
    for line in lines {
        let sent = Unit::Count.show(line.sent as f64);
        let (who, why) = (text(&line.who()), text(&line.why));
        let series =
            line.culprit.as_ref().map_or_else(|| text(line.series.label()), |culprit| code_cell(culprit));
        writeln!(out, "| {series} | {who} | {sent} | {} | {why} |", line.blocks)?;
    }
    writeln!(out)
}

fn gates(out: &mut String, gates: &[GateFinding]) -> std::fmt::Result {
    if gates.is_empty() {
        return Ok(());
    }
    writeln!(out, "| gate | result | why |\n| --- | --- | --- |")?;
    for gate in gates {
        writeln!(out, "| {} | {} | {} |", code_cell(&gate.expr), gate.result, text(&gate.why))?;
    }
    writeln!(out)
}

fn series(out: &mut String, findings: &Report) -> std::fmt::Result {
    let (series, steady_s) = (&findings.series, findings.judged_load_s());
    let shown = findings.series_to_show(SERIES);
    if shown.is_empty() {
        return Ok(());
    }
    let of = shown_of(shown.len(), series.len());
    writeln!(out, "| series{of} | trend | start | end | slope (95 %) | per request (95 %) |")?;
    writeln!(out, "| --- | --- | ---: | ---: | ---: | ---: |")?;
    for s in &shown {
        let name = text(s.id.label());
        let name = if s.counts() { format!("**{name}**") } else { name };
        let explained =
            s.explained_by.as_ref().map(|by| format!(" (explained: {})", text(by))).unwrap_or_default();
        let [slope, each] = [Per::Second, Per::Request].map(|per| growth_cell(s, per, steady_s));
        let [start, end] = series_ends(s);
        let trend = text(&trend_cell(s));
        writeln!(out, "| {name} | {trend}{explained} | {start} | {end} | {slope} | {each} |")?;
    }
    writeln!(out, "\n{}\n", text(&below_series(findings, &shown).join(" ")))
}

/// ` (3 of 8)` where not all are shown.
fn shown_of(shown: usize, all: usize) -> String {
    if all > shown { format!(" ({shown} of {all})") } else { String::new() }
}

/// What was driven by the name of the request.
fn by_request(out: &mut String, load: &LoadFinding) -> std::fmt::Result {
    let rows = requests::rows(load);
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(out, "| {} |\n| --- | ---: | ---: | --- | ---: | ---: |", requests::COLUMNS.join(" | "))?;
    for row in rows {
        writeln!(out, "| {} |", row.map(|cell| text(&cell)).join(" | "))?;
    }
    writeln!(out)
}

/// What misbehaved beside the load.
fn misbehaved(out: &mut String, all: &[Misbehaved]) -> std::fmt::Result {
    if all.is_empty() {
        return Ok(());
    }
    let head = "| misbehaved in steady | sent | not sent | broken by the server |";
    writeln!(out, "{head}\n| --- | ---: | ---: | --- |")?;
    for one in all {
        let count = |n: u64| Unit::Count.show(n as f64);
        let errors = one.errors.iter().map(|(kind, n)| format!("{} {}", count(*n), text(kind)));
        let errors: Vec<String> = errors.collect();
        let errors = if errors.is_empty() { "–".into() } else { errors.join(", ") };
        let (who, sent, dropped) = (text(&one.behaviour), count(one.sent), count(one.dropped));
        writeln!(out, "| {who} | {sent} | {dropped} | {errors} |")?;
    }
    writeln!(out)
}

/// A line each: who owns the memory, what was driven, what looking cost, what could not be seen, where it ran.
fn write_surroundings(out: &mut String, evidence: &Evidence, findings: &Report) -> std::fmt::Result {
    let lines = [
        account(findings),
        findings.load.as_ref().map(|load| format!("**Load**: {}", text(&describe_load(load)))),
        describe_probing(findings).map(|cost| format!("**Probing** {}", text(&cost))),
        missing(findings),
        evidence.environment.as_ref().map(|env| format!("**Ran on** {}", text(&describe_machine(env)))),
    ];
    let lines: Vec<String> = lines.into_iter().flatten().collect();
    for line in &lines {
        writeln!(out, "- {line}")?;
    }
    if lines.is_empty() { Ok(()) } else { writeln!(out) }
}

fn account(findings: &Report) -> Option<String> {
    let exact = if findings.account_exact { "" } else { ", not exact" };
    describe_account(findings).map(|rows| format!("**Memory account**{exact}: {}", text(&rows)))
}

/// What could not be seen, and the line that turns it on.
fn missing(findings: &Report) -> Option<String> {
    let each = findings.probes.iter().filter(|p| !p.found).filter_map(|p| {
        let turn_on = p.turn_on.as_ref()?;
        Some(format!("{} ({}): {}", text(&p.name), text(&p.yields), code(turn_on)))
    });
    let each: Vec<String> = each.collect();
    (!each.is_empty()).then(|| format!("**Not seen**: {}", each.join(" · ")))
}
