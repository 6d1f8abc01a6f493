//! What holds growth back that would count: why a series that leaks by its own readings may not leak.
//!
//! Comes in: a series that leaks by itself. Goes out: everything that may explain it, worst first. What is held back
//! is no leak and leaves the run open, so both are read off one list.

use crate::evidence::{Evidence, EvidenceStrength, UnseenKeys};
use crate::findings::{Doubt, HeldByRequests, LoadFinding, LongerRun, SeriesEvidence, SeriesGrowth};
use crate::units::{Span, Unit};

use super::in_flight::held_by_requests;
use super::interpreter_memory::may_be_warm_up;
use super::series_evidence::{AllEvidence, FARTHEST_RUN_LENGTHS};
use super::steady::Steady;
use super::tasks::Tasks;

/// Why growth may be something else than a leak.
#[derive(Debug, Clone, PartialEq)]
pub enum HeldBack {
    /// The service may free it later than this run observed.
    MayBeHeld(Span),
    /// An interpreter may still warm up, which takes up to so many bytes.
    MayBeWarmUp(f64),
    /// Requests in flight may hold it.
    ByRequests(HeldByRequests),
    /// Tasks that may only be held have it, or are it: their group says so.
    ByTasks,
    /// A store may hold an entry for each key, of which these had not been seen.
    KeysUnseen(UnseenKeys),
    /// It is RSS, and what the heap in it holds was not read.
    HeapNotRead,
}

impl HeldBack {
    /// Everything that holds back this series, which leaks by itself.
    pub fn read(
        one: &SeriesEvidence,
        evidence: &Evidence,
        steady: &Steady,
        series: &AllEvidence,
        tasks: &Tasks,
    ) -> Vec<HeldBack> {
        // the memory of tasks that may only be held, and their number
        let of_tasks = (one.unit() == Unit::Bytes || one.id.is_task_count()) && tasks.may_be_held();
        let not_read = heap_not_read(one, series) && steady.stretches.len() < 2;
        let all = [
            may_be_held(evidence, steady).map(HeldBack::MayBeHeld),
            may_be_warm_up(one, series, evidence, steady).map(HeldBack::MayBeWarmUp),
            held_by_requests(evidence, steady, one).map(HeldBack::ByRequests),
            evidence.unseen_keys().map(HeldBack::KeysUnseen),
            of_tasks.then_some(HeldBack::ByTasks),
            not_read.then_some(HeldBack::HeapNotRead),
        ];
        all.into_iter().flatten().collect()
    }

    /// What it leaves open; none where others say it: the group of the tasks, or the series whose heap was not read.
    pub fn doubt(
        self,
        one: &SeriesEvidence,
        series: &AllEvidence,
        (steady, load): (&Steady, Option<&LoadFinding>),
    ) -> Option<Doubt> {
        let growth = || SeriesGrowth::new(one, load);
        match self {
            HeldBack::MayBeHeld(hold) => Some(Doubt::MayBeHeld { growth: growth(), hold }),
            HeldBack::MayBeWarmUp(pools_bytes) => {
                let (runtime, live_heap_read) = (series.sources().runtime, series.sources().live);
                Some(Doubt::MayBeWarmUp { growth: growth(), runtime, live_heap_read, pools_bytes })
            }
            HeldBack::KeysUnseen(keys) => {
                // until all were seen, and then as long again as steady was
                let needs_s = keys.left_s.map(|left_s| 2.0 * steady.seconds() + left_s);
                let farthest = FARTHEST_RUN_LENGTHS * steady.seconds();
                let longer = LongerRun { needs_s: needs_s.filter(|needs| *needs <= farthest), drives: true };
                Some(Doubt::KeysUnseen { growth: growth(), keys, longer })
            }
            HeldBack::ByRequests(held) => Some(Doubt::HeldByRequests(held)),
            HeldBack::ByTasks | HeldBack::HeapNotRead => None,
        }
    }
}

/// The longest that the service holds what it frees in the end, where steady was too short to see past it.
fn may_be_held(evidence: &Evidence, steady: &Steady) -> Option<Span> {
    let hold = evidence.plan.as_ref()?.judging.max_hold?;
    let (first, last) = (steady.stretches.first()?, steady.stretches.last()?);
    (last.1 - first.0 < hold.secs()).then_some(hold)
}

/// Whether this is RSS of a runtime that grows its heap before it collects, and its live heap could not be read or does
/// not say how much of a growth is heap.
pub fn heap_not_read(one: &SeriesEvidence, series: &AllEvidence) -> bool {
    let sources = series.sources();
    one.strength == Some(EvidenceStrength::Rss)
        && sources.runtime.grows_before_collecting()
        && (!sources.live || one.may_be_heap)
        && one.holds_the_heap()
}
