//! Task groups, judged: who is blamed, and what could still be a leak.
//!
//! A group is blamed when the runtime proves that its tasks can never wake, or when it grows with the load, that
//! matters, and it stays after settle.

use crate::culprit::{Candidate, Proof, Ranked, rank};
use crate::evidence::{Evidence, GroupKind, SeriesId, is_jdk};
use crate::findings::{
    BlamedGroup, Direction, GroupDoubt, GroupDoubtReason, GroupGrowth, ProvenTasks, SeriesEvidence, Verdict,
};
use crate::units::{Span, Unit};

use super::material::least_seen;
use super::part_of_series::{counted_by, within_whole};
use super::series_evidence::AllEvidence;
use super::steady::Steady;

/// A growth that the runtime does not prove counts from so many within steady.
const LEAST_GROWTH: f64 = 10.0;
/// What a goroutine group that no served goroutineleak lists may be held for, unless the user says otherwise.
const UNPROVEN_HOLD_S: f64 = 60.0;

/// A stack of the heap is blamed from this share of all the heap's growth: of what is sampled, less is chance.
const LEAST_SHARE: f64 = 0.2;
/// Of the service's own classes so many that grew most are named however small their share: what fills the heap is
/// mostly arrays of bytes, and these say whose.
const MOST_OWN_CLASSES: usize = 3;

/// What one group means for the verdict.
#[derive(Debug, Clone, PartialEq)]
enum GroupVerdict {
    /// The runtime proves it.
    Proven,
    /// It grows, it matters, it stays.
    Leaks,
    /// It could be.
    Doubtful(GroupDoubtReason),
    /// It could be, unless the service frees it later than this run observed; the hold in seconds.
    Held(f64),
    /// It is not.
    Fine,
}

/// All groups.
#[derive(Debug, Clone, Default)]
pub struct Tasks {
    judged: Vec<(Candidate, GroupVerdict)>,
    /// Heap by the stack that allocated it.
    heap: Vec<Candidate>,
    /// Single processes that stand out from the others.
    processes: Vec<Candidate>,
    requests: Option<f64>,
}

/// Judges every group; `error` is the chance of a false alarm for all of them together.
pub fn judge_groups(evidence: &Evidence, steady: &Steady, error: f64) -> Tasks {
    let plan = evidence.plan.as_ref();
    let max_hold = plan.and_then(|p| p.judging.max_hold);
    let drives = evidence.observed().is_none();
    let served = evidence.snapshots.iter().any(|s| s.proven.is_some());
    let Ranked { tasks: all, heap, processes } = rank(evidence);
    let share = error / all.len().max(1) as f64;
    let judged = all
        .into_iter()
        .map(|candidate| {
            let verdict = judge_group(&candidate, (max_hold, served), drives, share);
            (candidate, verdict)
        })
        .collect();
    Tasks { judged, heap, processes, requests: steady.requests }
}

/// What a group means; see the head of this file.
fn judge_group(
    c: &Candidate,
    (max_hold, served): (Option<Span>, bool),
    drives: bool,
    error: f64,
) -> GroupVerdict {
    if matches!(c.proof, Proof::Proven(_)) {
        return GroupVerdict::Proven;
    }
    if c.growth < LEAST_GROWTH {
        return GroupVerdict::Fine;
    }
    match c.direction {
        Direction::Stable => return GroupVerdict::Fine,
        Direction::Inconclusive if was_freed(c) => return GroupVerdict::Fine,
        Direction::Inconclusive => return GroupVerdict::Doubtful(GroupDoubtReason::Open { drives }),
        Direction::Growing if may_be_in_flight(c) => {
            return GroupVerdict::Doubtful(GroupDoubtReason::MayBeInFlight { drives });
        }
        Direction::Growing if !c.stands() => return GroupVerdict::Fine,
        Direction::Growing if c.p_value > error => {
            return GroupVerdict::Doubtful(GroupDoubtReason::NotSignificant);
        }
        Direction::Growing => {}
    }
    let hold = match max_hold {
        Some(hold) => Some(hold.secs()),
        None if served && c.kind == GroupKind::Goroutine => Some(UNPROVEN_HOLD_S),
        None => None,
    };
    match hold {
        Some(hold_s) if c.longest_hold_s < hold_s => GroupVerdict::Held(hold_s),
        _ => GroupVerdict::Leaks,
    }
}

/// It grew by no more than there are connections, and what is left without load was not observed.
fn may_be_in_flight(c: &Candidate) -> bool {
    c.within_connections && c.recovered.is_none() && !c.is_connection
}

/// What was freed within settle was held, and not leaked.
fn was_freed(c: &Candidate) -> bool {
    c.recovered.is_some_and(|share| share > 0.5)
}

/// The share of a growth that may be gone after settle where the rest explains what they hold.
const MOST_FREED: f64 = 0.05;

/// What a growth must amount to within steady before a process is named for it.
fn least(kind: GroupKind) -> f64 {
    match kind.unit() {
        Unit::Bytes => least_seen(&SeriesId::RssAnon),
        _ => least_seen(&SeriesId::Tasks),
    }
}

impl Tasks {
    /// What the runtime has proven.
    pub fn proven(&self) -> Option<ProvenTasks> {
        let (c, _) = self.judged.iter().find(|(_, verdict)| *verdict == GroupVerdict::Proven)?;
        let Proof::Proven(stuck) = c.proof else { return None };
        let (name, state) = (c.culprit.name.clone(), c.culprit.state.clone());
        Some(ProvenTasks { name, state, kind: c.kind, stuck })
    }

