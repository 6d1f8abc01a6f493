//! After warm-up: what the rest of a run can decide, and which gates ask for less than that.

use crate::evidence::{Aspect, Evidence, Gate, Phase, Quantity, Runtime, Series, SeriesId};
use crate::findings::{DetectableSeries, Forecast, GateBelowDetectable, Per};
use crate::trend::{self, DetectableGrowth, Question};
use crate::units::Unit;

use super::evidence_strength::Sources;
use super::interpreter_memory::hidden_by_requests;
use super::material::least_seen;
use super::series_evidence::{FALSE_LEAK_CHANCE, FARTHEST_RUN_LENGTHS};

/// Forecasts from the noise of warm-up. Where a live heap will be read after collections, warm-up shows one reading of it
/// and no noise: see [`least_of_live_heap`].
pub fn forecast(evidence: &Evidence) -> Forecast {
    let Some(plan) = &evidence.plan else { return Forecast::default() };
    if plan.phases.is_open_ended() {
        return Forecast::default();
    }
    let steady_s = plan.phases.steady.secs() * f64::from(plan.phases.cycles);
    let recording = &evidence.recording;
    let rate = evidence.driven().and_then(|load| load.rate.per_second()).or_else(|| answered_per_s(evidence));
    let ask = |series: &Series| {
        let question =
            Question { recording, series, events: &evidence.events, false_alarm: FALSE_LEAK_CHANCE };
        trend::forecast(&question, steady_s)
    };
    let first = |ids: &[SeriesId]| {
        let mut known = ids.iter().filter_map(|id| recording.series(id).filter(|s| !s.is_empty()));
        known.next().and_then(|series| Some((series, ask(series)?)))
    };
    let sources = Sources::read(evidence);
    // the column is there from the start of the run where a probe reads it
    let reads_live_heap = sources.exact || recording.series(SeriesId::MemLive).is_some();
    let live = || {
        let live = recording.series(SeriesId::MemLive).filter(|_| steady_s > 0.0)?;
        Some((live, DetectableGrowth::of_least(least_of_live_heap(sources.runtime), steady_s)))
    };
    let resident = || first(&[SeriesId::RssAnon, SeriesId::Rss]);
    let memory = match reads_live_heap {
        // without a forced collection there is nothing to read
        true => live().filter(|_| !plan.judging.no_gc),
        false => resident(),
    };
    // memory that an interpreter has freed before takes up growth that no noise of what is resident shows
    let so_far = recording.requests_total.iter().rev().find_map(|n| n.get()).unwrap_or(0.0);
    let hidden = |rate: f64| Some(hidden_by_requests(evidence, so_far + rate * steady_s)? * rate);
    let hidden = rate.and_then(hidden).filter(|_| !reads_live_heap).unwrap_or(0.0);
    let memory = memory.map(|(series, growth)| (series, growth.hidden_below(hidden)));
    // a climbing RSS decides nothing in a runtime whose live heap cannot be read: it grows rather than collects
    let judged_memory = memory.filter(|_| reads_live_heap || !sources.runtime.grows_before_collecting());
    let detectable = [&judged_memory, &first(&sources.task_counts())]
        .into_iter()
        .flatten()
        .map(|(series, growth)| DetectableSeries {
            id: series.id.clone(),
            per_s: growth.per_s,
            per_request: rate.map(|r| growth.per_s / r),
        })
        .collect();
    let warn = |gate: &Gate| {
        let (unit, growth) = match &gate.quantity {
            Quantity::Memory => (Unit::Bytes, memory.as_ref()?.1),
            Quantity::Series(_) => {
                let series = recording.series.iter().find(|s| gate.quantity.is_series(&s.id))?;
                (series.unit(), ask(series)?)
            }
            Quantity::Latency | Quantity::Errors | Quantity::Rate => return None,
        };
        gate_below(gate, unit, &growth, rate)
    };
    Forecast { steady_s, detectable, gates_below: plan.gates.iter().filter_map(warn).collect() }
}

/// By how much a live heap must grow within steady to be found. In runs of a minute at 10, 20, 50 and 100 requests per
/// second a healthy Go service's memory that can leak was bounded at 257, 113, 241 and 193 KiB in all, about the least
/// that counts; the live heap of a healthy Node service at 20 and 50 per second at 435 and 955 KiB.
fn least_of_live_heap(runtime: Runtime) -> f64 {
    match runtime {
        Runtime::V8 => 1024.0 * 1024.0,
        _ => least_seen(&SeriesId::MemLive),
    }
}

/// A gate whose limit is less than the run can decide; none where it is not, or limits no growth.
fn gate_below(
    gate: &Gate,
    unit: Unit,
    growth: &DetectableGrowth,
    rate: Option<f64>,
) -> Option<GateBelowDetectable> {
    let (limit_per_s, per, detectable) = match gate.aspect {
        Aspect::Slope => (gate.limit.value, Per::Second, growth.per_s),
        Aspect::PerRequest => (gate.limit.value * rate?, Per::Request, growth.per_s / rate?),
        Aspect::End | Aspect::Max | Aspect::Ratio | Aspect::Percentile(_) => return None,
    };
    if limit_per_s >= growth.per_s {
        return None;
    }
    let needs_s = Some(growth.needs_s(limit_per_s)).filter(|s| *s <= FARTHEST_RUN_LENGTHS * growth.steady_s);
    Some(GateBelowDetectable { expr: gate.expr.clone(), per, detectable, unit, needs_s })
}

/// Requests answered each second of warm-up.
fn answered_per_s(evidence: &Evidence) -> Option<f64> {
    let recording = &evidence.recording;
    let counted: Vec<(f64, f64)> = (0..recording.len())
        .filter(|i| recording.phases[*i] == Phase::Warmup)
        .filter_map(|i| Some((recording.elapsed_s[i], recording.requests_total[i].get()?)))
        .collect();
    let ((from_s, before), (until_s, after)) = (counted.first()?, counted.last()?);
    (until_s > from_s && after > before).then(|| (after - before) / (until_s - from_s))
}
