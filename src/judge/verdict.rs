//! The verdict: the first of a fixed order that holds. Pure over [`Facts`], so that one table in the tests can walk
//! through every way in which a run can end.

use crate::evidence::{Event, EventKind, Evidence};
use crate::findings::{Direction, LoadFinding, Verdict};
use crate::units::{Rate, Span, Unit};

use super::availability;
use super::evidence_strength::EvidenceStrength;
use super::load::rate_held;
use super::series_evidence::{AllEvidence, RESOLUTION_BYTES, RESOLUTION_TASKS, SeriesEvidence};
use super::steady::Steady;
use super::tasks::Tasks;

/// What decides, each with its sentence.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts {
    /// The kernel killed the target for want of memory while something grew.
    pub oom_while_growing: Option<String>,
    /// The target did not live through the run, or nothing was ever answered or seen.
    pub failed: Option<String>,
    /// What the runtime has proven.
    pub proven: Option<String>,
    /// Material growth that nothing explains, strongest evidence first.
    pub leaks: Vec<String>,
    /// What could still be a leak, and what keeps this run from telling, worst first.
    pub doubts: Vec<String>,
    /// The smallest growth a request in bytes that would have been found; what 'stable' states.
    pub excludes: Option<String>,
}

/// The first that holds, with the sentence that decided.
pub fn decide(facts: &Facts) -> (Verdict, String) {
    let first = |list: &[String]| list.first().cloned();
    if let Some(why) = &facts.oom_while_growing {
        return (Verdict::Leak, why.clone());
    }
    if let Some(why) = &facts.failed {
        return (Verdict::Failed, why.clone());
    }
    if let Some(why) = facts.proven.clone().or_else(|| first(&facts.leaks)) {
        return (Verdict::Leak, why);
    }
    if let Some(why) = first(&facts.doubts) {
        return (Verdict::Inconclusive, why);
    }
    (Verdict::Stable, facts.excludes.clone().unwrap_or_else(|| "nothing grows".into()))
}

impl Facts {
    /// Reads them off what was found.
    pub fn gather(
        evidence: &Evidence,
        steady: &Steady,
        voters: &AllEvidence,
        tasks: &Tasks,
        load: Option<&LoadFinding>,
    ) -> Facts {
        let mut leaks: Vec<(EvidenceStrength, String)> =
            tasks.leaks().map(|why| (EvidenceStrength::Tasks, why)).collect();
        for voter in voters.iter().filter(|v| v.leaks()) {
            let theirs = voter.unit == Unit::Bytes && tasks.may_be_held();
            if (unreadable_heap(voter, voters) && steady.stretches.len() < 2)
                || held(evidence, steady).is_some()
                || theirs
            {
                continue;
            }
            if let Some(rank) = voter.rank {
                leaks.push((rank, grows(voter, load)));
            }
        }
        leaks.sort_by_key(|(rank, _)| *rank);
        let leaks: Vec<String> = leaks.into_iter().map(|(_, why)| why).collect();
        let proven = tasks.proven();
        let oom = evidence.events.iter().any(|e| matches!(e.kind, EventKind::OomKill { .. }));
        let rss_grows = voters.iter().any(|v| v.rank.is_some() && v.trend.direction == Direction::Growing);
        Facts {
            oom_while_growing: (oom && (rss_grows || proven.is_some()))
                .then(|| "the kernel killed it for want of memory while it grew".to_string()),
            failed: failure(evidence, steady, load),
            doubts: doubts(evidence, steady, voters, tasks, load),
            excludes: excludes(voters, steady),
            proven,
            leaks,
        }
    }
}

/// "resident memory grows 3.4 KiB per request".
fn grows(voter: &SeriesEvidence, load: Option<&LoadFinding>) -> String {
    let kind = if load.is_some_and(LoadFinding::has_several_kinds) { " of any kind" } else { "" };
    let by = match (voter.trend.per_request, voter.trend.slope) {
        (Some(per), _) => format!("{} per request{kind}", voter.unit.show(per.value)),
        (None, Some(slope)) => voter.unit.show_slope(slope.value),
        (None, None) => "without end".into(),
    };
    let what = match voter.name.as_str() {
        "mem_native_bytes" => ": memory that the runtime did not allocate (C code, mmap)",
        "mem_live_bytes" => " after each collection: objects that something still refers to",
        _ => "",
    };
    format!("{} grows {by}{what}", super::words::series(&voter.name))
}

/// The longest the service holds what it lets go in the end, where steady was too short to see past it.
fn held(evidence: &Evidence, steady: &Steady) -> Option<Span> {
    let hold = evidence.plan.as_ref()?.judging.max_hold?;
    let (first, last) = (steady.stretches.first()?, steady.stretches.last()?);
    (last.1 - first.0 < hold.secs()).then_some(hold)
}

