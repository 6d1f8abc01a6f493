//! What a reader should know besides the verdict, the note that matters most first: what explains, what is missing and
//! how to turn it on.

use crate::culprit::present_before_run;
use crate::evidence::{
    COLLECTIONS, DrivenPlan, Event, EventKind, Evidence, GroupKind, Phase, Runtime, SeriesId, VaryRecord,
    first_to_turn_on,
};
use crate::findings::{
    Assessment, Attributed, AttributedGrowth, BlamedGroup, Direction, Doubt, ErrorCounts, GroupGrowth, Leak,
    LongerRun, NoBlocks, NotCollected, Note, Reason, ReplacedWorkers, SeriesEvidence, Verdict,
};
use crate::units::{Rate, Unit};

use super::slowed_probes::slowed_probes;
use super::steady::EDGE_S;

/// Groups of tasks that were there before the run are named at most so many of.
const MOST_PRESENT: usize = 3;
/// From this share of a growth on its culprits are all of it.
const NEARLY_ALL: f64 = 0.9;

/// All of them.
pub fn gather_notes(found: &Assessment, longer: Option<LongerRun>, evidence: &Evidence) -> Vec<Note> {
    // what part of the run was judged comes before what was found in it
    let of_events = evidence.events.iter().filter_map(|event| of_event(event, evidence));
    let (mut notes, others): (Vec<Note>, Vec<Note>) = of_events.partition(|note| {
        matches!(note, Note::LoadChanged { .. } | Note::KeysSeen { .. } | Note::Ended { early: true, .. })
    });
    notes.extend(evidence.rows_used_once().map(|(rows, used)| Note::RowsUsed {
        file: rows.file.clone(),
        used,
        count: rows.count,
    }));
    notes.extend(of_verdict(found, longer, evidence));
    notes.extend(explained(&found.series));
    notes.extend(present_before(found, evidence));
    let other = found.target.iter().filter(|target| target.described_by.is_some());
    notes.extend(other.map(|target| Note::OtherProcess(Box::new(target.clone()))));
    notes.extend(not_collected(found, evidence));
    notes.extend(no_request_counter(evidence));
    notes.extend(slowed_probes(evidence));
    notes.extend(others);
    notes.extend(found.driver.troubles.iter().copied().map(Note::Load));
    notes.dedup();
    notes
}

/// What goes with the verdict. A culprit has a line of its own, which no note repeats.
fn of_verdict(found: &Assessment, longer: Option<LongerRun>, evidence: &Evidence) -> Vec<Note> {
    // how long would attribute it answers another question, and is said only where no other length is
    let line = |line: &AttributedGrowth| AttributedGrowth {
        needs_s: line.needs_s.filter(|_| longer.is_none()),
        ..line.clone()
    };
    let attribution =
        || attributed(&found.attribution).map(|lines| Note::Attribution(lines.iter().map(line).collect()));
    let mut notes = Vec::new();
    match found.verdict() {
        Verdict::Leak => {
            notes.extend(attribution());
            notes.extend(evidence.driven().and_then(not_attributed).map(Note::NotAttributed));
            // the line of a culprit says all of it
            let is_said = |leak: &&Leak| match leak {
                Leak::Group(group) => found.culprits.iter().any(|culprit| is_of(group, culprit)),
                // the headline names the memory that leaks
                Leak::Series(growth)
                    if growth.id.unit() == Unit::Bytes && found.answer.summary.memory.is_some() =>
                {
                    true
                }
                leak => {
                    let said = !found.culprits.is_empty() || matches!(leak, Leak::Recycled(_));
                    said && found.answer.reason == Reason::Leak((*leak).clone())
                }
            };
            notes.extend(found.leaks.iter().find_map(recycled).map(Note::Recycled));
            notes.extend(found.leaks.iter().filter(|leak| !is_said(leak)).cloned().map(Note::Leak));
            notes.extend(at_this_load(found));
            notes.extend(code_not_named(found));
            notes.extend(stacks_share(found).map(Note::StacksShare));
            notes.extend(not_named(&found.culprits));
            notes.extend(vary(evidence).filter(|vary| vary.has_new_keys_alone()).map(|_| Note::EachKeyNew));
            if found.proven.is_none() {
                notes.push(Note::ObservedFor(observed_for(found)));
            }
        }
        Verdict::Inconclusive => {
            let decided = |doubt: &&Doubt| found.answer.reason == Reason::Doubt((*doubt).clone());
            notes.extend(found.doubts.iter().filter(|doubt| !decided(doubt)).cloned().map(Note::Doubt));
            notes.extend(other_way_to_decide(found));
            notes.extend(attribution());
            notes.extend(too_few_collections(evidence).map(Note::TooFewCollections));
        }
        Verdict::Failed => notes.extend(attribution()),
        Verdict::Stable => {
            notes.extend(by_resident_memory_alone(found).then_some(Note::ResidentMemoryAlone));
        }
    }
    // a leak was found all the same
    if matches!(found.verdict(), Verdict::Stable | Verdict::Inconclusive) {
        let same = vary(evidence).is_some_and(VaryRecord::has_same_keys_each_run);
        notes.extend(same.then_some(Note::SameKeysEachRun));
    }
    notes
}

