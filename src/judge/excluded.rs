//! The smallest growth that a run would have found, and so excludes where it found none.

use crate::evidence::{Evidence, SeriesId};
use crate::findings::{Direction, Doubt, Excluded, ExcludedGrowth, LongerRun, SeriesEvidence};

use super::interpreter_memory::hidden_per_request;
use super::series_evidence::{AllEvidence, FARTHEST_RUN_LENGTHS, RESOLUTION_TASKS};
use super::steady::Steady;
use super::workers::Workers;

/// What a run detects differs from run to run: one that is only just long enough may fall short again.
const LONGER_TO_BE_SAFE: f64 = 1.3;

/// Writes into each series that does not grow, or grows by too little to count, the smallest growth per request that the
/// run would have found: headline, gates, tables and the picture's foot have it from there. Into the strongest evidence
/// of memory it is written even where that leaks.
pub fn write_detectable(
    evidence: &Evidence,
    (series, workers): (&mut AllEvidence, &Workers),
    steady: &Steady,
) {
    let Some(rate) = steady.request_rate() else { return };
    let strongest = strongest_memory(series).map(|s| s.id.clone());
    let hidden: Vec<Option<f64>> =
        series.iter().map(|one| hidden_per_request(one, series, evidence, steady)).collect();
    for (one, hidden) in series.iter_mut().zip(hidden) {
        let Some(least) = one.trend.detectable_per_s else { continue };
        if !one.flat && strongest.as_ref() != Some(&one.id) {
            continue;
        }
        // what grows a little, and does not count, is excluded only beyond its own upper end
        let grows = Some(&one.trend).filter(|trend| trend.direction == Direction::Growing);
        let upper = grows.and_then(|trend| trend.per_request).map_or(0.0, |each| each.hi);
        let most = detectable_per_request(one, rate).unwrap_or(least / rate).max(upper);
        let of_workers = if strongest.as_ref() == Some(&one.id) { workers.excluded(most) } else { most };
        one.trend.detectable_per_request = Some(of_workers.max(hidden.unwrap_or(0.0)));
    }
    // private memory is a part of what is resident: what the one may hide the other hides, too
    let private = series.get(&SeriesId::RssAnon).and_then(|s| s.trend.detectable_per_request);
    for resident in series.iter_mut().filter(|s| s.id == SeriesId::Rss) {
        let shown = &mut resident.trend.detectable_per_request;
        *shown = shown.map(|each| each.max(private.unwrap_or(0.0)));
    }
}

/// What a run without a growth of memory excludes, by the strongest evidence there is.
pub fn excluded(series: &AllEvidence, steady: &Steady) -> Option<Excluded> {
    let strongest = strongest_memory(series)?;
    let growth = match strongest.trend.detectable_per_request {
        Some(each) => ExcludedGrowth::PerRequest(each),
        None => ExcludedGrowth::PerSecond(strongest.trend.detectable_per_s?),
    };
    let judged = strongest.trend.slope_over_s;
    Some(Excluded {
        id: strongest.id.clone(),
        growth,
        over_s: judged.unwrap_or(steady.seconds()),
        all_of_steady: judged.is_none(),
    })
}

/// That a leak of the resolution in memory would not have been found.
pub fn memory_unresolved(
    evidence: &Evidence,
    (series, workers): (&AllEvidence, &Workers),
    steady: &Steady,
    resolution_bytes: f64,
) -> Option<Doubt> {
    let strongest = strongest_memory(series)?;
    let of_tree = detectable_per_request(strongest, steady.request_rate()?)?;
    // workers that are not level say themselves what they leave open
    let shown = of_tree.min(workers.excluded(of_tree));
    let detectable = shown.max(hidden_per_request(strongest, series, evidence, steady).unwrap_or(0.0));
    (detectable > resolution_bytes).then(|| Doubt::MemoryUnresolved {
        resolution: resolution_bytes,
        id: strongest.id.clone(),
        detectable,
        steady_s: steady.seconds(),
        longer: run_to_find(steady, detectable / resolution_bytes, evidence.observed().is_none()),
    })
}

/// That a leak of tasks would not have been found.
pub fn tasks_unresolved(series: &AllEvidence, steady: &Steady, drives: bool) -> Option<Doubt> {
    let tasks = series.get(&SeriesId::Tasks).or_else(|| series.get(&SeriesId::Goroutines))?;
    // the column of tasks repeats another count, which says what they are
    let repeated = SeriesId::task_counts().into_iter().filter(|id| *id != SeriesId::Tasks);
    let read =
        repeated.filter_map(|id| series.get(&id)).find(|other| other.trend == tasks.trend).unwrap_or(tasks);
    let detectable = detectable_per_request(tasks, steady.request_rate()?)?;
    (tasks.trend.direction == Direction::Stable && detectable > RESOLUTION_TASKS).then(|| {
        Doubt::TasksUnresolved {
            resolution: RESOLUTION_TASKS,
            id: read.id.clone(),
            detectable,
            steady_s: steady.seconds(),
            longer: run_to_find(steady, detectable / RESOLUTION_TASKS, drives),
        }
    })
}

/// A run that would find a growth so many times smaller, about: the slope that least squares detect falls with the
/// length of a run to the power of 1.5 in white noise and of 0.5 in a random walk.
pub(super) fn run_to_find(steady: &Steady, times: f64, drives: bool) -> LongerRun {
    let needs_s = steady.seconds() * times.max(1.0) * LONGER_TO_BE_SAFE;
    LongerRun { needs_s: Some(needs_s).filter(|s| *s <= FARTHEST_RUN_LENGTHS * steady.seconds()), drives }
}

/// The smallest growth by each request that a series without growth would have shown, or may still hide.
fn detectable_per_request(series: &SeriesEvidence, requests_per_s: f64) -> Option<f64> {
    match series.trend.direction {
        Direction::Growing => None,
        Direction::Stable => {
            // what its interval excludes is excluded, however much the noise of another run could hide; around a slope
            // that happens to be negative noise hides as much as around 0
            let excluded = series.trend.per_request.map_or(f64::INFINITY, |p| p.hi.max(p.hi - p.value));
            Some((series.trend.detectable_per_s? / requests_per_s).min(excluded))
        }
        Direction::Inconclusive => series.trend.per_request.map(|p| p.hi),
    }
}

/// The strongest memory evidence there is.
fn strongest_memory(series: &AllEvidence) -> Option<&SeriesEvidence> {
    SeriesId::memory_strongest_first()
        .iter()
        .find_map(|id| series.get(id).filter(|s| s.votes() && s.trend.detectable_per_s.is_some()))
}
