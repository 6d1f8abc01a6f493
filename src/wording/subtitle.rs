//! What a run is called: label, URL, date, duration, rate, requests and errors, between dots.

use crate::evidence::Evidence;
use crate::findings::LoadFinding;
use crate::units::{Span, Unit};

/// The line.
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
    parts.extend(counted_by_target(evidence));
    if let Some(load) = load {
        let wrong: u64 = load.errors.by_kind.values().sum();
        let misbehaved: u64 = load.misbehaved.iter().map(|one| one.sent).sum();
        let misbehaved = match misbehaved {
            0 => String::new(),
            n => format!(" and {} that misbehaved", Unit::Count.show(n as f64)),
        };
        parts.push(format!("{} requests{misbehaved}", Unit::Count.show(load.requests as f64)));
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

/// The load of a watch, where the target counts it.
fn counted_by_target(evidence: &Evidence) -> Option<String> {
    evidence.observed()?;
    let last = evidence.recording.requests_total.iter().rev().find_map(|n| n.get())?;
    Some(format!("{} requests by its own count", Unit::Count.show(last)))
}

/// `24 Nov 2026 18:55 UTC` from RFC 3339 with a zone; unchanged where it is something else.
fn date(rfc3339: &str) -> String {
    match rfc3339.parse::<jiff::ZonedDateTime>() {
        Ok(moment) => moment.strftime("%-d %b %Y %H:%M %Z").to_string(),
        Err(_) => rfc3339.to_string(),
    }
}