/// RSS of a runtime that rather grows its heap than collects, whose live heap nobody could read, or where what is alive
/// does not tell how much of a climb is the heap.
fn unreadable_heap(voter: &SeriesEvidence, voters: &AllEvidence) -> bool {
    let sources = voters.sources();
    voter.rank == Some(EvidenceStrength::Rss)
        && sources.runtime.grows_before_collecting()
        && (!sources.live || voter.may_be_heap)
        && voter.holds_the_heap()
}

/// Why the target failed, if it did.
fn failure(evidence: &Evidence, steady: &Steady, load: Option<&LoadFinding>) -> Option<String> {
    if let Some(why) = availability::failed(evidence) {
        return Some(why);
    }
    let plan = evidence.plan.as_ref()?;
    if steady.seconds() <= 0.0 {
        return None; // stopped before steady: a doubt, not a failure
    }
    if load.is_some_and(|l| l.due > 0) && answered_in_steady(evidence, steady) == Some(0.0) {
        return Some("nothing was answered in steady".into());
    }
    let seen = evidence.recording.series.iter().any(|s| {
        evidence
            .recording
            .elapsed_s
            .iter()
            .zip(&s.samples)
            .any(|(t, v)| steady.holds(*t) && v.get().is_some())
    });
    (!seen && !plan.judging.load_only).then(|| "nothing of the target was seen in steady".to_string())
}

/// Requests answered within steady, where they are counted.
fn answered_in_steady(evidence: &Evidence, steady: &Steady) -> Option<f64> {
    let counted = evidence.recording.requests_total.iter().any(|s| s.get().is_some());
    counted.then(|| steady.requests.unwrap_or(0.0))
}

/// Everything that keeps a run from being called stable.
fn doubts(
    evidence: &Evidence,
    steady: &Steady,
    voters: &AllEvidence,
    tasks: &Tasks,
    load: Option<&LoadFinding>,
) -> Vec<String> {
    let mut doubts = Vec::new();
    for event in &evidence.events {
        if let EventKind::Forwarder { text } = &event.kind {
            doubts.push(text.clone());
        }
    }
    let plan = evidence.plan.as_ref();
    if steady.seconds() <= 0.0 {
        doubts.push("the run ended before steady began".into());
    }
    // a service that is not well explains more than any curve of it
    if let (Some(plan), Some(driven), Some(load)) = (plan, evidence.driven(), load) {
        if !rate_held(load, driven.rate) && saturated(evidence, steady) {
            // then most of the errors are its own as well
            doubts.push(format!("soak itself could send only {}", of_asked(load, driven.rate)));
        }
        let most = plan.judging.max_error_ratio;
        if load.errors.ratio > most {
            let (worst, _) = load.errors.by_kind.iter().max_by_key(|(_, n)| **n).unzip();
            doubts.push(format!(
                "{} of the requests in steady failed ({}), more than {}",
                Unit::Ratio.show(load.errors.ratio),
                worst.map_or("", |kind| kind),
                Unit::Ratio.show(most)
            ));
        }
        if !rate_held(load, driven.rate) && !saturated(evidence, steady) {
            doubts.push(format!("only {} could be sent in steady", of_asked(load, driven.rate)));
        }
    }
    let watched = evidence.observed().is_some();
    // what nobody uses does not leak, and is not healthy for that
    if watched && answered_in_steady(evidence, steady) == Some(0.0) {
        doubts.push("no request was answered while it was watched, by the target's own count".into());
    }
    doubts.extend(tasks.doubts());
    for voter in voters.iter().filter(|v| v.rank.is_some() && v.explained_by.is_none()) {
        if let Some(hold) = held(evidence, steady).filter(|_| voter.leaks()) {
            doubts
                .push(format!("{}, but may be held for {hold}, longer than it was seen", grows(voter, load)));
        }
        doubts.extend(doubt(voter, voters, steady, !watched));
    }
    if plan.is_some_and(|p| !p.judging.load_only) && !voters.sources().forwards {
        let resolution = plan.map_or(RESOLUTION_BYTES, |p| p.judging.resolution_bytes);
        doubts.extend(memory_unresolved(voters, steady, resolution));
        doubts.extend(tasks_unresolved(voters, steady));
    }
    doubts
}

