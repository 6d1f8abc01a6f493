//! report.md: what an incident needs, in about forty lines of GitHub's Markdown.

use std::fmt::Write;

use super::picture::clean_text;
use super::requests;
use crate::evidence::{
    AccountRow, Attribution, Culprit, Evidence, Findings, GateFinding, GateResult, LoadFinding, Misbehaved,
    ProbeRecord, SeriesFinding,
};
use crate::units::{Bytes, Rate, Unit};

/// How many series, culprits and frames are told; report.json has all of them.
const SERIES: usize = 10;
const CULPRITS: usize = 3;
const FRAMES: usize = 6;

/// The page. Every text from the target or the user is escaped.
pub fn render(evidence: &Evidence, findings: &Findings) -> String {
    let mut page = String::new();
    // writing to a string cannot fail
    let _ = page_of(&mut page, evidence, findings);
    page
}

fn page_of(out: &mut String, evidence: &Evidence, findings: &Findings) -> std::fmt::Result {
    writeln!(out, "# {}\n", text(&findings.headline))?;
    writeln!(out, "{}\n", text(&findings.subtitle))?;
    writeln!(out, "![memory, tasks, rate and latency over time](soak.png)\n")?;
    writeln!(
        out,
        "**Verdict: {}** · exit code {} ({})\n",
        findings.verdict,
        findings.exit_code,
        text(&findings.reason)
    )?;
    for note in &findings.notes {
        writeln!(out, "- {}", text(note))?;
    }
    if !findings.notes.is_empty() {
        writeln!(out)?;
    }
    culprits(out, &findings.culprits)?;
    attribution(out, &findings.attribution)?;
    series(out, &findings.series)?;
    account(out, &findings.account, findings.account_exact)?;
    gates(out, &findings.gates)?;
    if let Some(load) = &findings.load {
        driven(out, load)?;
        by_request(out, load)?;
        misbehaved(out, &load.misbehaved)?;
    }
    probing(out, &findings.probes)?;
    missing(out, findings)?;
    if let Some(line) = &findings.reproduce {
        writeln!(out, "## Reproduce\n")?;
        fenced(out, line)?;
    }
    if let Some(env) = &evidence.environment {
        writeln!(out, "soak {} · {} {} · {} cores", env.soak, text(&env.os), text(&env.kernel), env.cores)?;
    }
    Ok(())
}

fn culprits(out: &mut String, culprits: &[Culprit]) -> std::fmt::Result {
    if culprits.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Culprits\n")?;
    for culprit in culprits.iter().take(CULPRITS) {
        let state = culprit.state.as_deref().map(|s| format!(" · {}", code(s))).unwrap_or_default();
        writeln!(out, "{}. {}{state}: {}", culprit.rank, code(&culprit.name), text(&culprit.why))?;
        if culprit.stack.is_empty() {
            continue;
        }
        let mut lines: Vec<String> = culprit.stack.iter().take(FRAMES).map(|f| clean_text(f)).collect();
        if culprit.stack.len() > FRAMES {
            lines.push(format!("… {} more", culprit.stack.len() - FRAMES));
        }
        lines.extend(culprit.created_by.iter().map(|by| format!("created by {}", clean_text(by))));
        let fence = fence_for(&lines.join("\n"));
        writeln!(out, "\n   {fence}")?;
        for line in lines {
            writeln!(out, "   {line}")?;
        }
        writeln!(out, "   {fence}")?;
    }
    if culprits.len() > CULPRITS {
        writeln!(out, "\n{} more in report.json", culprits.len() - CULPRITS)?;
    }
    writeln!(out)
}

/// What each kind of request adds, series by series.
fn attribution(out: &mut String, lines: &[Attribution]) -> std::fmt::Result {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Growth by kind of request\n")?;
    writeln!(out, "| series | request | sent | blocks | each |\n| --- | --- | ---: | ---: | --- |")?;
    for line in lines {
        let sent = Unit::Count.show(line.sent as f64);
        let (who, why) = (text(&line.who()), text(&line.why));
        let series = line.culprit.as_ref().map_or_else(|| text(&line.series), |culprit| code_cell(culprit));
        writeln!(out, "| {series} | {who} | {sent} | {} | {why} |", line.blocks)?;
    }
    writeln!(out)
}

