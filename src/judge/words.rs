//! Every sentence of the report: headline, subtitle, notes. The formats only set them.

use crate::evidence::{AccountPart, COLLECTIONS, Event, EventKind, Evidence, GroupKind};
use crate::findings::{Attributed, Direction, GateResult, LoadFinding, Report, SeriesFinding, Verdict};
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
        parts.extend(Some(plan.url.clone()).filter(|url| !url.is_empty()).or_else(|| process(evidence)));
    }
    if let Some(environment) = &evidence.environment {
        parts.push(date(&environment.started));
    }
    let seconds = evidence.recording.elapsed_s.last().copied().unwrap_or(0.0);
    let mut how = Span::from_secs_f64(seconds).to_string();
    if evidence.observed().is_some() {
        how = format!("watched for {how}");
    }
    if let (Some(driven), Some(_)) = (evidence.driven(), load) {
        let at = if driven.rate.per_second().is_some() { " at" } else { "" };
        how += &format!("{at} {}", driven.describe_rate());
        if driven.named.len() > 1 {
            how += &format!(", {} kinds of request", driven.named.len());
        }
        if let Some(mix) = &driven.misbehave {
            how += &format!(" of which {} misbehave", Unit::Ratio.show(mix.share()));
        }
    }
    parts.push(how);
    parts.extend(counted(evidence));
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

/// The program that was named without a URL.
fn process(evidence: &Evidence) -> Option<String> {
    let target = evidence.target()?;
    Some(match target.pid {
        Some(pid) => format!("{} (pid {pid})", target.program),
        None => target.program.clone(),
    })
}

/// What somebody else drove, where the target counts it.
fn counted(evidence: &Evidence) -> Option<String> {
    let watched = evidence.observed().is_some();
    let last = evidence.recording.requests_total.iter().rev().find_map(|n| n.get()).filter(|_| watched)?;
    Some(format!("{} requests by its own count", Unit::Count.show(last)))
}

/// `24 Nov 2026 18:55 UTC` from RFC 3339 with a zone; as it stands where it is none.
fn date(rfc3339: &str) -> String {
    match rfc3339.parse::<jiff::ZonedDateTime>() {
        Ok(moment) => moment.strftime("%-d %b %Y %H:%M %Z").to_string(),
        Err(_) => rfc3339.to_string(),
    }
}

/// Whom the first culprit names, and why.
fn blames(findings: &Report) -> Option<String> {
    findings.culprits.first().map(|c| format!("{}: {}", called(c), c.why))
}

/// How much of the memory that leaks are the stacks of the goroutines that are blamed.
fn stacks_share(findings: &Report) -> Option<String> {
    findings.culprits.iter().find(|c| c.kind == GroupKind::Goroutine.to_string())?;
    let stacks = findings.series.iter().find(|s| s.id == AccountPart::Stacks.series())?;
    let share = stacks.slope_per_s? / findings.memory.as_ref()?.slope_per_s?;
    (stacks.trend == Direction::Growing && (0.05..1.05).contains(&share)).then(|| {
        let share = Unit::Ratio.show(share.min(1.0));
        format!(
            "stacks of goroutines are {share} of the memory that leaks; the rest is heap, which they may hold"
        )
    })
}

/// The sentence under the picture: who is to blame, else what decided.
pub fn caption(findings: &Report) -> String {
    // who does it matters as much as where: the code is named above the graph of its tasks
    let whose = super::attribution::told(&findings.attribution).into_iter().next();
    let leaks = findings.attribution.iter().any(|line| line.answer == Attributed::Leaks);
    match (blames(findings), whose.filter(|_| leaks)) {
        (_, Some(whose)) => return whose,
        (Some(blames), None) => return blames,
        (None, None) => {}
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
        let by_name = |name: &&str| findings.series.iter().find(|s| s.id == **name && same(s));
        let s = MEMORY_STRONGEST_FIRST
            .iter()
            .find_map(by_name)
            .or_else(|| findings.series.iter().find(same))
            .or_else(|| findings.series.iter().find(|s| s.votes))?;
        Some(format!("{}: {}", series(s.id.name()), s.why))
    };
    decided.or_else(strongest).map(|text| capital(&text)).unwrap_or_default()
}

/// What 'stable' does not say where nobody could look into the heap.
fn by_resident_memory_alone(findings: &Report) -> Option<String> {
    let read = |s: &SeriesFinding| s.votes && s.id.name().ends_with("_bytes");
    let resident = |s: &SeriesFinding| s.id.name().starts_with("rss");
    let memory: Vec<&SeriesFinding> = findings.series.iter().filter(|s| read(s)).collect();
    (!memory.is_empty() && memory.iter().all(|s| resident(s))).then(|| {
        "Judged by resident memory alone: a leak that first fills what the process had freed before does not show in it."
            .into()
    })
}

