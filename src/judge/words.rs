//! Every sentence of the report: headline, subtitle, notes. The formats only set them.

use crate::evidence::{
    AccountPart, Direction, EventKind, Evidence, Findings, GateResult, GroupKind, LoadFinding, SeriesFinding,
    Verdict,
};
use crate::units::{Span, Unit};

use super::steady::Steady;
use super::tasks::called;
use super::verdict::{Facts, MEMORY_STRONGEST_FIRST};

/// A series in words: `rss_anon_bytes` is "resident memory".
pub fn series(name: &str) -> &str {
    match name {
        "rss_bytes" | "rss_anon_bytes" => "resident memory",
        "rss_shmem_bytes" => "shared memory",
        "mem_live_bytes" => "live heap",
        "mem_stacks_bytes" => "memory of stacks",
        "mem_native_bytes" => "native memory",
        "fds" => "open file descriptors",
        "tokio_tasks" => "tokio tasks",
        other => other,
    }
}

/// Label, URL, date, duration, rate, requests and errors, between dots.
pub fn subtitle(evidence: &Evidence, load: Option<&LoadFinding>) -> String {
    let mut parts = Vec::new();
    if let Some(plan) = &evidence.plan {
        parts.extend(plan.label.clone());
        parts.push(plan.url.clone());
    }
    if let Some(environment) = &evidence.environment {
        parts.push(date(&environment.started));
    }
    let seconds = evidence.recording.elapsed_s.last().copied().unwrap_or(0.0);
    let mut how = Span::from_secs_f64(seconds).to_string();
    if let (Some(plan), Some(_)) = (&evidence.plan, load) {
        how += &match plan.rate.per_second() {
            Some(_) => format!(" at {}", plan.rate),
            None => " as fast as it goes".into(),
        };
    }
    parts.push(how);
    if let Some(load) = load {
        let wrong: u64 = load.errors.by_kind.values().sum();
        parts.push(format!("{} requests", Unit::Count.show(load.requests as f64)));
        parts.push(match wrong {
            0 => "no errors".into(),
            _ => format!("{} errors", Unit::Ratio.show(load.errors.ratio)),
        });
    }
    parts.join(" · ")
}

/// `24 Nov 2026 18:55 UTC` from RFC 3339 with a zone; as it stands where it is none.
fn date(rfc3339: &str) -> String {
    match rfc3339.parse::<jiff::ZonedDateTime>() {
        Ok(moment) => moment.strftime("%-d %b %Y %H:%M %Z").to_string(),
        Err(_) => rfc3339.to_string(),
    }
}

/// Whom the first culprit names, and why.
fn blames(findings: &Findings) -> Option<String> {
    findings.culprits.first().map(|c| format!("{}: {}", called(c), c.why))
}

/// How much of the memory that leaks are the stacks of the goroutines that are blamed.
fn stacks_share(findings: &Findings) -> Option<String> {
    findings.culprits.iter().find(|c| c.kind == GroupKind::Goroutine.to_string())?;
    let stacks = findings.series.iter().find(|s| s.name == AccountPart::Stacks.series())?;
    let share = stacks.slope_per_s? / findings.memory.as_ref()?.slope_per_s?;
    (stacks.trend == Direction::Growing && (0.05..1.05).contains(&share)).then(|| {
        let share = Unit::Ratio.show(share.min(1.0));
        format!(
            "stacks of goroutines are {share} of the memory that leaks; the rest is heap, which they may hold"
        )
    })
}

/// The sentence under the picture: who is to blame, else what decided.
pub fn caption(findings: &Findings) -> String {
    if let Some(blames) = blames(findings) {
        return blames;
    }
    // what was explained away is what a reader sees climbing above this line
    let explained = findings.series.iter().find_map(|s| s.explained_by.clone());
    let gate = findings.gates.iter().find(|gate| gate.result == GateResult::Failed);
    let decided = match findings.verdict {
        Verdict::Leak | Verdict::Failed => findings.notes.first().cloned(),
        Verdict::Stable | Verdict::Inconclusive => {
            gate.map(|g| format!("{}: {}", g.expr, g.why)).or(explained)
        }
    };
    // of the strongest memory that says what the verdict says
    let strongest = || {
        let same = |s: &&SeriesFinding| {
            s.votes && (s.trend == Direction::Stable) == (findings.verdict == Verdict::Stable)
        };
        let by_name = |name: &&str| findings.series.iter().find(|s| s.name == **name && same(s));
        let s = MEMORY_STRONGEST_FIRST
            .iter()
            .find_map(by_name)
            .or_else(|| findings.series.iter().find(same))
            .or_else(|| findings.series.iter().find(|s| s.votes))?;
        Some(format!("{}: {}", series(&s.name), s.why))
    };
    decided.or_else(strongest).map(|text| capital(&text)).unwrap_or_default()
}

