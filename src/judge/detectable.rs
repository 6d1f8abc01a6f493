//! After warm-up: what the rest of a run can decide, and which gates ask for less than that.

use crate::evidence::{Aspect, Evidence, Gate, Phase, Quantity, Series, SeriesId};
use crate::trend::{self, DetectableGrowth, Question};
use crate::units::{Span, Unit};

use super::evidence_strength::Sources;
use super::series_evidence::{ERROR, FARTHEST};

/// What can be told once warm-up is over, a sentence each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Forecast {
    /// The smallest growth that the rest of the run can decide; none where warm-up showed too little.
    pub decides: Option<String>,
    /// A warning of each gate below it.
    pub warnings: Vec<String>,
}

/// Foretells from warm-up's noise. Of memory by RSS alone: what a live heap shows after collections is not known yet.
pub fn forecast(evidence: &Evidence) -> Forecast {
    let Some(plan) = &evidence.plan else { return Forecast::default() };
    if plan.phases.is_open_ended() {
        return Forecast::default();
    }
    let steady_s = plan.phases.steady.secs() * f64::from(plan.phases.cycles);
    let recording = &evidence.recording;
    let rate = evidence.driven().and_then(|load| load.rate.per_second()).or_else(|| answered_per_s(evidence));
    let ask = |series: &Series| {
        let question = Question { recording, series, events: &evidence.events, false_alarm: ERROR };
        trend::forecast(&question, steady_s)
    };
    let first = |ids: &[SeriesId]| {
        let mut known = ids.iter().filter_map(|id| recording.series(id).filter(|s| !s.is_empty()));
        known.next().and_then(|series| Some((series, ask(series)?)))
    };
    let memory = first(&[SeriesId::RssAnon, SeriesId::Rss]);
    // a climbing RSS decides nothing in a runtime whose live heap cannot be read: it grows rather than collects
    let sources = Sources::read(evidence);
    let blind = sources.runtime.grows_before_collecting()
        && recording.series(SeriesId::MemLive).is_none_or(Series::is_empty);
    let tells = memory.filter(|_| !blind);
    let each: Vec<String> = [&tells, &first(&SeriesId::task_counts())]
        .into_iter()
        .flatten()
        .map(|(series, foresight)| {
            let (unit, called) = (series.unit(), series.id.label());
            let a_request = rate.map(|r| format!(" or {} a request", unit.show(foresight.per_s / r)));
            format!("{called} from {}{} up", unit.show_slope(foresight.per_s), a_request.unwrap_or_default())
        })
        .collect();
    let warn = |gate: &Gate| {
        let (unit, foresight) = match &gate.quantity {
            Quantity::Memory => (Unit::Bytes, memory.as_ref()?.1),
            Quantity::Series(_) => {
                let series = recording.series.iter().find(|s| gate.quantity.is_series(&s.id))?;
                (series.unit(), ask(series)?)
            }
            _ => return None,
        };
        warning(gate, unit, &foresight, rate)
    };
    Forecast {
        decides: (!each.is_empty()).then(|| {
            let steady = Span::from_secs_f64(steady_s);
            format!("by the noise of warm-up, {steady} of steady can decide growth of {}", each.join(", of "))
        }),
        warnings: plan.gates.iter().filter_map(warn).collect(),
    }
}

/// That a gate's limit is less than the run can decide; none where it is not, or is no limit of growth.
fn warning(gate: &Gate, unit: Unit, foresight: &DetectableGrowth, rate: Option<f64>) -> Option<String> {
    let (limit_per_s, finds) = match gate.aspect {
        Aspect::Slope => (gate.limit.value, unit.show_slope(foresight.per_s)),
        Aspect::PerRequest => {
            (gate.limit.value * rate?, format!("{} per request", unit.show(foresight.per_s / rate?)))
        }
        _ => return None,
    };
    if limit_per_s >= foresight.per_s {
        return None;
    }
    let needs_s = foresight.needs_s(limit_per_s);
    let longer = match needs_s <= FARTHEST * foresight.steady_s {
        true => format!("; about {} of steady would", Span::from_secs_f64(needs_s)),
        false => String::new(),
    };
    Some(format!(
        "gate '{}' asks for less than this run is likely to decide, which is {finds}{longer}",
        gate.expr
    ))
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
