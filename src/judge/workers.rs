//! Workers that are replaced, judged: whether recycling hides a leak.
//!
//! Where a tree's workers are replaced each worker is a segment of its own. What it keeps goes with it, so the tree
//! shows teeth, and their floor is that of a new worker: it says nothing of a leak. Growth within a worker counts as
//! the tree's would were its workers not replaced.

use crate::culprit;
use crate::evidence::{Evidence, EvidenceStrength, GroupKind, SeriesId};
use crate::findings::{
    Direction, Doubt, Estimate, Explanation, Leak, ReplacedWorkers, SeriesEvidence, Trend, WorkersDoubt,
    WorkersDoubtReason,
};
use crate::units::Unit;

use super::material::{is_material, least_seen};
use super::series_evidence::AllEvidence;
use super::steady::Steady;

/// What a worker may take until it is warm: it fills its pools in a straight line, as a leak does. Flask's workers
/// under gunicorn took 0.3 MiB in 600 requests, Django's less.
const WARM_UP_BYTES: f64 = 2.0 * 1024.0 * 1024.0;
/// The same as a share of what it had before.
const WARM_UP_SHARE: f64 = 0.1;
/// Whole lives from which workers are known to be level until they are replaced.
const LEAST_WHOLE: usize = 2;
/// What is read of each process.
const KINDS: [GroupKind; 3] = [GroupKind::ProcessMemory, GroupKind::ProcessThreads, GroupKind::ProcessFds];

/// What replaced workers mean for the verdict.
#[derive(Debug, Clone, Copy, PartialEq)]
enum WorkersVerdict {
    /// They leak, and recycling hides it.
    Leaks,
    /// They could.
    Doubtful(WorkersDoubtReason),
    /// They do not, or by too little to matter.
    Fine,
}

/// All workers that are replaced.
#[derive(Debug, Clone, Default)]
pub struct Workers {
    judged: Vec<(ReplacedWorkers, WorkersVerdict)>,
    /// The memory of all processes but the workers, where workers are replaced.
    others: Option<Trend>,
    /// Whether that grows for certain, and matters: the teeth of the tree may hide it.
    others_grow: bool,
}

/// Judges the workers that are replaced; `error` is the chance of a false alarm for all of them together.
pub fn judge_workers(evidence: &Evidence, series: &AllEvidence, error: f64) -> Workers {
    if series.sources().forwards {
        return Workers::default();
    }
    let share = error / KINDS.len() as f64;
    let all = KINDS.into_iter().flat_map(|kind| culprit::workers(evidence, kind, share));
    let all: Vec<ReplacedWorkers> = all.collect();
    let memory: Vec<ReplacedWorkers> =
        all.iter().filter(|workers| workers.kind == GroupKind::ProcessMemory).cloned().collect();
    let others = || culprit::trend_without_workers(evidence, GroupKind::ProcessMemory, &memory, share);
    let judge = |workers: ReplacedWorkers| {
        let verdict = judge_one(&workers, evidence, series);
        (workers, verdict)
    };
    let others = (!memory.is_empty()).then(others);
    let horizon = evidence.plan.as_ref().map(|plan| plan.judging.horizon).unwrap_or_default();
    let steady_s = Steady::read(evidence).seconds();
    let others_grow = others.as_ref().is_some_and(|others| {
        others.direction == Direction::Growing && is_material(others, &SeriesId::RssAnon, horizon, steady_s)
    });
    Workers { others, others_grow, judged: all.into_iter().map(judge).collect() }
}