fn vary(evidence: &Evidence) -> Option<&VaryRecord> {
    evidence.driven()?.vary.as_ref()
}

/// How fast the memory of the headline grows, where it certainly does.
fn at_this_load(found: &Assessment) -> Option<Note> {
    found.answer.summary.memory.as_ref()?;
    let memory = found.memory.as_ref()?;
    let slope = memory.trend.slope?;
    (slope.lo > 0.0).then(|| Note::AtThisLoad { id: memory.id.clone(), per_s: slope.value })
}

/// That nothing names the code that leaks, and what would.
fn code_not_named(found: &Assessment) -> Option<Note> {
    let runtime = found.target.as_ref()?.runtime;
    let turn_on = first_to_turn_on(&found.probes).and_then(|probe| probe.turn_on.clone());
    let nothing_does = matches!(runtime, Runtime::Python | Runtime::Ruby | Runtime::DotNet);
    let wanted = found.culprits.is_empty() && (turn_on.is_some() || nothing_does);
    wanted.then_some(Note::CodeNotNamed { runtime, turn_on })
}

/// What else turns on the probe that the headline advises.
fn other_way_to_decide(found: &Assessment) -> Option<Note> {
    let Reason::Doubt(doubt) = &found.answer.reason else { return None };
    let (_, others) = first_to_turn_on(&found.probes)?.ways_to_turn_on()?;
    let others = others.filter(|_| doubt.a_probe_would_decide())?;
    Some(Note::OtherWayToDecide(others.into()))
}

/// The workers that leak, where recycling hides it.
fn recycled(leak: &Leak) -> Option<ReplacedWorkers> {
    match leak {
        Leak::Recycled(workers) => Some(workers.as_ref().clone()),
        _ => None,
    }
}

/// For how many seconds that which leaks was observed: no worker lives longer than its life.
fn observed_for(found: &Assessment) -> f64 {
    if let Reason::Leak(leak) = &found.answer.reason
        && let Some(workers) = recycled(leak)
    {
        return workers.life_s;
    }
    let seen_s = found.culprits.iter().map(|c| c.seen_for_s).fold(0.0, f64::max);
    if seen_s > 0.0 { seen_s } else { found.steady_s }
}

/// Whether a growth is that of a culprit.
fn is_of(growth: &GroupGrowth, culprit: &BlamedGroup) -> bool {
    (growth.kind, &growth.name, &growth.state) == (culprit.kind, &culprit.name, &culprit.state)
}

/// The lines of each growth of which something is known or would be by a longer run.
pub fn attributed(lines: &[AttributedGrowth]) -> impl Iterator<Item = &[AttributedGrowth]> {
    let growths = lines.chunk_by(AttributedGrowth::is_same_growth);
    growths.filter(|growth| growth.iter().any(|line| line.answer != Attributed::Nothing))
}

/// Why growth is not attributed to one of several requests.
fn not_attributed(load: &DrivenPlan) -> Option<NoBlocks> {
    if load.named.len() < 2 || load.block_design().is_some() {
        return None;
    }
    Some(match load.rate {
        Rate::Max => NoBlocks::NoRate,
        _ if load.pattern.shape.is_some() => NoBlocks::Shape,
        _ => NoBlocks::Poisson,
    })
}

/// How much of the memory that leaks are the stacks of the goroutines that are blamed.
fn stacks_share(found: &Assessment) -> Option<f64> {
    found.culprits.iter().find(|c| c.kind == GroupKind::Goroutine)?;
    let stacks = found.series.iter().find(|s| s.id == SeriesId::MemStacks)?;
    let memory = found.memory.as_ref().filter(|memory| memory.id != SeriesId::MemLive)?;
    let share = stacks.trend.slope?.value / memory.trend.slope?.value;
    let counts = stacks.trend.direction == Direction::Growing && (0.05..1.05).contains(&share);
    counts.then_some(share.min(1.0))
}

