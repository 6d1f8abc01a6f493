//! Who grows: snapshots and groups in, ranked candidates for the blame out.
//!
//! Comes in: how many there were of each group over time, what each group is, and what the runtime has proven. Goes
//! out: [`Ranked`], with the facts by which `judge/` decides what it blames. Groups are put together first: several
//! stacks of one bug are one culprit where their creator, or else their root, is the same, and goroutines of a pool
//! that merely change their state cancel out.

mod candidate;
mod counts;
mod family;
mod growth;
mod listing;
mod lives;
mod present_before;
mod processes;
mod snapshot_ends;
mod snapshot_readings;
mod workers;

use crate::evidence::{CodeOwner, Ends, Evidence, GroupKind, Runtime, TaskGroup};
use crate::findings::{BlamedGroup, Direction, Trend};

pub use candidate::{Candidate, Proof};
pub use listing::{count_by_label, list_groups, list_kept_labels, list_labels, steady_before};
pub use present_before::present_before_run;
pub use snapshot_ends::SnapshotEnds;
pub use snapshot_readings::SnapshotReadings;
pub use workers::{trend_without_workers, workers};

use candidate::{LEAST_BYTES, LEAST_COUNT};
use counts::{Counts, Totals};
use family::Family;
use snapshot_ends::MOST_FREED;

/// Growth of live objects of a class, in bytes, that makes a candidate: they are counted and not sampled.
const LEAST_OBJECT_BYTES: f64 = 8.0 * 1024.0;
/// Candidates of each list; the rest grew less.
const MOST_CANDIDATES: usize = 32;

/// What is ranked by group, in the order in which equals are listed.
const RANKED: [GroupKind; 7] = [
    GroupKind::Goroutine,
    GroupKind::Task,
    GroupKind::Thread,
    GroupKind::Fd,
    GroupKind::Child,
    GroupKind::Heap,
    GroupKind::Class,
];

/// Candidates, the strongest first. Heap stacks stand apart: they are counted in bytes, and sampled.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ranked {
    /// Goroutines, tasks, threads and descriptors.
    pub tasks: Vec<Candidate>,
    /// Heap by the stack that allocated it, or by the class of its objects.
    pub heap: Vec<Candidate>,
    /// Single processes of the target that grow far more than the others, by private memory and by descriptors.
    pub processes: Vec<Candidate>,
}

/// Ranks whatever grew in steady.
pub fn rank(evidence: &Evidence) -> Ranked {
    let families = family::families(evidence);
    let mut ranked = Ranked::default();
    for kind in RANKED {
        let counts = Counts::new(evidence, kind);
        if counts.is_empty() {
            continue;
        }
        let all = counts.totals_of_all();
        let list = if kind.is_of_heap() { &mut ranked.heap } else { &mut ranked.tasks };
        let of_kind: Vec<&Family> =
            families.iter().filter(|family| family.kind == kind && !is_the_runtimes(family)).collect();
        let tested = of_kind.iter().filter(|family| worth(&counts, family)).count().max(1);
        for family in of_kind {
            if worth(&counts, family) {
                list.extend(candidate(evidence, &counts, family, &all, 0.05 / tested as f64));
            }
        }
    }
    for kind in [GroupKind::ProcessMemory, GroupKind::ProcessFds] {
        ranked.processes.extend(processes::standing_out(evidence, kind));
    }
    for list in [&mut ranked.tasks, &mut ranked.heap] {
        list.sort_by(|a, b| {
            weight(b).total_cmp(&weight(a)).then_with(|| a.culprit.name.cmp(&b.culprit.name))
        });
        list.truncate(MOST_CANDIDATES);
    }
    ranked
}

/// Proof before trend, trend before doubt, and then the largest growth.
fn weight(candidate: &Candidate) -> f64 {
    let class = match (candidate.proof, candidate.stands(), candidate.direction) {
        (Proof::Proven(_), _, _) => 3.0,
        (_, true, _) => 2.0,
        (_, _, Direction::Growing) => 1.0,
        _ => 0.0,
    };
    class * 1e15 + candidate.growth.clamp(0.0, 1e14)
}

