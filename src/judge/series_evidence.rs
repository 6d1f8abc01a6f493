//! Every series asked for its trend, and which of them count.
//!
//! A false 'leak' is bounded for the whole run (Bonferroni over two families, Holm 1979, "A simple sequentially
//! rejective multiple test procedure", within each): half the error is spent on the few series of ranks 1 to 3, the
//! other half on the rest. A series of which no slope could be told, be it that it never moved or that too little was
//! seen, could not have been called growing and costs none of it, nor does a family of nothing else (R. E. Tarone, A
//! modified Bonferroni method for discrete data, 1990). This acts on the verdict; each series' own trend stays as it is.

use crate::evidence::{Evidence, Series};
use crate::findings::{Direction, SeriesFinding, Trend};
use crate::trend::{Question, time_to_limit, trend};
use crate::units::{Span, Unit};
use crate::wording::explain_trend;

use super::evidence_strength::{EvidenceStrength, Sources, rank};
use super::heap_headroom::{self, HeapHeadroom};
use super::live_heap;
use super::material::{least_seen, material};
use super::steady::Steady;

/// The chance of a false 'leak' in a whole run, and of a false 'growing' for a series asked by itself.
pub const ERROR: f64 = 0.05;
/// What the horizon is where no plan says so.
const HORIZON_S: f64 = 30.0 * 86_400.0;
/// The growth a request that a run must be able to find, where no plan says so.
pub const RESOLUTION_BYTES: f64 = 1024.0;
/// The same in tasks.
pub const RESOLUTION_TASKS: f64 = 0.01;
/// A growth is all but certain at so many times the error that a run may make: it stays open, however small its upper end,
const NEARLY: f64 = 2.0;
/// if it comes to this share of what the run was asked to find.
const SHARE_OF_RESOLUTION: f64 = 0.5;
/// A projection is shown as far ahead as so many times the run's length.
pub const FARTHEST: f64 = 1000.0;

/// One series with its vote.
#[derive(Debug, Clone)]
pub struct SeriesEvidence {
    /// The series.
    pub name: String,
    /// The unit its name carries.
    pub unit: Unit,
    /// Its vote, if it has one.
    pub rank: Option<EvidenceStrength>,
    /// What it does.
    pub trend: Trend,
    /// Whether that matters.
    pub material: bool,
    /// Whether even the upper end of its slope is less than this run was asked to find, or than counts at all.
    pub bounded: bool,
    /// Whether its growth stands beside all the other series that were asked.
    pub significant: bool,
    /// Whether its rise may be nothing but a heap that is touched for the first time.
    pub may_be_heap: bool,
    /// What explains its growth away.
    pub explained_by: Option<String>,
    /// Seconds until the memory limit, earliest and latest.
    pub limit_at_s: Option<[f64; 2]>,
}

impl SeriesEvidence {
    /// Whether this alone makes it a leak.
    pub fn leaks(&self) -> bool {
        self.rank.is_some()
            && self.trend.direction == Direction::Growing
            && self.material
            && self.significant
            && self.explained_by.is_none()
    }

    /// Whether it could have been called growing at all: one that never moved, or of which too little was seen, could not.
    fn could_grow(&self) -> bool {
        self.trend.slope.is_some()
    }

    /// Whether the heap's pages are among its own: shared memory is nobody's heap.
    pub fn holds_the_heap(&self) -> bool {
        self.name.starts_with("rss") && self.name != "rss_shmem_bytes"
    }

    /// From the start of steady to its end, in its unit.
    pub fn rose(&self) -> f64 {
        self.trend.end.zip(self.trend.start).map_or(0.0, |(end, start)| end - start)
    }

