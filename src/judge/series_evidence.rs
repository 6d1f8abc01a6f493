//! Every series asked for its trend, and which of them count.
//!
//! A false 'leak' is bounded for the whole run (Bonferroni over two families, Holm 1979, "A simple sequentially
//! rejective multiple test procedure", within each): half the error is spent on the few series of ranks 1 to 3, the
//! other half on the rest. A series without a slope, be it that it never moved or that too little was
//! seen, could not have been called growing and costs none of it, nor does a family of nothing else (R. E. Tarone, A
//! modified Bonferroni method for discrete data, 1990). This acts on the verdict; each series' own trend stays as it
//! is.

use crate::evidence::{Evidence, EvidenceStrength, Judging, MemoryLimit, Series, SeriesId, SteadyEnds};
use crate::findings::{Direction, Explanation, SeriesEvidence, Trend};
use crate::trend::{Timeline, time_to_limit, trend_on};
use crate::units::Unit;

use super::evidence_strength::{Sources, strength};
use super::heap_headroom::{HeapHeadroom, heap_limit};
use super::in_flight::after_settle;
use super::live_heap;
use super::material::{is_material, least_seen};
use super::native_memory::MostNative;
use super::steady::Steady;
use super::task_count;
use super::voting_groups::VotingGroups;

/// The chance of a false 'leak' in a whole run, and of a false 'growing' for a series asked by itself.
pub const FALSE_LEAK_CHANCE: f64 = 0.05;
/// The growth per request that a run must be able to find in counts of tasks.
pub const RESOLUTION_TASKS: f64 = 0.01;
/// A projection reaches at most so many lengths of the run ahead.
pub const FARTHEST_RUN_LENGTHS: f64 = 1000.0;

/// All series.
#[derive(Debug, Clone)]
pub struct AllEvidence {
    all: Vec<SeriesEvidence>,
    sources: Sources,
    /// The chance of a false 'leak' in all.
    error: f64,
}

/// Asks every series of the recording; `error` is the chance of a false 'leak' in all.
pub fn gather(evidence: &Evidence, steady: &Steady, error: f64) -> AllEvidence {
    let recording = &evidence.recording;
    let judging = evidence.plan.as_ref().map(|p| &p.judging);
    let defaults = Judging::default();
    let Judging { horizon, resolution_bytes: resolution, .. } = *judging.unwrap_or(&defaults);
    let sources = Sources::read(evidence);
    let present: Vec<SeriesId> =
        recording.series.iter().filter(|s| !s.is_empty()).map(|s| s.id.clone()).collect();
    let named = judging.iter().flat_map(|j| &j.series).map(|name| SeriesId::from(name.as_str()));
    let mut named: Vec<SeriesId> = named.collect();
    if sources.lone && !present.iter().any(|id| strength(id, &sources, &[], &present).is_some()) {
        named.clone_from(&present);
    }
    let groups = VotingGroups::read(evidence, &sources, &present);
    let limit = MemoryLimit::find(evidence);
    let heap_limit = heap_limit(evidence).map(MemoryLimit::of_service);
    let native = MostNative::read(evidence, steady);
    let by_ends = live_heap::trend_from_snapshots(evidence, steady);
    let steady_ends = SteadyEnds::find(evidence);
    let mut all: Vec<SeriesEvidence> = recording
        .series
        .iter()
        .filter(|s| !s.is_empty())
        .zip(trends(evidence, error))
        .map(|(series, trend)| {
            let id = series.id.clone();
            let by_snapshots = || task_count::trend_from_snapshots(evidence, steady, &id, &trend);
            let by_ends = by_ends.clone().filter(|_| id == SeriesId::MemLive).or_else(by_snapshots);
            let trend = by_ends.unwrap_or_else(|| task_count::sized_by_ends(evidence, &id, trend));
            let read = || steady_ends.and_then(|ends| ends.of_series(evidence, &id));
            let trend = Trend { read: trend.read.or_else(read), ..trend };
            let limit = match id {
                SeriesId::Rss => limit,
                SeriesId::MemLive => heap_limit,
                _ => None,
            };
            let limit_at_s = limit
                .and_then(|limit| time_to_limit(&trend, limit.bytes))
                // farther ahead a run of this length cannot be believed
                .filter(|[_, latest]| *latest <= FARTHEST_RUN_LENGTHS * steady.run_end_s);
            let excludes_zero = is_material(&trend, &id, horizon, steady.seconds());
            let material = trend.direction == Direction::Growing && excludes_zero;
            let by_highest = || id == SeriesId::MemNative && native.is_some_and(|n| n.is_below(resolution));
            let bounded =
                !excludes_zero && (is_bounded(&trend, &id, resolution, steady.seconds()) || by_highest());
            SeriesEvidence {
                strength: strength(&id, &sources, &named, &present),
                groups_vote: groups.vote_for(&id),
                proven: false,
                flat: match trend.direction {
                    Direction::Stable => !excludes_zero,
                    Direction::Growing => !material,
                    Direction::Inconclusive => bounded,
                },
                material,
                excludes_zero,
                bounded,
                significant: false,
                may_be_heap: false,
                explained_by: None,
                limit: limit.filter(|_| limit_at_s.is_some()),
                limit_at_s,
                after_settle: trend.read.and_then(|read| after_settle(evidence, steady, &id, read)),
                id,
                trend,
            }
        })
        .collect();
    let strong =
        |v: &SeriesEvidence| v.could_grow() && v.strength.is_some_and(|r| r <= EvidenceStrength::Live);
    let weak = |v: &SeriesEvidence| v.could_grow() && v.strength.is_some_and(|r| r > EvidenceStrength::Live);
    // groups of any kind are asked with the other half
    let alone = evidence.groups.is_empty() && !all.iter().any(strong);
    holm(&mut all, error / 2.0, strong);
    holm(&mut all, if alone { error } else { error / 2.0 }, weak);
    let headroom = HeapHeadroom::read(evidence, steady);
    let live = all.iter().find(|v| v.id == SeriesId::MemLive).and_then(|v| v.trend.end).unwrap_or(0.0);
    for series in all.iter_mut().filter(|v| v.holds_the_heap()) {
        series.may_be_heap = headroom.may_hold(series.rose(), live);
    }
    explain(&mut all, &sources, &headroom, live);
    AllEvidence { all, sources, error }
}