/// Heap that the runtime took for itself: what it needs for each task, say, which the tasks are to blame for.
fn is_the_runtimes(family: &Family) -> bool {
    let all = |group: &TaskGroup| group.stack.iter().all(|frame| frame.owner() == CodeOwner::Runtime);
    family.kind == GroupKind::Heap && family.members.iter().all(|group| !group.stack.is_empty() && all(group))
}

fn worth(counts: &Counts<'_>, family: &Family) -> bool {
    let least = match family.kind {
        GroupKind::Class => LEAST_OBJECT_BYTES,
        GroupKind::Heap => LEAST_BYTES,
        _ => LEAST_COUNT,
    };
    counts.totals(family).growth() >= least
}

fn candidate(
    evidence: &Evidence,
    counts: &Counts<'_>,
    family: &Family,
    all: &Totals,
    false_alarm: f64,
) -> Option<Candidate> {
    let totals = counts.totals(family);
    // the figures that are shown are read where the series that counts all of them is
    let grew = |read: &Ends| read.end > read.start;
    let read = counts.read_ends(family).filter(grew);
    let read = read.unwrap_or(Ends { start: totals.start, end: totals.end });
    let growth = read.end - read.start + totals.lost;
    let trend = growth::judge(evidence, counts, family, &totals, false_alarm);
    // the member that grew most gives the culprit its name, state and stack
    let shown = family.members.iter().max_by(|a, b| {
        let grown = |group: &TaskGroup| counts.totals_of(&[group.id.as_str()]).growth();
        grown(a).total_cmp(&grown(b)).then_with(|| b.id.cmp(&a.id))
    })?;
    let proof = counts.proof(family).at_most(growth);
    let recovered = totals.settled.map(|settled| ((read.end - settled) / growth).clamp(0.0, 1.0));
    let connections = evidence.plan.as_ref().map_or(0.0, |plan| f64::from(plan.most_in_flight()));
    let own_code = shown.stack.iter().any(|frame| frame.owner() == CodeOwner::Own);
    let waits_as_a_connection = match (family.kind, shown.state.as_deref()) {
        (GroupKind::Goroutine, Some("IO wait")) => true,
        // where tokio's tasks are spawned is all that is known of them, and of a service's own gauge not even that
        (GroupKind::Task, Some("idle")) => !shown.stack.is_empty(),
        _ => false,
    };
    // what was added at the start of steady was still there after settle: the first to go would have shown by then
    let stayed = recovered.is_some_and(|share| share <= MOST_FREED);
    let steady_s = counts.steady_span();
    let longest_hold_s =
        if stayed { steady_s * (1.0 - MOST_FREED) + counts.settle_span() } else { steady_s }.max(steady_s);
    let Trend { direction, slope, per_request, p_value, .. } = trend;
    let share = (growth / all.growth().max(growth)).clamp(0.0, 1.0);
    let culprit = BlamedGroup {
        name: shown.name.clone(),
        kind: family.kind,
        state: shown.state.clone(),
        count_start: read.start,
        count_end: read.end,
        count_settled: totals.settled,
        sampling_error: growth::sampling_error(evidence, family.kind, growth),
        per_request,
        proven: if let Proof::Proven(stuck) = proof { Some(stuck) } else { None },
        seen_for_s: steady_s,
        share,
        holds_unsampled: family.kind == GroupKind::Heap
            && evidence.target().is_some_and(|target| target.runtime == Runtime::V8),
        recovered,
        longest_wait_s: counts.longest_wait_s(family),
        // of an object on the heap its own stack says who made it
        created_by: (!family.kind.is_of_heap())
            .then(|| family.created_by.as_ref().map(ToString::to_string))
            .flatten(),
        stack: shown.stack.iter().map(ToString::to_string).collect(),
    };
    Some(Candidate {
        culprit,
        kind: family.kind,
        groups: family.members.iter().map(|group| group.id.clone()).collect(),
        direction,
        per_second: slope,
        p_value,
        growth,
        share,
        recovered,
        longest_hold_s,
        proof,
        within_connections: !family.kind.is_of_heap() && growth <= connections,
        is_connection: !own_code && waits_as_a_connection,
    })
}

#[cfg(test)]
mod tests;