/// Of each kind that is blamed what its culprits leave of its growth, where that is more than chance.
fn not_named(culprits: &[BlamedGroup]) -> Vec<Note> {
    let mut notes = Vec::new();
    for kind in GroupKind::ALL {
        let of_kind = culprits.iter().filter(|culprit| culprit.kind == kind);
        let named: f64 = of_kind.map(|culprit| culprit.share).sum();
        // a share that is not known is 0
        if named > 0.0 && named < NEARLY_ALL {
            notes.push(Note::NotNamed { kind, share: 1.0 - named });
        }
    }
    notes
}

/// How long one forced collection takes at most, where that left room for too few.
fn too_few_collections(evidence: &Evidence) -> Option<f64> {
    let fewer =
        |event: &Event| matches!(&event.kind, EventKind::ProbeSlowed { probe, .. } if probe == COLLECTIONS);
    evidence.events.iter().any(fewer).then_some(())?;
    let took = |event: &Event| match event.kind {
        EventKind::Collection { took_s } => Some(took_s),
        _ => None,
    };
    evidence.events.iter().filter_map(took).reduce(f64::max)
}

/// Whether no memory was judged but resident memory: that does not show what the process had freed before.
fn by_resident_memory_alone(found: &Assessment) -> bool {
    let mut memory = found.series.iter().filter(|s| s.votes() && s.unit() == Unit::Bytes).peekable();
    memory.peek().is_some() && memory.all(|s| s.id.is_resident_memory())
}

/// What climbs and is explained away.
fn explained(series: &[SeriesEvidence]) -> impl Iterator<Item = Note> {
    // resident memory next to its private part has no vote, and says the same
    let moving = series.iter().filter(|s| s.votes() && s.trend.direction != Direction::Stable);
    moving.filter_map(|s| {
        // what every table shows it to have done
        let rose = s.trend.read.map_or(s.rose(), |read| read.end - read.start);
        let rose = Some(rose).filter(|rose| *rose > 0.0);
        Some(Note::Explained { id: s.id.clone(), rose, by: s.explained_by? })
    })
}

/// Tasks that were there before the run and are not blamed for its growth.
fn present_before(found: &Assessment, evidence: &Evidence) -> impl Iterator<Item = Note> {
    let blamed: Vec<String> = found.culprits.iter().map(BlamedGroup::label).collect();
    let present =
        present_before_run(evidence).into_iter().filter(move |group| !blamed.contains(&group.label()));
    present.take(MOST_PRESENT).map(Note::PresentBeforeRun)
}

/// What a run that forces no collection does not know.
fn not_collected(found: &Assessment, evidence: &Evidence) -> Vec<Note> {
    if !evidence.plan.as_ref().is_some_and(|plan| plan.judging.no_gc) {
        return Vec::new();
    }
    let drives = evidence.driven().is_some();
    let seen = |name: &str| found.probes.iter().any(|probe| probe.found && probe.name == name);
    let missing = [("inspector", NotCollected::Allocators), ("heap", NotCollected::Proofs)];
    let missing = missing.into_iter().filter(|(probe, _)| seen(probe));
    missing.map(|(_, missing)| Note::NotCollected { missing, drives }).collect()
}

/// That nothing counts the requests of a watch.
fn no_request_counter(evidence: &Evidence) -> Option<Note> {
    evidence.observed()?;
    let doubted = evidence.events.iter().any(|e| matches!(e.kind, EventKind::Uncounted { .. }));
    let counted = evidence.recording.requests_total.iter().any(|n| n.get().is_some());
    (!doubted && !counted).then_some(Note::NoRequestCounter)
}