    /// Whether it grows by so little that it does not count.
    pub fn is_flat(&self) -> bool {
        match self.trend.direction {
            Direction::Stable => true,
            Direction::Growing => !self.material,
            Direction::Inconclusive => self.bounded,
        }
    }
}

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
    let horizon = judging.map_or(Span::from_secs_f64(HORIZON_S), |j| j.horizon);
    let resolution = judging.map_or(RESOLUTION_BYTES, |j| j.resolution_bytes);
    let sources = Sources::of(evidence);
    let present: Vec<&str> = recording.series.iter().filter(|s| !s.is_empty()).map(|s| s.id.name()).collect();
    let mut named: Vec<String> = judging.map(|j| j.series.clone()).unwrap_or_default();
    if sources.lone && !present.iter().any(|name| rank(name, &sources, &[], &present).is_some()) {
        named = present.iter().map(|name| name.to_string()).collect();
    }
    // the smallest that is known: the user's own may be beyond what the cgroup or the machine gives
    let target = evidence.target();
    let limits = [judging.and_then(|j| j.memory_limit_bytes), target.and_then(|t| t.memory_limit_bytes)];
    let limit = limits.into_iter().flatten().min().map(|bytes| bytes as f64);
    let heap_limit = heap_headroom::heap_limit(evidence);
    let by_ends = live_heap::trend(evidence, steady);
    let mut all: Vec<SeriesEvidence> = recording
        .series
        .iter()
        .filter(|s| !s.is_empty())
        .zip(trends(evidence, error))
        .map(|(series, trend)| {
            let unit = series.unit();
            let trend = by_ends.clone().filter(|_| series.id.name() == live_heap::LIVE).unwrap_or(trend);
            let limit_at_s = match series.id.name() {
                "rss_bytes" => limit,
                live_heap::LIVE => heap_limit,
                _ => None,
            };
            let limit_at_s = limit_at_s
                .and_then(|bytes| time_to_limit(&trend, bytes))
                // farther ahead a run of this length cannot be believed
                .filter(|[_, latest]| *latest <= FARTHEST * steady.run_end_s);
            SeriesEvidence {
                rank: rank(series.id.name(), &sources, &named, &present),
                material: trend.direction == Direction::Growing
                    && material(&trend, series.id.name(), unit, horizon, steady.seconds()),
                bounded: bounded(&trend, series.id.name(), unit, resolution, steady.seconds(), error),
                significant: false,
                may_be_heap: false,
                explained_by: None,
                limit_at_s,
                name: series.id.to_string(),
                unit,
                trend,
            }
        })
        .collect();
    let strong = |v: &SeriesEvidence| v.could_grow() && v.rank.is_some_and(|r| r <= EvidenceStrength::Live);
    let weak = |v: &SeriesEvidence| v.could_grow() && v.rank.is_some_and(|r| r > EvidenceStrength::Live);
    // groups of any kind are asked with the other half
    let alone = evidence.groups.is_empty() && !all.iter().any(strong);
    holm(&mut all, error / 2.0, strong);
    holm(&mut all, if alone { error } else { error / 2.0 }, weak);
    let bound = HeapHeadroom::of(evidence, steady);
    let live = all.iter().find(|v| v.name == live_heap::LIVE).and_then(|v| v.trend.end).unwrap_or(0.0);
    for voter in all.iter_mut().filter(|v| v.holds_the_heap()) {
        voter.may_be_heap = bound.may_hold(voter.rose(), live);
    }
    explain(&mut all, &sources, &bound, live);
    AllEvidence { all, sources, error }
}