    /// Whether a group of goroutines has grown of which only a proof would say that it leaks: asking for one claims
    /// nothing, so it need not be certain that it goes on.
    pub fn may_be_proven(&self) -> bool {
        self.judged.iter().any(|(c, verdict)| {
            let doubted = matches!(verdict, GroupVerdict::Doubtful(_) | GroupVerdict::Held(_));
            doubted && c.kind == GroupKind::Goroutine && c.growth >= LEAST_GROWTH
        })
    }

    /// Each group that leaks although the runtime does not prove it.
    pub fn leaks(&self) -> impl Iterator<Item = GroupGrowth> {
        let leaks = self.judged.iter().filter(|(_, verdict)| *verdict == GroupVerdict::Leaks);
        leaks.map(|(c, _)| GroupGrowth {
            name: c.culprit.name.clone(),
            state: c.culprit.state.clone(),
            kind: c.kind,
            growth: c.growth,
            requests: self.requests,
            seconds: c.culprit.seen_for_s,
        })
    }

    /// Who is blamed of tasks, with the groups that are theirs.
    pub fn leaking_tasks(&self) -> impl Iterator<Item = &Candidate> {
        let task = |c: &Candidate| c.kind.is_of_tasks();
        let stands = |s: &GroupVerdict| matches!(s, GroupVerdict::Proven | GroupVerdict::Leaks);
        self.judged.iter().filter(move |(c, verdict)| task(c) && stands(verdict)).map(|(c, _)| c)
    }

    /// Each group that could be a leak.
    pub fn doubts(&self) -> impl Iterator<Item = GroupDoubt> {
        self.judged.iter().filter_map(|(c, verdict)| {
            let why = match verdict {
                GroupVerdict::Doubtful(why) => *why,
                GroupVerdict::Held(hold_s) => GroupDoubtReason::MayBeHeld { hold_s: *hold_s },
                GroupVerdict::Proven | GroupVerdict::Leaks | GroupVerdict::Fine => return None,
            };
            Some(GroupDoubt { group: c.culprit.clone(), why })
        })
    }

    /// Whether some tasks may only be held, and with them the memory that is theirs.
    pub fn may_be_held(&self) -> bool {
        self.judged.iter().any(|(_, verdict)| matches!(verdict, GroupVerdict::Held(_)))
    }

    /// The culprits, ranked; none where the verdict is no leak. Stacks of the heap and processes come last: they say
    /// where it happens, once something else has shown that it does.
    pub fn blamed(self, verdict: Verdict, series: &AllEvidence) -> Vec<BlamedGroup> {
        if !matches!(verdict, Verdict::Leak | Verdict::Failed) {
            return Vec::new();
        }
        let fds_leak = self.judged.iter().any(|(c, s)| c.kind == GroupKind::Fd && *s == GroupVerdict::Leaks);
        let memory_leaks = series.iter().any(|v| v.unit() == Unit::Bytes && v.leaks());
        let heap_leaks = series.get(&SeriesId::MemLive).is_some_and(SeriesEvidence::leaks);
        let mut own_classes = 0;
        let allocates = self.heap.into_iter().filter(move |c| {
            let own = c.kind == GroupKind::Class && !is_jdk(&c.culprit.name);
            let fills = c.share >= LEAST_SHARE && c.growth >= least(c.kind);
            let named = fills || (own && own_classes < MOST_OWN_CLASSES);
            let blamed = heap_leaks && named && c.direction != Direction::Stable && !was_freed(c);
            own_classes += usize::from(blamed && own);
            blamed
        });
        let grows = self.processes.into_iter().filter(|c| {
            let shown = if c.kind == GroupKind::ProcessMemory { memory_leaks } else { fds_leak };
            shown && c.stands() && c.growth >= least(c.kind)
        });
        let stands = |c: &Candidate, verdict: &GroupVerdict| match verdict {
            GroupVerdict::Proven | GroupVerdict::Leaks => true,
            // descriptors that leak are held by tasks: those that all stayed explain them
            GroupVerdict::Held(_) => fds_leak && c.recovered.is_some_and(|share| share <= MOST_FREED),
            GroupVerdict::Doubtful(_) | GroupVerdict::Fine => false,
        };
        let mut blamed: Vec<BlamedGroup> = self
            .judged
            .into_iter()
            .filter(|(c, verdict)| stands(c, verdict))
            .map(|(c, _)| c.culprit)
            .collect();
        blamed.sort_by(|a, b| {
            // a descriptor is held by a task: the task that is left behind comes before what it holds
            let held = |c: &BlamedGroup| c.kind == GroupKind::Fd;
            b.proven
                .is_some()
                .cmp(&a.proven.is_some())
                .then(held(a).cmp(&held(b)))
                .then((b.count_end - b.count_start).total_cmp(&(a.count_end - a.count_start)))
        });
        blamed.extend(allocates.map(|c| c.culprit).chain(grows.map(|c| c.culprit)));
        let whole = |kind| counted_by(kind).iter().find_map(|id| Some(&series.get(id)?.trend));
        blamed.into_iter().map(|group| within_whole(whole(group.kind), group)).collect()
    }
}