fn series(out: &mut String, series: &[SeriesFinding]) -> std::fmt::Result {
    if series.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Series\n")?;
    writeln!(out, "| series | trend | start | end | slope (95 %) | a request |")?;
    writeln!(out, "| --- | --- | ---: | ---: | ---: | ---: |")?;
    // those with a vote come first, each group in the order in which the judge has them
    let (votes, rest): (Vec<_>, Vec<_>) = series.iter().partition(|s| s.votes);
    let explained = |s: &SeriesFinding| {
        s.explained_by.as_ref().map(|by| format!(" (explained: {})", text(by))).unwrap_or_default()
    };
    for s in votes.iter().chain(&rest).take(SERIES) {
        let unit = Unit::of_series(&s.name);
        let value = |v: Option<f64>| v.map_or("–".into(), |v| unit.show(v));
        let slope = match (s.slope_per_s, s.slope_ci) {
            (Some(v), Some([lo, hi])) => {
                format!("{} ({} to {})", unit.show_slope(v), unit.show_slope(lo), unit.show_slope(hi))
            }
            (Some(v), None) => unit.show_slope(v),
            _ => "–".into(),
        };
        let name = if s.votes { format!("**{}**", text(&s.name)) } else { text(&s.name) };
        writeln!(
            out,
            "| {name} | {}{} | {} | {} | {slope} | {} |",
            s.trend,
            explained(s),
            value(s.start),
            value(s.end),
            value(s.per_request),
        )?;
    }
    if series.len() > SERIES {
        writeln!(out, "\n{} more in report.json", series.len() - SERIES)?;
    }
    writeln!(out)
}

fn account(out: &mut String, rows: &[AccountRow], exact: bool) -> std::fmt::Result {
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Memory account{}\n", if exact { "" } else { " (not exact)" })?;
    writeln!(out, "| owner | start | end | a request |\n| --- | ---: | ---: | ---: |")?;
    for row in rows {
        let each = row.per_request.map_or("–".into(), |v| Bytes(v).to_string());
        writeln!(out, "| {} | {} | {} | {each} |", row.part, Bytes(row.start), Bytes(row.end))?;
    }
    writeln!(out)
}

fn gates(out: &mut String, gates: &[GateFinding]) -> std::fmt::Result {
    if gates.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Gates\n\n| gate | result | why |\n| --- | --- | --- |")?;
    for gate in gates {
        writeln!(out, "| {} | {} | {} |", code_cell(&gate.expr), result(gate.result), text(&gate.why))?;
    }
    writeln!(out)
}

/// How a gate came out, in a word.
pub(super) fn result(result: GateResult) -> &'static str {
    match result {
        GateResult::Held => "held",
        GateResult::Failed => "failed",
        GateResult::Inconclusive => "inconclusive",
    }
}

fn driven(out: &mut String, load: &LoadFinding) -> std::fmt::Result {
    let count = |n: u64| Unit::Count.show(n as f64);
    let rate = |r: f64| if r > 0.0 { Rate::PerSecond(r).to_string() } else { "0/s".into() };
    let asked = load.rate_asked.map(|r| format!(" of {} asked", rate(r))).unwrap_or_default();
    let kinds: Vec<String> =
        load.errors.by_kind.iter().map(|(kind, n)| format!("{} {}", count(*n), text(kind))).collect();
    let kinds = if kinds.is_empty() { String::new() } else { format!(" ({})", kinds.join(", ")) };
    let show = |v: f64| Unit::Seconds.show(v);
    let latency = load.told().map(|(l, beside)| {
        format!("latency p50 {}, p99 {}, max {}{beside}", show(l.p50), show(l.p99), show(l.max))
    });
    writeln!(
        out,
        "## Load\n\n{} requests, {} held{asked}, errors {}{kinds}; {}; late p99 {}\n",
        count(load.requests),
        rate(load.rate_held),
        Unit::Ratio.show(load.errors.ratio),
        latency.as_deref().unwrap_or("no latency"),
        show(load.late_p99_s),
    )
}

/// The same by the name of the request.
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
    writeln!(
        out,
        "| misbehaved in steady | sent | not sent | broken by the server |\n| --- | ---: | ---: | --- |"
    )?;
    for one in all {
        let count = |n: u64| Unit::Count.show(n as f64);
        let errors: Vec<String> =
            one.errors.iter().map(|(kind, n)| format!("{} {}", count(*n), text(kind))).collect();
        let errors = if errors.is_empty() { "–".into() } else { errors.join(", ") };
        writeln!(
            out,
            "| {} | {} | {} | {errors} |",
            text(&one.behaviour),
            count(one.sent),
            count(one.dropped)
        )?;
    }
    writeln!(out)
}