/// Further sentences, the one that matters most first: what explains, what is missing and how to turn it on.
pub fn notes(findings: &Findings, facts: &Facts, why: &str, evidence: &Evidence) -> Vec<String> {
    let mut notes = Vec::new();
    match findings.verdict {
        Verdict::Leak => {
            notes.extend(blames(findings));
            // of a culprit the note above says all
            let untold = |leak: &&String| findings.culprits.is_empty() || *leak != why;
            notes.extend(facts.leaks.iter().filter(untold).cloned());
            notes.extend(stacks_share(findings));
            if facts.proven.is_none() {
                let seen = findings.culprits.iter().map(|c| c.seen_for_s).fold(0.0, f64::max);
                let steady = Steady::of(evidence).seconds();
                let seen = Span::from_secs_f64(if seen > 0.0 { seen } else { steady });
                notes.push(format!(
                    "Seen for {seen}; what the service lets go later than that looks the same."
                ));
            }
        }
        Verdict::Inconclusive => notes.extend(facts.doubts.iter().filter(|d| *d != why).cloned()),
        Verdict::Failed => notes.extend(blames(findings)),
        Verdict::Stable => {}
    }
    for s in &findings.series {
        if let (Some(explained), Direction::Growing | Direction::Inconclusive) = (&s.explained_by, s.trend) {
            let rose = match (s.start, s.end) {
                (Some(from), Some(to)) if to > from => {
                    format!("{} rose by {}", capital(series(&s.name)), Unit::Bytes.show(to - from))
                }
                _ => format!("{} moved", capital(series(&s.name))),
            };
            notes.push(format!("{rose}: {explained}."));
        }
    }
    // what would have helped to tell; with the runtime's own account of tasks and heap, a page of metrics adds little
    let seen = |name: &str| findings.probes.iter().any(|p| p.found && p.name == name);
    let told = [["goroutines", "heap"], ["java threads", "java heap"]];
    let enough = told.iter().any(|both| both.iter().all(|name| seen(name)))
        || findings.verdict != Verdict::Inconclusive;
    for probe in findings.probes.iter().filter(|p| !p.found && !enough) {
        if let Some(line) = &probe.turn_on {
            notes.push(format!("Not available: {} ({}). To turn it on: {line}", probe.name, probe.yields));
        }
    }
    for event in &evidence.events {
        match &event.kind {
            EventKind::Restart { pid_before, pid_after } => notes.push(format!(
                "The target restarted after {} (pid {pid_before}, then {pid_after}); growth is judged in each life.",
                Span::from_secs_f64(event.elapsed_s)
            )),
            EventKind::Stopped { reason } => {
                notes.push(format!("Ended early after {}: {reason}.", Span::from_secs_f64(event.elapsed_s)));
            }
            EventKind::Note { text } => notes.push(text.clone()),
            _ => {}
        }
    }
    notes.extend(findings.driver.notes.iter().cloned());
    notes.dedup();
    notes
}

/// Why the load could not be kept, where that is what happened.
pub fn of_load(event: &EventKind) -> Option<String> {
    match event {
        EventKind::LoadDropped { .. } => Some(
            "Requests were dropped: every connection was busy and the target did not keep up; more --connections or \
             a lower --rate."
                .into(),
        ),
        EventKind::LoadLate { seconds } => Some(format!(
            "soak itself was late by {}: the machine it runs on had no processor to spare.",
            Span::from_secs_f64(*seconds)
        )),
        _ => None,
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|c| c.to_uppercase().collect::<String>() + chars.as_str()).unwrap_or_default()
}
