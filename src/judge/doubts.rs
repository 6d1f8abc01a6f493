//! What keeps a run from being called stable.

use crate::evidence::{EventKind, Evidence, SeriesId};
use crate::findings::{Direction, Doubt, LoadFinding, RateShortfall, SeriesEvidence, SeriesGrowth};
use crate::units::{Rate, Unit};

use super::excluded::{memory_unresolved, run_to_find, tasks_unresolved};
use super::held_back::{HeldBack, heap_not_read};
use super::load::{is_saturated, rate_held};
use super::material::{grown_within, least_seen};
use super::series_evidence::AllEvidence;
use super::steady::Steady;
use super::tasks::Tasks;
use super::workers::Workers;

/// Everything that does, worst first; `held_back` is what holds back each series that leaks by itself.
pub fn doubts(
    evidence: &Evidence,
    steady: &Steady,
    series: &AllEvidence,
    (tasks, workers): (&Tasks, &Workers),
    held_back: &[(SeriesId, Vec<HeldBack>)],
    load: Option<&LoadFinding>,
) -> Vec<Doubt> {
    let plan = evidence.plan.as_ref();
    let drives = evidence.observed().is_none();
    let mut doubts: Vec<Doubt> = evidence
        .events
        .iter()
        .filter_map(|event| match &event.kind {
            EventKind::Forwarder { text } => Some(Doubt::Forwarder(text.clone())),
            _ => None,
        })
        .collect();
    if steady.seconds() <= 0.0 || steady.is_cut_short(evidence) {
        doubts.push(Doubt::NoSteady);
    }
    // a service that is not well explains more than any curve of it
    if let (Some(plan), Some(driven), Some(load)) = (plan, evidence.driven(), load) {
        let most = plan.judging.max_error_ratio;
        doubts.extend(of_load(driven.rate, most, load, is_saturated(evidence, steady)));
    }
    // what is not used does not leak, and is not healthy for that
    if !drives && steady.answered(evidence) == Some(0.0) {
        doubts.push(Doubt::Unused);
    }
    doubts.extend(tasks.doubts().map(Doubt::Group));
    doubts.extend(workers.doubts());
    for one in series.iter().filter(|s| s.votes() && s.explained_by.is_none()) {
        let held = held_back.iter().filter(|(id, _)| *id == one.id).flat_map(|(_, all)| all.clone());
        doubts.extend(held.filter_map(|held| held.doubt(one, series, (steady, load))));
        let resolution_bytes = plan.map_or(f64::INFINITY, |plan| plan.judging.resolution_bytes);
        let open = of_series(one, series, steady, drives);
        doubts.extend(open.or_else(|| too_little_grown(one, steady, (resolution_bytes, drives), load)));
    }
    let judging = plan.map(|plan| &plan.judging).filter(|judging| !judging.load_only);
    if let Some(judging) = judging.filter(|_| !series.sources().forwards) {
        doubts.extend(memory_unresolved(evidence, (series, workers), steady, judging.resolution_bytes));
        doubts.extend(tasks_unresolved(series, steady, drives));
    }
    doubts
}

fn of_load(rate: Rate, most: f64, load: &LoadFinding, saturated: bool) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    let asked = load.rate_asked.map_or(rate, Rate::PerSecond);
    let shortfall = (!rate_held(load, rate)).then_some(RateShortfall { held: load.rate_held, asked });
    // where soak itself was too slow, most of the errors are its own as well
    doubts.extend(shortfall.filter(|_| saturated).map(Doubt::DriverTooSlow));
    if load.errors.ratio > most {
        doubts.push(Doubt::Errors {
            ratio: load.errors.ratio,
            worst: load.errors.worst(load.requests),
            most,
        });
    }
    doubts.extend(shortfall.filter(|_| !saturated).map(Doubt::RateNotHeld));
    doubts
}

/// Memory that grows by more per request than may go unnoticed, though by too little in all to count as a leak: no proof of
/// either. A few hundred requests of a big leak look like this; after more of them as much as that would count.
fn too_little_grown(
    one: &SeriesEvidence,
    steady: &Steady,
    (resolution_bytes, drives): (f64, bool),
    load: Option<&LoadFinding>,
) -> Option<Doubt> {
    let may_grow = one.unit() == Unit::Bytes && one.trend.direction != Direction::Stable;
    one.trend.per_request.filter(|each| may_grow && each.lo > 0.0 && each.value > resolution_bytes)?;
    let (grown, least) = (grown_within(&one.trend, steady.seconds())?, least_seen(&one.id));
    (!one.material && grown < least).then(|| Doubt::TooLittleGrown {
        growth: SeriesGrowth::new(one, load),
        grown,
        least,
        longer: run_to_find(steady, least / grown, drives),
    })
}

/// Why one series with a vote leaves it open.
fn of_series(one: &SeriesEvidence, series: &AllEvidence, steady: &Steady, drives: bool) -> Option<Doubt> {
    let (id, trend) = (one.id.clone(), Box::new(one.trend.clone()));
    match one.trend.direction {
        Direction::Stable if !one.excludes_zero => None,
        Direction::Inconclusive if one.bounded => None,
        // a longer run of the kind would not decide either
        Direction::Growing | Direction::Inconclusive | Direction::Stable
            if one.rose() > 0.0 && heap_not_read(one, series) && steady.stretches.len() < 2 =>
        {
            let live = series.get(&SeriesId::MemLive).filter(|_| series.sources().live);
            // a live heap that is not flat leaves it open or leaks by itself
            live.is_none_or(|live| live.flat).then(|| Doubt::HeapNotRead {
                id,
                runtime: series.sources().runtime,
                live_heap_read: live.is_some(),
                drives,
            })
        }
        Direction::Inconclusive | Direction::Stable => Some(Doubt::Open { id, trend }),
        Direction::Growing if one.material && !one.significant => Some(Doubt::NotSignificant { id, trend }),
        Direction::Growing => None,
    }
}