fn judge_one(workers: &ReplacedWorkers, evidence: &Evidence, series: &AllEvidence) -> WorkersVerdict {
    use WorkersDoubtReason::{HeapNotRead, MayBeHeld, MayBeWarmUp, NotLevel, Unresolved};
    let judging = evidence.plan.as_ref().map(|plan| plan.judging.clone()).unwrap_or_default();
    let id = of_tree(workers.kind);
    let ReplacedWorkers { trend, life_s, at_a_time, .. } = workers;
    let runtime = series.sources().runtime;
    let is_memory = workers.kind.unit() == Unit::Bytes;
    let resolution = judging.resolution_bytes;
    // were they not replaced the tree would grow by what all of them do; what a worker loads as it starts is not growth
    let slope = of_all(workers).slope;
    let start = trend.start.map(|start| start * at_a_time);
    let end = start.zip(slope).map(|(start, slope)| start + slope.value * life_s);
    let grows = is_material(&Trend { start, end, slope, ..trend.clone() }, &id, judging.horizon, *life_s);
    match trend.direction {
        Direction::Growing if grows => {
            let grown = workers.per_life().map_or(0.0, |growth| growth.lo);
            let warm_up = WARM_UP_BYTES.max(WARM_UP_SHARE * (trend.end.unwrap_or(0.0) - grown));
            if is_memory && grown < warm_up {
                return WorkersVerdict::Doubtful(MayBeWarmUp);
            }
            if is_memory && runtime.grows_before_collecting() {
                return WorkersVerdict::Doubtful(HeapNotRead(runtime));
            }
            match judging.max_hold.filter(|hold| *life_s < hold.secs()) {
                Some(hold) => WorkersVerdict::Doubtful(MayBeHeld(hold)),
                None => WorkersVerdict::Leaks,
            }
        }
        Direction::Growing => WorkersVerdict::Fine,
        // threads and descriptors come and go with the requests in flight
        _ if !is_memory => WorkersVerdict::Fine,
        Direction::Inconclusive => {
            let rose = trend.end.zip(trend.start).map_or(0.0, |(end, start)| end - start);
            let most = workers.per_life().map_or(rose, |growth| growth.hi);
            let bounded = most * at_a_time < least_seen(&id) || is_below(trend.per_request, resolution);
            if bounded && !grows { WorkersVerdict::Fine } else { WorkersVerdict::Doubtful(NotLevel) }
        }
        Direction::Stable => match excluded_per_request(workers) {
            Some(detectable) if detectable > resolution => {
                WorkersVerdict::Doubtful(Unresolved { resolution, detectable })
            }
            _ => WorkersVerdict::Fine,
        },
    }
}

/// What all workers that run at a time do together, each as one does as it ages.
fn of_all(workers: &ReplacedWorkers) -> Trend {
    let ReplacedWorkers { trend, at_a_time, .. } = workers;
    Trend {
        slope: trend.slope.map(|slope| slope.scaled(*at_a_time)),
        detectable_per_s: trend.detectable_per_s.map(|least| least * at_a_time),
        detectable_per_request: None,
        ..trend.clone()
    }
}

/// A sum with its interval, the errors added up: workers of one service share what disturbs them. What never moved has
/// no interval to add; none where something that moved has no figure, or nothing moved.
fn sum(parts: &[&Trend], figure: fn(&Trend) -> Option<Estimate>) -> Option<Estimate> {
    let moving = parts.iter().filter(|part| part.direction != Direction::Stable || figure(part).is_some());
    let known: Option<Vec<Estimate>> = moving.map(|part| figure(part)).collect();
    known?.into_iter().reduce(|a, b| Estimate { value: a.value + b.value, lo: a.lo + b.lo, hi: a.hi + b.hi })
}

/// The series of the tree that sums up what is read of each process.
fn of_tree(kind: GroupKind) -> SeriesId {
    kind.instance_series().unwrap_or(SeriesId::RssAnon)
}

fn is_below(growth: Option<Estimate>, resolution: f64) -> bool {
    growth.is_some_and(|each| each.hi < resolution)
}

/// The smallest growth by each request that workers would have shown, or may still hide.
fn excluded_per_request(workers: &ReplacedWorkers) -> Option<f64> {
    let ReplacedWorkers { trend, life_s, requests_per_life, .. } = workers;
    match trend.direction {
        Direction::Stable => {
            let excluded = trend.per_request.map_or(f64::INFINITY, |each| each.hi.max(each.hi - each.value));
            Some((trend.detectable_per_s? * life_s / (*requests_per_life)?).min(excluded))
        }
        Direction::Growing | Direction::Inconclusive => trend.per_request.map(|each| each.hi),
    }
}

impl Workers {
    /// Those that leak, with the strength of what shows it.
    pub fn leaks(&self) -> impl Iterator<Item = (EvidenceStrength, Leak)> {
        let leaks = self.judged.iter().filter(|(_, verdict)| *verdict == WorkersVerdict::Leaks);
        leaks.map(|(workers, _)| {
            let is_memory = workers.kind.unit() == Unit::Bytes;
            let strength = if is_memory { EvidenceStrength::Rss } else { EvidenceStrength::Tasks };
            (strength, Leak::Recycled(Box::new(workers.clone())))
        })
    }