/// Why one voter leaves it open.
fn doubt(voter: &SeriesEvidence, voters: &AllEvidence, steady: &Steady, drives: bool) -> Option<String> {
    let name = super::words::series(&voter.name);
    match voter.trend.direction {
        Direction::Stable => None,
        Direction::Inconclusive if voter.bounded => None,
        // a longer run of the kind would not tell either
        Direction::Growing | Direction::Inconclusive
            if voter.rose() > 0.0 && unreadable_heap(voter, voters) && steady.stretches.len() < 2 =>
        {
            let live = voters.get("mem_live_bytes").filter(|_| voters.sources().live);
            let why = match live {
                None => "its live heap could not be read",
                Some(_) => "how much of that is heap is not known",
            };
            let would_tell = match drives {
                true => "--cycles 3",
                // a watch can repeat no load
                false => "--gc, where the runtime serves its heap,",
            };
            // what is alive says in its own words what is not decided, or that it leaks
            live.is_none_or(SeriesEvidence::is_flat).then(|| {
                format!(
                    "{name} climbs, but {} rather grows its heap than collects, and {why}; {would_tell} would tell a \
                     leak from that",
                    voters.sources().runtime
                )
            })
        }
        Direction::Inconclusive => {
            Some(format!("{name}: {}", crate::wording::explain_trend(&voter.trend, voter.unit)))
        }
        Direction::Growing if voter.material && !voter.significant && !voter.bounded => Some(format!(
            "{name}: {}, but not clearly beside the other series of this run",
            crate::wording::explain_trend(&voter.trend, voter.unit)
        )),
        Direction::Growing => None,
    }
}

/// The smallest growth a request that a series without a growth of its own would have shown, or may still hide.
fn finds(voter: &SeriesEvidence, requests_per_s: f64) -> Option<f64> {
    match voter.trend.direction {
        Direction::Growing => None,
        Direction::Stable => {
            // what its interval excludes is excluded, however much the noise of another run could hide; around a slope that
            // happens to be negative noise hides as much as around nought
            let excluded = voter.trend.per_request.map_or(f64::INFINITY, |p| p.hi.max(p.hi - p.value));
            Some((voter.trend.detectable_per_s? / requests_per_s).min(excluded))
        }
        Direction::Inconclusive => voter.trend.per_request.map(|p| p.hi),
    }
}

/// Why a leak of the resolution in memory would not have been found.
fn memory_unresolved(voters: &AllEvidence, steady: &Steady, resolution_bytes: f64) -> Option<String> {
    let strongest = strongest_memory(voters)?;
    let finds = finds(strongest, steady.request_rate()?)?;
    (finds > resolution_bytes).then(|| {
        format!(
            "a leak of {} a request would not have been found: {} shows nothing below {} a request in {}",
            Unit::Bytes.show(resolution_bytes),
            super::words::series(&strongest.name),
            Unit::Bytes.show(finds),
            Span::from_secs_f64(steady.seconds())
        )
    })
}

/// Why a leak of tasks would not have been found.
fn tasks_unresolved(voters: &AllEvidence, steady: &Steady) -> Option<String> {
    let tasks = voters.get("tasks").or_else(|| voters.get("goroutines"))?;
    let finds = tasks.trend.detectable_per_s? / steady.request_rate()?;
    (tasks.trend.direction == Direction::Stable && finds > RESOLUTION_TASKS).then(|| {
        format!(
            "a leak of {RESOLUTION_TASKS} tasks a request would not have been found: nothing below {} a request shows in {}",
            Unit::Count.show(finds),
            Span::from_secs_f64(steady.seconds())
        )
    })
}

/// Series of memory, the strongest evidence first.
pub const MEMORY_STRONGEST_FIRST: [&str; 3] = ["mem_live_bytes", "rss_anon_bytes", "rss_bytes"];

/// The strongest memory evidence there is.
fn strongest_memory(voters: &AllEvidence) -> Option<&SeriesEvidence> {
    MEMORY_STRONGEST_FIRST
        .iter()
        .find_map(|name| voters.get(name).filter(|v| v.rank.is_some() && v.trend.detectable_per_s.is_some()))
}

/// "no growth above 90 B a request in 4 min".
fn excludes(voters: &AllEvidence, steady: &Steady) -> Option<String> {
    let strongest = strongest_memory(voters)?;
    let least = strongest.trend.detectable_per_s?;
    let span = Span::from_secs_f64(steady.seconds());
    Some(match steady.request_rate() {
        Some(rate) => {
            // what grows a little, and does not count, is excluded only beyond its own upper end
            let grows = Some(&strongest.trend).filter(|trend| trend.direction == Direction::Growing);
            let upper = grows.and_then(|trend| trend.per_request).map_or(0.0, |each| each.hi);
            let most = finds(strongest, rate).unwrap_or(least / rate).max(upper);
            format!("no growth above {} a request in {span}", Unit::Bytes.show(most))
        }
        None => format!("no growth above {} in {span}", Unit::Bytes.show_slope(least)),
    })
}

/// Whether the driver was what could not keep up in steady.
fn saturated(evidence: &Evidence, steady: &Steady) -> bool {
    let told = |event: &&Event| matches!(event.kind, EventKind::LoadSaturated { .. });
    evidence.events.iter().filter(told).any(|event| steady.counts(event.elapsed_s))
}

/// How much of the rate was held.
fn of_asked(load: &LoadFinding, asked: Rate) -> String {
    let held = if load.rate_held < 100.0 { load.rate_held } else { load.rate_held.round() };
    let asked = load.rate_asked.map_or(asked, Rate::PerSecond);
    format!("{} of the {asked} asked for", Rate::PerSecond(held.max(1e-9)))
}