/// Further sentences, the one that matters most first: what explains, what is missing and how to turn it on.
pub fn notes(findings: &Report, facts: &Facts, why: &str, evidence: &Evidence) -> Vec<String> {
    let mut notes = Vec::new();
    match findings.verdict {
        Verdict::Leak => {
            notes.extend(blames(findings));
            notes.extend(super::attribution::told(&findings.attribution));
            notes.extend(evidence.driven().and_then(super::attribution::untold));
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
        Verdict::Inconclusive => {
            notes.extend(facts.doubts.iter().filter(|d| *d != why).cloned());
            notes.extend(super::attribution::told(&findings.attribution));
            notes.extend(too_few_collections(evidence));
        }
        Verdict::Failed => {
            notes.extend(blames(findings));
            notes.extend(super::attribution::told(&findings.attribution));
        }
        Verdict::Stable => notes.extend(by_resident_memory_alone(findings)),
    }
    for s in &findings.series {
        if let (Some(explained), Direction::Growing | Direction::Inconclusive) = (&s.explained_by, s.trend) {
            let rose = match (s.start, s.end) {
                (Some(from), Some(to)) if to > from => {
                    format!("{} rose by {}", capital(series(s.id.name())), Unit::Bytes.show(to - from))
                }
                _ => format!("{} moved", capital(series(s.id.name()))),
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
    notes.extend(untold(findings, evidence));
    for event in &evidence.events {
        match &event.kind {
            EventKind::Restart { pid_before, pid_after } => notes.push(format!(
                "The target restarted after {} (pid {pid_before}, then {pid_after}); growth is judged in each life.",
                Span::from_secs_f64(event.elapsed_s)
            )),
            EventKind::Stopped { reason } => {
                // what has no end does not end early
                let open = evidence.plan.as_ref().is_some_and(|plan| plan.phases.is_open_ended());
                let ended = if open { "Ended" } else { "Ended early" };
                notes.push(format!("{ended} after {}: {reason}.", Span::from_secs_f64(event.elapsed_s)));
            }
            EventKind::Uncounted { reason } => {
                notes.push(format!("Growth a request cannot be told: {reason}."));
            }
            EventKind::Note { text } => notes.push(text.clone()),
            _ => {}
        }
    }
    notes.extend(findings.driver.notes.iter().cloned());
    notes.dedup();
    notes
}

/// What a longer run would have had room for.
fn too_few_collections(evidence: &Evidence) -> Option<String> {
    let fewer =
        |event: &Event| matches!(&event.kind, EventKind::ProbeSlowed { probe, .. } if probe == COLLECTIONS);
    evidence.events.iter().any(fewer).then_some(())?;
    let took = |event: &Event| match event.kind {
        EventKind::Collection { took_s } => Some(took_s),
        _ => None,
    };
    let longest = evidence.events.iter().filter_map(took).reduce(f64::max)?;
    Some(format!(
        "Fewer collections were forced than the live heap needs to be judged, since one takes up to {} and probing keeps \
         within 1 % of the target's time; a longer run has room for more.",
        Unit::Seconds.show(longest)
    ))
}

/// What a run that forces no collection cannot tell, nor a watch that sends nothing.
fn untold(findings: &Report, evidence: &Evidence) -> Vec<String> {
    let Some(plan) = evidence.plan.as_ref() else { return Vec::new() };
    let mut untold = Vec::new();
    let seen = |name: &str| findings.probes.iter().any(|probe| probe.found && probe.name == name);
    let both = if plan.driven().is_some() { "without --no-gc both are told" } else { "--gc tells both" };
    let without =
        [("inspector", "nor who allocated what is live"), ("heap", "and no task was proven to be stuck")];
    for (_, what) in without.into_iter().filter(|(probe, _)| plan.judging.no_gc && seen(probe)) {
        untold.push(format!(
            "No collection was forced: live heap and garbage are not told apart, {what}; {both}."
        ));
    }
    if plan.driven().is_some() {
        return untold;
    }
    let doubted = evidence.events.iter().any(|e| matches!(e.kind, EventKind::Uncounted { .. }));
    if !doubted && evidence.recording.requests_total.iter().all(|n| n.get().is_none()) {
        untold.push("Nobody counted requests: growth is told by the hour and not by the request.".into());
    }
    untold
}

/// Why the load could not be kept, where that is what happened.
pub fn of_load(event: &EventKind) -> Option<String> {
    match event {
        EventKind::LoadDropped { .. } => Some(
            "Requests were dropped: every connection was busy and the target did not keep up; more --connections or \
             a lower --rate."
                .into(),
        ),
        EventKind::LoadSaturated { busy } => Some(format!(
            "soak itself could not send so much: its threads were busy for {} of the time; more --threads, a lower \
             --rate or a machine with more cores. What was dropped says nothing of the target.",
            Unit::Ratio.show(*busy)
        )),
        EventKind::LoadLate { seconds } => Some(format!(
            "soak itself was late by {}: the machine it runs on had no processor to spare.",
            Span::from_secs_f64(*seconds)
        )),
        _ => None,
    }
}

pub(super) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|c| c.to_uppercase().collect::<String>() + chars.as_str()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_was_too_short_for_its_collections_says_so() {
        let event = |elapsed_s: f64, kind: EventKind| Event { elapsed_s, kind };
        let mut evidence = Evidence::default();
        evidence.events.push(event(1.0, EventKind::Collection { took_s: 0.12 }));
        assert_eq!(too_few_collections(&evidence), None);
        let slowed = |probe: &str| EventKind::ProbeSlowed { probe: probe.into(), share: 0.02 };
        evidence.events.push(event(2.0, slowed("heap")));
        assert_eq!(too_few_collections(&evidence), None);
        evidence.events.push(event(3.0, slowed(COLLECTIONS)));
        assert!(too_few_collections(&evidence).is_some_and(|note| note.contains("up to 120 ms")));
    }
}
