//! The headline: what a manager reads, and a gate that failed before all else.

use crate::evidence::{Culprit, Direction, Findings, GateResult, GroupKind, SeriesFinding, Verdict};
use crate::units::{Span, Unit, significant};

use super::verdict::Facts;
use super::words::series;

/// The one sentence that a manager understands: the answer, and before it a gate that failed.
pub fn headline(findings: &Findings, answer: String) -> String {
    // a green 'No leak' over a deploy that was stopped would be read as a go
    let failed = findings.gates.iter().find(|gate| gate.result == GateResult::Failed);
    match failed {
        Some(gate) if findings.exit_code == 1 && findings.verdict != Verdict::Leak => {
            format!("Gate failed: {}; {}", gate.expr, lower(&answer))
        }
        _ => answer,
    }
}

/// What the verdict comes to, gates apart.
pub fn answer(findings: &Findings, facts: &Facts, why: &str) -> String {
    match findings.verdict {
        Verdict::Leak => leak(findings, why),
        // nobody may read that nothing leaks where nobody looked
        Verdict::Stable if !findings.series.iter().any(|s| s.votes) => {
            "The load was answered; no memory and no tasks were looked at".into()
        }
        Verdict::Stable => format!("No leak: {}", facts.excludes.as_deref().unwrap_or("nothing grows")),
        Verdict::Inconclusive => format!("Cannot tell: {why}"),
        Verdict::Failed => {
            let proven = facts.proven.as_ref().or(facts.leaks.first());
            match proven {
                Some(leak) => format!("Failed: {why}; until then {leak}"),
                None => format!("Failed: {why}"),
            }
        }
    }
}

/// "Leak: memory grows 3.4 KiB and 1 goroutine per request; 512 MiB is reached in 41 min".
fn leak(findings: &Findings, why: &str) -> String {
    let mut grows: Vec<(String, Per)> = Vec::new();
    // of several processes the one in which it happens; of two the first would be given what both grew by
    let mut places = findings.culprits.iter().filter(|c| c.kind == GroupKind::ProcessMemory.to_string());
    let place = places.next().filter(|_| places.next().is_none());
    let place = place.map(|c| format!(" in {}", c.name)).unwrap_or_default();
    if let Some(m) = findings.memory.as_ref().filter(|m| m.grows_unexplained()) {
        match (m.per_request, m.slope_per_s) {
            (Some(each), _) => {
                grows.push((format!("{} of memory{place}", Unit::Bytes.show(each)), Per::Request))
            }
            (None, Some(slope)) => {
                grows.push((format!("{} of memory{place}", Unit::Bytes.show(slope * 3600.0)), Per::Hour));
            }
            (None, None) => {}
        }
    }
    let by_count =
        |c: &&Culprit| !matches!(c.kind.as_str(), "heap" | "class" | "process_memory" | "process_fds");
    let named = || findings.culprits.iter().find(by_count).and_then(of_culprit);
    let counted = whose(findings).or_else(named).or_else(|| {
        let counts = |s: &&SeriesFinding| {
            s.trend == Direction::Growing && s.votes && s.material && !s.name.ends_with("_bytes")
        };
        let s = findings.series.iter().find(counts)?;
        let (n, per) = match (s.per_request, s.slope_per_s) {
            (Some(each), _) => (each, Per::Request),
            (None, slope) => (slope? * 3600.0, Per::Hour),
        };
        Some((format!("{} {}", figure(n), series(&s.name)), per))
    });
    grows.extend(counted);
    let mut parts: Vec<String> = Vec::new();
    for (i, (what, per)) in grows.iter().enumerate() {
        // said once where the next is counted alike
        let same = grows.get(i + 1).is_some_and(|(_, next)| next == per);
        parts.push(if same { what.clone() } else { format!("{what} more {}", per.words()) });
    }
    let mut text = match parts.is_empty() {
        true => format!("Leak: {why}"),
        false => format!("Leak: {}", parts.join(" and ")),
    };
    if let Some((limit, span)) = limit(findings) {
        text += &format!("; {limit} is reached in {span}");
    }
    text
}

/// To two digits, since it is an estimate: `0.052`, `1`, `220,000`.
fn figure(n: f64) -> String {
    if n.abs() < 10.0 {
        return significant(n, 2);
    }
    let step = 10f64.powf(n.abs().log10().floor() - 1.0);
    Unit::Count.show((n / step).round() * step)
}

/// What a growth is counted by.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Per {
    Request,
    Hour,
    /// Client that behaves so.
    Each(String),
}

impl Per {
    fn words(&self) -> String {
        match self {
            Per::Request => "per request".into(),
            Per::Hour => "an hour".into(),
            Per::Each(who) => format!("per {who}"),
        }
    }
}

/// What so many of a kind are called: "goroutines", "child process".
pub fn noun(n: f64, kind: &str) -> String {
    let one = significant(n, 2) == "1";
    match kind {
        "child" if one => "child process".into(),
        "child" => "child processes".into(),
        "fd" if one => "file descriptor".into(),
        "fd" => "file descriptors".into(),
        kind if one => kind.into(),
        kind => format!("{kind}s"),
    }
}

/// Growth of the tasks that leak, by the clients whose fault it is, where that is known.
fn whose(findings: &Findings) -> Option<(String, Per)> {
    let kind = findings.culprits.first().map_or("task", |c| c.kind.as_str());
    let counts = super::rank::TASK_COUNTS;
    let (n, who) = counts.iter().find_map(|name| super::attribution::worst(&findings.attribution, name))?;
    Some((format!("{} {}", figure(n), noun(n, kind)), Per::Each(who)))
}

/// Growth of what is counted: ("1 goroutine", per request), or an hour where nobody counts requests.
fn of_culprit(culprit: &Culprit) -> Option<(String, Per)> {
    let an_hour = || (culprit.count_end - culprit.count_start) * 3600.0 / culprit.seen_for_s;
    let (n, per) = match culprit.per_request {
        Some(each) => (each, Per::Request),
        None => (Some(an_hour()).filter(|n| n.is_finite() && *n > 0.0)?, Per::Hour),
    };
    Some((format!("{} {}", figure(n), noun(n, &culprit.kind)), per))
}

/// The memory limit and when it is reached, in the middle of its interval.
fn limit(findings: &Findings) -> Option<(String, Span)> {
    let leaks = |s: &&SeriesFinding| s.material && s.explained_by.is_none() && s.limit_at_s.is_some();
    let s = findings.series.iter().find(leaks)?;
    let [soonest, _] = s.limit_at_s?;
    let slope = s.slope()?;
    let bytes = s.end? + soonest * slope.hi;
    Some((Unit::Bytes.show(bytes), Span::from_secs_f64((bytes - s.end?) / slope.value)))
}

fn lower(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|c| c.to_lowercase().collect::<String>() + chars.as_str()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_estimates() {
        let told = [0.0521, 1.0, 9.96, 12.4, 1804.0, 216_204.0].map(figure);
        assert_eq!(told, ["0.052", "1", "10", "12", "1,800", "220,000"]);
    }
}