fn of_event(event: &Event, evidence: &Evidence) -> Option<Note> {
    let elapsed_s = event.elapsed_s;
    Some(match &event.kind {
        EventKind::Restart { pid_before, pid_after } => {
            Note::Restarted { elapsed_s, pid_before: *pid_before, pid_after: *pid_after }
        }
        EventKind::Stopped { reason } => {
            // what has no end does not end early
            let early = !evidence.plan.as_ref().is_some_and(|plan| plan.phases.is_open_ended());
            Note::Ended { elapsed_s, early, reason: reason.clone() }
        }
        EventKind::Uncounted { reason } => Note::NotCounted(reason.clone()),
        EventKind::Note { text } => Note::Recorded(text.clone()),
        EventKind::Logins(counts) => Note::Logins(counts.clone()),
        EventKind::LoadChanged { per_s } if evidence.last_load_change() == Some(elapsed_s) => {
            Note::LoadChanged { elapsed_s, per_s: *per_s }
        }
        // what came in warm-up was not judged anyway
        EventKind::KeysSeen { keys } => {
            let from_there = steady_begins(evidence).is_some_and(|begins| begins <= elapsed_s + EDGE_S);
            return from_there.then_some(Note::KeysSeen { elapsed_s, keys: *keys });
        }
        EventKind::FailuresBegin { since_s, by_kind, by_status } => {
            let until_s = failures_end(event, evidence);
            // of a load that failed from its start to its end, the errors in steady say it
            (until_s.is_some() || steady_begins(evidence) < Some(*since_s)).then(|| Note::Failed {
                since_s: *since_s,
                until_s,
                errors: ErrorCounts::of_counts(by_kind, by_status),
            })?
        }
        EventKind::LoadChanged { .. }
        | EventKind::FailuresEnd
        | EventKind::Phase { .. }
        | EventKind::Cycle { .. }
        | EventKind::Collection { .. }
        | EventKind::Snapshot { .. }
        | EventKind::TargetGone { .. }
        | EventKind::OomKill { .. }
        | EventKind::ProbeFailed { .. }
        | EventKind::ProbeSlowed { .. }
        | EventKind::Gap { .. }
        | EventKind::Thinned { .. }
        | EventKind::LoadDropped { .. }
        | EventKind::LoadSaturated { .. }
        | EventKind::LoadLate { .. }
        | EventKind::Forwarder { .. } => return None,
    })
}

/// When steady begins for the first time, in seconds since the run began.
fn steady_begins(evidence: &Evidence) -> Option<f64> {
    let steady = |event: &&Event| event.kind == EventKind::Phase { phase: Phase::Steady };
    evidence.events.iter().find(steady).map(|event| event.elapsed_s)
}

/// When most requests succeeded again, in seconds since the run began.
fn failures_end(begin: &Event, evidence: &Evidence) -> Option<f64> {
    let ends = |event: &&Event| event.elapsed_s > begin.elapsed_s && event.kind == EventKind::FailuresEnd;
    evidence.events.iter().find(ends).map(|event| event.elapsed_s)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::{Answer, LeakSummary, SeriesGrowth};

    #[test]
    fn no_note_repeats_the_line_of_a_culprit() {
        let worker = Leak::Group(GroupGrowth {
            name: "main.worker".into(),
            state: None,
            kind: GroupKind::Goroutine,
            growth: 6000.0,
            requests: Some(6000.0),
            seconds: 60.0,
        });
        let heap = Leak::Series(SeriesGrowth {
            id: SeriesId::MemLive,
            per_request: Some(800.0),
            per_second: None,
            several_kinds: false,
        });
        let reason = Reason::Leak(worker.clone());
        let answer = Answer { reason, summary: LeakSummary::default(), until_then: None };
        let leaks = vec![worker.clone(), heap.clone()];
        let mut found = Assessment { answer, leaks, ..Assessment::example() };
        let observed = Note::ObservedFor(60.0);
        let notes = |found: &Assessment| gather_notes(found, None, &Evidence::default());
        assert_eq!(notes(&found), [Note::Leak(worker), Note::Leak(heap.clone()), observed.clone()]);
        found.culprits = vec![BlamedGroup::example()];
        assert_eq!(notes(&found), [Note::Leak(heap), observed]);
    }

    #[test]
    fn what_no_culprit_explains_is_said_from_a_tenth_of_the_growth_on() {
        let blamed = |share: f64| BlamedGroup { share, ..BlamedGroup::example() };
        let kind = blamed(1.0).kind;
        assert_eq!(not_named(&[blamed(0.5), blamed(0.25)]), [Note::NotNamed { kind, share: 0.25 }]);
        assert_eq!(not_named(&[blamed(0.5), blamed(0.42)]), []);
        assert_eq!(not_named(&[blamed(0.0)]), []);
    }

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
        assert_eq!(too_few_collections(&evidence), Some(0.12));
    }
}