/// The trend of each series that holds a reading, in order; on every core, since none knows of another.
fn trends(evidence: &Evidence, error: f64) -> Vec<Trend> {
    let recording = &evidence.recording;
    let series: Vec<&Series> = recording.series.iter().filter(|s| !s.is_empty()).collect();
    let timeline = Timeline::read(recording, &evidence.events);
    let ask = |series: &&Series| trend_on(&timeline, series, error);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let each = series.len().div_ceil(cores).max(1);
    std::thread::scope(|scope| {
        let workers: Vec<_> = series
            .chunks(each)
            .map(|some| scope.spawn(|| some.iter().map(&ask).collect::<Vec<Trend>>()))
            .collect();
        // a panic in one goes on as it would have without threads
        workers.into_iter().flat_map(|w| w.join().unwrap_or_else(|e| std::panic::resume_unwind(e))).collect()
    })
}

/// Marks, among the chosen, those whose growth stands with this error spent on all of them together.
fn holm(all: &mut [SeriesEvidence], error: f64, chosen: impl Fn(&SeriesEvidence) -> bool) {
    let mut order: Vec<usize> = (0..all.len()).filter(|i| chosen(&all[*i])).collect();
    order.sort_by(|a, b| all[*a].trend.p_value.total_cmp(&all[*b].trend.p_value));
    let n = order.len();
    for (tested, i) in order.into_iter().enumerate() {
        if all[i].trend.p_value > error / (n - tested) as f64 {
            break;
        }
        all[i].significant = true;
    }
}

/// Whether the upper end of a slope is below the resolution, or adds less within steady than counts at all.
fn is_bounded(trend: &Trend, id: &SeriesId, resolution_bytes: f64, seconds: f64) -> bool {
    let resolution = if id.unit() == Unit::Bytes { resolution_bytes } else { RESOLUTION_TASKS };
    trend.per_request.is_some_and(|p| p.hi < resolution)
        || trend.slope.is_some_and(|s| s.hi * seconds < least_seen(id))
}

/// Only a measure of the same bytes explains another away.
fn explain(all: &mut [SeriesEvidence], sources: &Sources, headroom: &HeapHeadroom, live: f64) {
    let get = |id: SeriesId| all.iter().find(|v| v.id == id);
    let flat = |id: SeriesId| get(id).is_some_and(|v| v.flat);
    // a heap's limit says nothing of the stacks of threads
    let threads_grow =
        get(SeriesId::Threads).is_some_and(|v| v.trend.direction == Direction::Growing && v.material);
    if matches!(headroom, HeapHeadroom::Limit(_) | HeapHeadroom::Committed(_)) && threads_grow {
        return;
    }
    let parts = [SeriesId::MemLive, SeriesId::MemStacks, SeriesId::MemNative];
    let (explanation, most) = if sources.exact && parts.into_iter().all(flat) {
        (Explanation::Garbage, f64::INFINITY)
    } else if !sources.exact && sources.live && flat(SeriesId::MemLive) {
        (Explanation::HeapHeadroom(headroom.room()), headroom.most(live))
    } else {
        return;
    };
    for series in all.iter_mut() {
        if series.strength == Some(EvidenceStrength::Rss)
            && (series.trend.direction != Direction::Stable || series.excludes_zero)
            && series.holds_the_heap()
            && series.rose() <= most
        {
            series.explained_by = Some(explanation);
        }
    }
}

impl AllEvidence {
    /// Marks what else explains the growth of a series that nothing explains yet.
    pub fn explain_rest(&mut self, explain: impl Fn(&SeriesEvidence) -> Option<Explanation>) {
        for series in self.all.iter_mut().filter(|series| series.explained_by.is_none()) {
            series.explained_by = explain(series);
        }
        // private memory is a part of what is resident, which has no vote next to it
        let private = self.get(&SeriesId::RssAnon).and_then(|private| private.explained_by);
        for resident in self.all.iter_mut().filter(|s| s.id == SeriesId::Rss && !s.votes()) {
            let grows = resident.trend.direction == Direction::Growing;
            resident.explained_by = resident.explained_by.or(private.filter(|_| grows));
        }
    }

    /// One after the other, to write into.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut SeriesEvidence> {
        self.all.iter_mut()
    }

    /// One after the other.
    pub fn iter(&self) -> impl Iterator<Item = &SeriesEvidence> {
        self.all.iter()
    }

    /// The one of this quantity.
    pub fn get(&self, id: &SeriesId) -> Option<&SeriesEvidence> {
        self.all.iter().find(|v| v.id == *id)
    }

    /// All of them.
    pub fn series(&self) -> &[SeriesEvidence] {
        &self.all
    }

    /// All of them, to keep.
    pub fn into_series(self) -> Vec<SeriesEvidence> {
        self.all
    }

    /// What there was to judge by.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// The chance of a false alarm that is left for all task groups: the strong evidence shares half the run's error.
    pub fn task_share_of_error(&self) -> f64 {
        self.error / 2.0
    }
}