    /// Those that could leak.
    pub fn doubts(&self) -> impl Iterator<Item = Doubt> {
        let others = self.others.iter().filter(|_| self.others_grow);
        let others = others.map(|trend| Doubt::OutsideWorkers(Box::new(trend.clone())));
        let workers = self.judged.iter().filter_map(|(workers, verdict)| match verdict {
            WorkersVerdict::Doubtful(why) => {
                let doubt = WorkersDoubt { workers: workers.clone(), why: *why };
                Some(Doubt::Workers(Box::new(doubt)))
            }
            WorkersVerdict::Leaks | WorkersVerdict::Fine => None,
        });
        workers.chain(others)
    }

    /// Those whose memory is judged.
    fn of_memory(&self) -> impl Iterator<Item = &(ReplacedWorkers, WorkersVerdict)> {
        self.judged.iter().filter(|(workers, _)| workers.kind.unit() == Unit::Bytes)
    }

    /// The growth of memory that was judged: of all workers that run at a time, each of them within its life, and of the
    /// other processes; none where no workers are replaced.
    pub fn memory(&self) -> Option<Trend> {
        let others = self.others.clone()?;
        let workers: Vec<Trend> = self.of_memory().map(|(workers, _)| of_all(workers)).collect();
        let parts: Vec<&Trend> = workers.iter().chain([&others]).collect();
        let grows = parts.iter().any(|part| part.direction == Direction::Growing);
        let is_open = self.of_memory().any(|(_, verdict)| matches!(verdict, WorkersVerdict::Doubtful(_)));
        let level = !is_open && parts.iter().all(|part| part.direction == Direction::Stable);
        Some(Trend {
            direction: match (grows && !is_open, level) {
                (true, _) => Direction::Growing,
                (false, true) => Direction::Stable,
                (false, false) => Direction::Inconclusive,
            },
            slope: sum(&parts, |part| part.slope),
            per_request: sum(&parts, |part| part.per_request),
            detectable_per_s: parts.iter().map(|part| part.detectable_per_s).sum(),
            detectable_per_request: None,
            needs_s: None,
            ..others.clone()
        })
    }

    /// Whether each worker is level until it is replaced, whole lives were seen, and so are the other processes.
    fn are_level(&self) -> bool {
        let others_level = self.others.as_ref().is_some_and(|others| others.direction == Direction::Stable);
        let level = |(workers, verdict): &(ReplacedWorkers, WorkersVerdict)| {
            workers.whole >= LEAST_WHOLE && *verdict == WorkersVerdict::Fine
        };
        others_level && self.of_memory().all(level)
    }

    /// What explains that this series moves: its workers are level. A tree that is sure to grow is not explained.
    pub fn explain(&self, tree: &SeriesEvidence) -> Option<Explanation> {
        let moves = match tree.trend.direction {
            Direction::Inconclusive => true,
            Direction::Stable => tree.excludes_zero,
            Direction::Growing => false,
        };
        let explains = tree.strength == Some(EvidenceStrength::Rss) && moves && self.are_level();
        let observed = self.of_memory().map(|(workers, _)| workers.observed).sum();
        explains.then_some(Explanation::LevelWorkers(observed))
    }

    /// The smallest growth per request that is excluded, given that of the tree: no less than what workers may hide, and
    /// where they are level no more.
    pub fn excluded(&self, of_tree: f64) -> f64 {
        let most = self.of_memory().filter_map(|(workers, _)| excluded_per_request(workers)).reduce(f64::max);
        match most {
            Some(most) if self.are_level() => most,
            Some(most) => of_tree.max(most),
            None => of_tree,
        }
    }

    /// What is left of an error for all groups once these have taken their half of it.
    pub fn left_of(&self, error: f64) -> f64 {
        if self.judged.is_empty() { error } else { error / 2.0 }
    }

    /// All of them, and whether recycling hides a leak of each.
    pub fn into_judged(self) -> Vec<(ReplacedWorkers, bool)> {
        let leaks = |verdict| verdict == WorkersVerdict::Leaks;
        self.judged.into_iter().map(|(workers, verdict)| (workers, leaks(verdict))).collect()
    }
}

#[cfg(test)]
mod tests;
