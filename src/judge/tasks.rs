//! Task groups, judged: who is blamed, and what could still be a leak.
//!
//! A group is blamed when the runtime proves that its tasks can never wake, or when it grows with the load, that
//! matters, and it stays after settle.

use crate::culprit::{Candidate, Proof, Ranked, rank};
use crate::evidence::{AccountPart, Evidence, GroupKind, is_jdk};
use crate::findings::{Culprit, Direction, Verdict};
use crate::units::{Span, Unit, significant};

use super::material::least_seen;
use super::series_evidence::{AllEvidence, SeriesEvidence};
use super::steady::Steady;

/// A growth that nobody proves counts from so many within steady.
const LEAST: f64 = 10.0;
/// What a goroutine group that no served goroutineleak lists may be held for, unless the user says otherwise.
const UNPROVEN_HOLD_S: f64 = 60.0;

/// A stack of the heap is blamed from this share of all the heap's growth: of what is sampled, less is chance.
const LEAST_SHARE: f64 = 0.2;
/// Of the service's own classes so many that grew most are named however small their share: what fills the heap is mostly
/// arrays of bytes, and these say whose.
const OWN_CLASSES: usize = 3;

/// What one group means for the verdict.
#[derive(Debug, Clone, PartialEq)]
enum GroupVerdict {
    /// The runtime proves it.
    Proven,
    /// It grows, it matters, it stays.
    Leaks,
    /// It could be.
    Doubtful(String),
    /// It could be, unless it is held and let go later than anybody looked.
    Held(String),
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
pub fn judge(evidence: &Evidence, steady: &Steady, error: f64) -> Tasks {
    let plan = evidence.plan.as_ref();
    let max_hold = plan.and_then(|p| p.judging.max_hold);
    let would_tell = if evidence.observed().is_none() { "a settle" } else { "a longer watch" };
    let served = evidence.snapshots.iter().any(|s| s.proven.is_some());
    let Ranked { tasks: all, heap, processes } = rank(evidence);
    let share = error / all.len().max(1) as f64;
    let judged = all
        .into_iter()
        .map(|candidate| {
            let standing = stand(&candidate, (max_hold, served), would_tell, share);
            (candidate, standing)
        })
        .collect();
    Tasks { judged, heap, processes, requests: steady.requests }
}

/// What a group means; see the head of this file.
fn stand(
    c: &Candidate,
    (max_hold, served): (Option<Span>, bool),
    would_tell: &str,
    error: f64,
) -> GroupVerdict {
    let culprit = &c.culprit;
    if matches!(c.proof, Proof::Proven(_)) {
        return GroupVerdict::Proven;
    }
    if c.growth < LEAST {
        return GroupVerdict::Fine;
    }
    match c.direction {
        Direction::Stable => return GroupVerdict::Fine,
        Direction::Inconclusive if let_go(c) => return GroupVerdict::Fine,
        Direction::Inconclusive => return GroupVerdict::Doubtful(culprit.why.clone()),
        Direction::Growing if may_be_in_flight(c) => {
            return GroupVerdict::Doubtful(format!(
                "{}: {}; no more than connections, they may be in flight, and {would_tell} would tell",
                called(culprit),
                culprit.why.trim_end_matches('.')
            ));
        }
        Direction::Growing if !c.stands() => return GroupVerdict::Fine,
        Direction::Growing if c.p_value > error => {
            return GroupVerdict::Doubtful(format!(
                "{}, though not clearly so",
                culprit.why.trim_end_matches('.')
            ));
        }
        Direction::Growing => {}
    }
    let hold = match max_hold {
        Some(hold) => Some(hold.secs()),
        None if served && c.kind == GroupKind::Goroutine => Some(UNPROVEN_HOLD_S),
        None => None,
    };
    match hold {
        Some(hold) if culprit.seen_for_s < hold => GroupVerdict::Held(format!(
            "{} grows by {} per request, but was seen for {} only and may be held for {}",
            called(culprit),
            culprit.per_request.map_or("some".into(), |n| significant(n, 2)),
            Span::from_secs_f64(culprit.seen_for_s),
            Span::from_secs_f64(hold)
        )),
        _ => GroupVerdict::Leaks,
    }
}

/// It grew by no more than there are connections, and nobody has seen what is left without load.
fn may_be_in_flight(c: &Candidate) -> bool {
    c.within_connections && c.recovered.is_none() && !c.is_connection
}

/// What was let go within settle was held, and not leaked.
fn let_go(c: &Candidate) -> bool {
    c.recovered.is_some_and(|share| share > 0.5)
}

/// "main.worker in chan send".
pub fn called(culprit: &Culprit) -> String {
    match &culprit.state {
        Some(state) => format!("{} in {state}", culprit.name),
        None => culprit.name.clone(),
    }
}

/// What a growth must amount to within steady before a process is named for it.
fn least(kind: GroupKind) -> f64 {
    least_seen("rss_anon_bytes", kind.unit())
}

impl Tasks {
    /// What the runtime has proven, in a sentence.
    pub fn proven(&self) -> Option<String> {
        let (c, _) = self.judged.iter().find(|(_, standing)| *standing == GroupVerdict::Proven)?;
        let Proof::Proven(stuck) = c.proof else { return None };
        Some(format!(
            "{} {}s are stuck for ever in {}, as the runtime proves",
            Unit::Count.show(stuck),
            c.culprit.kind,
            called(&c.culprit)
        ))
    }

