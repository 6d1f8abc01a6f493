//! The smallest growth that a run would have found, and so excludes where it found none.

use crate::evidence::{Evidence, SeriesId};
use crate::findings::{Direction, Doubt, Excluded, ExcludedGrowth, LongerRun, SeriesEvidence};

use super::interpreter_memory::hidden_per_request;
use super::series_evidence::{AllEvidence, FARTHEST_RUN_LENGTHS, RESOLUTION_TASKS};
use super::steady::Steady;
use super::workers::Workers;

/// A run that is hardly longer may fall short again.
const LEAST_LONGER: f64 = 1.2;

/// What a run without a growth of memory excludes, by the strongest evidence there is.
pub fn excluded(
    evidence: &Evidence,
    (series, workers): (&AllEvidence, &Workers),
    steady: &Steady,
) -> Option<Excluded> {
    let strongest = strongest_memory(series)?;
    let least = strongest.trend.detectable_per_s?;
    let growth = match steady.request_rate() {
        Some(rate) => {
            // what grows a little, and does not count, is excluded only beyond its own upper end
            let grows = Some(&strongest.trend).filter(|trend| trend.direction == Direction::Growing);
            let upper = grows.and_then(|trend| trend.per_request).map_or(0.0, |each| each.hi);
            let most = detectable_per_request(strongest, rate).unwrap_or(least / rate).max(upper);
            let hidden = hidden_per_request(strongest, series, evidence, steady).unwrap_or(0.0);
            ExcludedGrowth::PerRequest(workers.excluded(most).max(hidden))
        }
        None => ExcludedGrowth::PerSecond(least),
    };
    Some(Excluded { id: strongest.id.clone(), growth, steady_s: steady.seconds() })
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
        longer: longer_run(steady, detectable / resolution_bytes, evidence.observed().is_none()),
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
            longer: longer_run(steady, detectable / RESOLUTION_TASKS, drives),
        }
    })
}

/// A run that would find a growth so many times smaller, about: the slope that least squares detect falls with the
/// length of a run to the power of 1.5 in white noise and of 0.5 in a random walk.
fn longer_run(steady: &Steady, times: f64, drives: bool) -> LongerRun {
    let needs_s = steady.seconds() * times.max(LEAST_LONGER);
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