/// What looking has cost the target.
fn probing(out: &mut String, probes: &[ProbeRecord]) -> std::fmt::Result {
    let asked: Vec<&ProbeRecord> = probes.iter().filter(|p| p.asks_target && p.asked > 0).collect();
    if asked.is_empty() {
        return Ok(());
    }
    let all = asked.iter().map(|p| p.cost_ratio).sum();
    writeln!(out, "## Probing: at most {} of the target's time\n", Unit::Ratio.show(all))?;
    writeln!(
        out,
        "| probe | asked | an answer took | busy at most | CPU an answer, without load | of one core |"
    )?;
    writeln!(out, "| --- | ---: | ---: | ---: | ---: | ---: |")?;
    for p in asked {
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} |",
            text(&p.name),
            p.asked,
            Unit::Seconds.show(p.mean_s),
            Unit::Ratio.show(p.cost_ratio),
            p.cpu_mean_s.map_or("not measured".into(), |cpu| Unit::Seconds.show(cpu)),
            p.cpu_ratio.map_or("–".into(), |ratio| Unit::Ratio.show(ratio)),
        )?;
    }
    writeln!(out)
}

/// What could not be seen, and the line that turns it on.
fn missing(out: &mut String, findings: &Findings) -> std::fmt::Result {
    let lines: Vec<_> =
        findings.probes.iter().filter_map(|p| Some((p, p.turn_on.as_ref().filter(|_| !p.found)?))).collect();
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Not seen\n")?;
    for (probe, turn_on) in lines {
        writeln!(out, "- {} ({}): {}", text(&probe.name), text(&probe.yields), code(turn_on))?;
    }
    writeln!(out)
}

/// Text from outside on one line, with nothing in it that Markdown or HTML would take for its own.
pub fn text(raw: &str) -> String {
    let mut out = String::new();
    for c in clean_text(raw).chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

/// Text from outside as inline code, fenced by more backticks than it holds.
fn code(raw: &str) -> String {
    let raw = clean_text(raw);
    let fence = "`".repeat(longest_run(&raw) + 1);
    let space = if raw.starts_with('`') || raw.ends_with('`') { " " } else { "" };
    format!("{fence}{space}{raw}{space}{fence}")
}

/// Inline code within a table, where a bar would end the cell even in code.
fn code_cell(raw: &str) -> String {
    code(raw).replace('|', "\\|")
}

fn fenced(out: &mut String, line: &str) -> std::fmt::Result {
    let fence = fence_for(line);
    writeln!(out, "{fence}\n{line}\n{fence}\n")
}

fn fence_for(lines: &str) -> String {
    "`".repeat(longest_run(lines).max(2) + 1)
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn an_incident_has_what_it_needs_in_about_forty_lines() {
        let case = fixture::leak();
        let page = render(&case.evidence, &case.findings);
        for what in [
            "# Leak: memory grows 2.8 KiB",
            "main.fanOut.func1 /srv/app/main.go:36",
            "| **rss\\_anon\\_bytes** | growing |",
            "| live heap |",
            "| `memory.slope < 1MiB/h` | failed |",
            "| goroutines | 240 | 2 ms |",
            "soak http://127.0.0.1:8080/work -z 2m -q 50/s",
        ] {
            assert!(page.contains(what), "{what}\n{page}");
        }
        let lines = page.lines().filter(|l| !l.trim().is_empty()).count();
        assert!(lines <= 48, "{lines} lines\n{page}");
    }

    #[test]
    fn what_the_target_says_stays_text() {
        let mut case = fixture::leak();
        case.findings.culprits[0].why = "<script>alert(1)</script> | [x](http://y)\n# heading".into();
        case.findings.culprits[0].stack = vec!["a``` b".into()];
        case.findings.gates[0].expr = "a|b < 1".into();
        let page = render(&case.evidence, &case.findings);
        assert!(!page.contains("<script"));
        assert!(
            page.contains("&lt;script&gt;alert(1)&lt;/script&gt; \\| \\[x\\](http://y) \\# heading"),
            "{page}"
        );
        assert!(page.contains("   ````\n"), "{page}");
        assert!(page.contains("`a\\|b < 1`"));
    }

    #[test]
    fn every_case_has_a_page() {
        for case in fixture::cases() {
            let page = render(&case.evidence, &case.findings);
            assert!(page.contains(&format!("**Verdict: {}**", case.findings.verdict)), "{}", case.name);
        }
    }
}