/// The trend of each series that holds a reading, in order; on every core, since none knows of another.
fn trends(evidence: &Evidence, error: f64) -> Vec<Trend> {
    let recording = &evidence.recording;
    let series: Vec<&Series> = recording.series.iter().filter(|s| !s.is_empty()).collect();
    let ask = |series: &&Series| {
        trend(&Question { recording, series, events: &evidence.events, false_alarm: error })
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let each = series.len().div_ceil(cores).max(1);
    std::thread::scope(|scope| {
        let workers: Vec<_> = series
            .chunks(each)
            .map(|some| scope.spawn(move || some.iter().map(ask).collect::<Vec<Trend>>()))
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

/// Whether the upper end of a slope is below the resolution and no growth near it is all but certain, or adds less within
/// steady than counts at all.
fn bounded(trend: &Trend, name: &str, unit: Unit, resolution_bytes: f64, seconds: f64, error: f64) -> bool {
    let resolution = if unit == Unit::Bytes { resolution_bytes } else { RESOLUTION_TASKS };
    let nearly = trend.p_value <= NEARLY * error;
    trend
        .per_request
        .is_some_and(|p| p.hi < resolution && !(nearly && p.value >= SHARE_OF_RESOLUTION * resolution))
        || trend.slope.is_some_and(|s| s.hi * seconds < least_seen(name, unit))
}

/// Only a measure of the same bytes explains another away.
fn explain(all: &mut [SeriesEvidence], sources: &Sources, bound: &HeapHeadroom, live: f64) {
    let get = |name: &str| all.iter().find(|v| v.name == name);
    let flat = |name: &str| get(name).is_some_and(SeriesEvidence::is_flat);
    // a heap's limit says nothing of the stacks of threads
    let threads_grow = get("threads").is_some_and(|v| v.trend.direction == Direction::Growing && v.material);
    if matches!(bound, HeapHeadroom::Limit(_) | HeapHeadroom::Committed(_)) && threads_grow {
        return;
    }
    let parts = ["mem_live_bytes", "mem_stacks_bytes", "mem_native_bytes"];
    let (reason, most) = if sources.exact && parts.iter().all(|name| flat(name)) {
        let reason = "live heap, stacks and native memory grow by nothing that counts: the rest is garbage not collected yet";
        (reason.to_string(), f64::INFINITY)
    } else if !sources.exact && sources.live && flat("mem_live_bytes") {
        let reason =
            format!("the live heap after collections is flat: the heap only grows up to {}", bound.words());
        (reason, bound.most(live))
    } else {
        return;
    };
    for voter in all.iter_mut() {
        if voter.rank == Some(EvidenceStrength::Rss)
            && voter.trend.direction != Direction::Stable
            && voter.holds_the_heap()
            && voter.rose() <= most
        {
            voter.explained_by = Some(reason.clone());
        }
    }
}

impl AllEvidence {
    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &SeriesEvidence> {
        self.all.iter()
    }

    /// The one of this name.
    pub fn get(&self, name: &str) -> Option<&SeriesEvidence> {
        self.all.iter().find(|v| v.name == name)
    }

    /// What there was to judge by.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// The chance of a false alarm that is left for each task group: ranks 1 to 3 share half the run's error.
    pub fn task_share_of_error(&self) -> f64 {
        self.error / 2.0
    }

    /// As the report has them.
    pub fn findings(&self) -> Vec<SeriesFinding> {
        self.all
            .iter()
            .map(|v| SeriesFinding {
                id: v.name.as_str().into(),
                trend: v.trend.direction,
                shape: v.trend.shape,
                start: v.trend.start,
                end: v.trend.end,
                slope_per_s: v.trend.slope.map(|s| s.value),
                slope_ci: v.trend.slope.map(|s| [s.lo, s.hi]),
                slope_over_s: v.trend.slope_over_s,
                per_request: v.trend.per_request.map(|s| s.value),
                per_request_ci: v.trend.per_request.map(|s| [s.lo, s.hi]),
                p_value: v.trend.p_value,
                detectable_per_s: v.trend.detectable_per_s,
                needs_s: v.trend.needs_s,
                recovered: v.trend.recovered,
                material: v.material,
                flat: v.is_flat(),
                votes: v.rank.is_some(),
                explained_by: v.explained_by.clone(),
                limit_at_s: v.limit_at_s,
                why: explain_trend(&v.trend, v.unit),
            })
            .collect()
    }
}
