//! The headline: what a manager reads, and a gate that failed before all else.

use crate::evidence::GroupKind;
use crate::findings::{Culprit, Direction, GateResult, LoadFinding, Report, SeriesFinding, Verdict};
use crate::units::{Span, Unit, significant};

use super::attribution;
use super::verdict::Facts;
use super::words::series;

/// The one sentence that a manager understands: the answer, and before it a gate that failed.
pub fn headline(findings: &Report, answer: String) -> String {
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
pub fn answer(findings: &Report, facts: &Facts, why: &str) -> String {
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

/// "Leak: 3.4 KiB of memory and 1 goroutine more per request; 512 MiB is reached in 41 min".
fn leak(findings: &Report, why: &str) -> String {
    let counted = counted(findings);
    let grows: Vec<(String, Per)> = memory(findings, counted.as_ref()).into_iter().chain(counted).collect();
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

/// Growth of memory, by what the tasks beside it are counted by, where that is known of memory, too.
fn memory(findings: &Report, counted: Option<&(String, Per)>) -> Option<(String, Per)> {
    let memory = findings.memory.as_ref().filter(|m| m.grows_unexplained())?;
    // of several processes the one in which it happens; of two the first would be given what both grew by
    let mut places = findings.culprits.iter().filter(|c| c.kind == GroupKind::ProcessMemory.to_string());
    let place = places.next().filter(|_| places.next().is_none());
    let place = place.map(|c| format!(" in {}", c.name)).unwrap_or_default();
    let (bytes, per) = match (memory.per_request, memory.slope_per_s) {
        (Some(each), _) => memory_of(findings, counted).unwrap_or_else(|| (each, Per::request(findings))),
        (None, slope) => (slope? * 3600.0, Per::Hour),
    };
    Some((format!("{} of memory{place}", Unit::Bytes.show(bytes)), per))
}

/// Growth of memory by the requests whose fault it is: those that tasks are told by, else those that leak the most of it.
fn memory_of(findings: &Report, counted: Option<&(String, Per)>) -> Option<(f64, Per)> {
    let parts = super::memory::parts(&findings.series, findings.account_exact)?;
    let names: Vec<&str> = parts.iter().map(|s| s.id.name()).collect();
    let who = match counted {
        Some((_, Per::Each(who))) => who.clone(),
        Some(_) => return None,
        None => {
            // of all who leak some part of it, whoever leaks the most in all
            let each =
                |who: &[String]| attribution::each_of(&findings.attribution, &names, who).unwrap_or(0.0);
            let worst = names.iter().filter_map(|name| attribution::worst(&findings.attribution, name));
            worst.map(|(_, who)| who).max_by(|a, b| each(a).total_cmp(&each(b)))?
        }
    };
    Some((attribution::each_of(&findings.attribution, &names, &who)?, Per::Each(who)))
}

/// Growth of what is counted: of the tasks by whose fault it is, of the first to blame, else of a series.
fn counted(findings: &Report) -> Option<(String, Per)> {
    let by_count =
        |c: &&Culprit| !matches!(c.kind.as_str(), "heap" | "class" | "process_memory" | "process_fds");
    let named = || findings.culprits.iter().find(by_count).and_then(|c| of_culprit(findings, c));
    whose(findings).or_else(named).or_else(|| {
        let counts = |s: &&SeriesFinding| {
            s.trend == Direction::Growing && s.votes && s.material && !s.id.name().ends_with("_bytes")
        };
        let s = findings.series.iter().find(counts)?;
        let (n, per) = match (s.per_request, s.slope_per_s) {
            (Some(each), _) => (each, Per::request(findings)),
            (None, slope) => (slope? * 3600.0, Per::Hour),
        };
        Some((format!("{} {}", figure(n), series(s.id.name())), per))
    })
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
    /// Where there are several kinds of them and it is not known whose growth it is.
    AnyRequest,
    Hour,
    /// Request of this name, or client that behaves so; of several alike each.
    Each(Vec<String>),
}

impl Per {
    /// All requests together.
    fn request(findings: &Report) -> Per {
        let several = findings.load.as_ref().is_some_and(LoadFinding::has_several_kinds);
        if several { Per::AnyRequest } else { Per::Request }
    }

    fn words(&self) -> String {
        match self {
            Per::Request => "per request".into(),
            Per::AnyRequest => "per request of any kind".into(),
            Per::Hour => "an hour".into(),
            Per::Each(who) => format!("per {}", attribution::listed(who, "and")),
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
fn whose(findings: &Report) -> Option<(String, Per)> {
    let kind = findings.culprits.first().map_or("task", |c| c.kind.as_str());
    let counts = super::evidence_strength::TASK_COUNTS;
    let (n, who) = counts.iter().find_map(|name| attribution::worst(&findings.attribution, name))?;
    Some((format!("{} {}", figure(n), noun(n, kind)), Per::Each(who)))
}

/// Growth of what is counted: ("1 goroutine", per request), or an hour where nobody counts requests.
fn of_culprit(findings: &Report, culprit: &Culprit) -> Option<(String, Per)> {
    let an_hour = || (culprit.count_end - culprit.count_start) * 3600.0 / culprit.seen_for_s;
    let (n, per) = match culprit.per_request {
        Some(each) => (each, Per::request(findings)),
        None => (Some(an_hour()).filter(|n| n.is_finite() && *n > 0.0)?, Per::Hour),
    };
    Some((format!("{} {}", figure(n), noun(n, &culprit.kind)), per))
}

/// The memory limit and when it is reached, in the middle of its interval.
fn limit(findings: &Report) -> Option<(String, Span)> {
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
    use crate::findings::{Attributed, Attribution, RequestFinding};
    use crate::workload::NORMAL;

    fn line(series: &str, request: &str, answer: Attributed, each: f64) -> Attribution {
        Attribution {
            series: series.into(),
            culprit: None,
            request: request.into(),
            behaviour: NORMAL.into(),
            blocks: 30,
            sent: 900,
            per_each: Some(each),
            per_each_ci: Some([0.9 * each, 1.1 * each]),
            answer,
            needs_s: None,
            why: String::new(),
        }
    }

    /// A service of two requests, of which '/slow' leaks a goroutine; `memory` is what is known of memory's growth.
    fn two_requests(memory: Vec<Attribution>) -> Report {
        let rss = SeriesFinding {
            id: "rss_anon_bytes".into(),
            per_request: Some(1024.0),
            ..SeriesFinding::example()
        };
        let mut load = LoadFinding::example();
        load.by_request = vec![RequestFinding::default(), RequestFinding::default()];
        let tasks = [
            line("goroutines", "/", Attributed::Nothing, 0.0),
            line("goroutines", "/slow", Attributed::Leaks, 1.0),
        ];
        Report {
            verdict: Verdict::Leak,
            memory: Some(rss.clone()),
            series: vec![rss],
            load: Some(load),
            attribution: tasks.into_iter().chain(memory).collect(),
            ..Report::example()
        }
    }

    #[test]
    fn memory_and_tasks_are_told_by_the_same_request_where_both_are_known() {
        use Attributed::{CannotBeSeparated, Leaks, Nothing};
        let of = |slow, each| {
            let memory = ["/", "/slow"].map(|name| {
                let (answer, each) = if name == "/" { (Nothing, 0.0) } else { (slow, each) };
                line("rss_anon_bytes", name, answer, each)
            });
            leak(&two_requests(memory.to_vec()), "")
        };
        assert_eq!(of(Leaks, 4096.0), "Leak: 4.0 KiB of memory and 1 task more per '/slow'");
        let apart = "Leak: 1.0 KiB of memory more per request of any kind and 1 task more per '/slow'";
        assert_eq!(of(CannotBeSeparated, 4096.0), apart);
        assert_eq!(of(Nothing, 0.0), apart, "an RSS that climbs while nobody is seen to add to it");
        assert_eq!(leak(&two_requests(Vec::new()), ""), apart);
    }

    #[test]
    fn memory_alone_is_told_by_whose_fault_it_is_and_else_of_any_kind() {
        let leaks = line("rss_anon_bytes", "/slow", Attributed::Leaks, 4096.0);
        let mut findings = two_requests(vec![leaks]);
        findings.attribution.retain(|line| line.series != "goroutines");
        assert_eq!(leak(&findings, ""), "Leak: 4.0 KiB of memory more per '/slow'");
        findings.attribution.clear();
        assert_eq!(leak(&findings, ""), "Leak: 1.0 KiB of memory more per request of any kind");
        findings.load = Some(LoadFinding::example());
        assert_eq!(leak(&findings, ""), "Leak: 1.0 KiB of memory more per request");
    }

    #[test]
    fn parts_of_an_exact_account_are_added_up_by_the_same_request() {
        let part = |name: &str| SeriesFinding { id: name.into(), ..SeriesFinding::example() };
        let mut findings = two_requests(vec![
            line("mem_live_bytes", "/slow", Attributed::Leaks, 1024.0),
            line("mem_stacks_bytes", "/slow", Attributed::Leaks, 2048.0),
        ]);
        findings.account_exact = true;
        let native = SeriesFinding { trend: Direction::Stable, ..part("mem_native_bytes") };
        findings.series = vec![part("mem_live_bytes"), part("mem_stacks_bytes"), native];
        assert_eq!(leak(&findings, ""), "Leak: 3.0 KiB of memory and 1 task more per '/slow'");
        findings.attribution.pop();
        assert!(leak(&findings, "").contains("of any kind"), "of one part it is not known");
    }

    #[test]
    fn figures_are_estimates() {
        let told = [0.0521, 1.0, 9.96, 12.4, 1804.0, 216_204.0].map(figure);
        assert_eq!(told, ["0.052", "1", "10", "12", "1,800", "220,000"]);
    }
}