    /// Whether a group of goroutines has grown of which only a proof would say that it leaks: asking for one claims
    /// nothing, so it need not be certain that it goes on.
    pub fn may_be_proven(&self) -> bool {
        self.judged.iter().any(|(c, standing)| {
            let doubted = matches!(standing, GroupVerdict::Doubtful(_) | GroupVerdict::Held(_));
            doubted && c.kind == GroupKind::Goroutine && c.growth >= LEAST
        })
    }

    /// Each group that leaks although nobody proves it, in a sentence.
    pub fn leaks(&self) -> impl Iterator<Item = String> {
        self.judged.iter().filter(|(_, standing)| *standing == GroupVerdict::Leaks).map(|(c, _)| {
            format!(
                "{}: {} {} more in {}",
                called(&c.culprit),
                Unit::Count.show(c.growth),
                super::headline::noun(c.growth, &c.culprit.kind),
                match self.requests {
                    Some(n) => format!("{} requests", Unit::Count.show(n)),
                    None => Span::from_secs_f64(c.culprit.seen_for_s).to_string(),
                }
            )
        })
    }

    /// Who is blamed of tasks, with the groups that are theirs.
    pub fn to_blame(&self) -> impl Iterator<Item = &Candidate> {
        let task =
            |c: &Candidate| matches!(c.kind, GroupKind::Goroutine | GroupKind::Task | GroupKind::Thread);
        let stands = |s: &GroupVerdict| matches!(s, GroupVerdict::Proven | GroupVerdict::Leaks);
        self.judged.iter().filter(move |(c, standing)| task(c) && stands(standing)).map(|(c, _)| c)
    }

    /// Each group that could be a leak, in a sentence.
    pub fn doubts(&self) -> impl Iterator<Item = String> {
        self.judged.iter().filter_map(|(_, standing)| match standing {
            GroupVerdict::Doubtful(why) | GroupVerdict::Held(why) => Some(why.clone()),
            _ => None,
        })
    }

    /// Whether some tasks may only be held, and with them the memory that is theirs.
    pub fn may_be_held(&self) -> bool {
        self.judged.iter().any(|(_, standing)| matches!(standing, GroupVerdict::Held(_)))
    }

    /// Who is blamed, ranked; nobody where the target is not the service or the verdict is not a leak. Stacks of the
    /// heap and processes come last: they say where it happens, once something else has shown that it does.
    pub fn blamed(self, verdict: Verdict, voters: &AllEvidence) -> Vec<Culprit> {
        if !matches!(verdict, Verdict::Leak | Verdict::Failed) {
            return Vec::new();
        }
        let fds_leak = self.judged.iter().any(|(c, s)| c.kind == GroupKind::Fd && *s == GroupVerdict::Leaks);
        let memory_leaks = voters.iter().any(|v| v.unit == Unit::Bytes && v.leaks());
        let heap_leaks = voters.get(AccountPart::Live.series().name()).is_some_and(SeriesEvidence::leaks);
        let mut own_classes = 0;
        let allocates = self.heap.into_iter().filter(move |c| {
            let own = c.kind == GroupKind::Class && !is_jdk(&c.culprit.name);
            let fills = c.share >= LEAST_SHARE && c.growth >= least(c.kind);
            let named = fills || (own && own_classes < OWN_CLASSES);
            let blamed = heap_leaks && named && c.direction != Direction::Stable && !let_go(c);
            own_classes += usize::from(blamed && own);
            blamed
        });
        let grows = self.processes.into_iter().filter(|c| {
            let shown = if c.kind == GroupKind::ProcessMemory { memory_leaks } else { fds_leak };
            shown && c.stands() && c.growth >= least(c.kind)
        });
        let stands = |standing: &GroupVerdict| matches!(standing, GroupVerdict::Proven | GroupVerdict::Leaks);
        let mut blamed: Vec<Culprit> = self
            .judged
            .into_iter()
            .filter(|(_, standing)| stands(standing))
            .map(|(c, standing)| Culprit { proven: standing == GroupVerdict::Proven, ..c.culprit })
            .collect();
        blamed.sort_by(|a, b| {
            // a descriptor belongs to somebody: who is left behind comes before what he holds
            let held = |c: &Culprit| c.kind == GroupKind::Fd.to_string();
            b.proven
                .cmp(&a.proven)
                .then(held(a).cmp(&held(b)))
                .then((b.count_end - b.count_start).total_cmp(&(a.count_end - a.count_start)))
        });
        blamed.extend(allocates.chain(grows).map(|c| c.culprit));
        for (i, culprit) in blamed.iter_mut().enumerate() {
            culprit.rank = i as u32 + 1;
        }
        blamed
    }
}
