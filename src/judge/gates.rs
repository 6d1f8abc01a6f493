//! The user's limits against what was measured. A slope is compared by its interval.

use crate::evidence::{AccountPart, Aspect, Evidence, Gate, Percentiles, Quantity, Series, SeriesId};
use crate::findings::{
    Account, Direction, Estimate, GateOutcome, GateReason, GateResult, LoadFinding, Measured, NotMeasured,
    SeriesEvidence, Trend,
};
use crate::units::Unit;

use super::excluded::run_to_find;
use super::load::{LEAST_HELD, is_saturated};
use super::memory::memory_that_leaks;
use super::series_evidence::AllEvidence;
use super::steady::Steady;
use super::workers::Workers;

/// A measured value, with its interval where it has one.
struct Value {
    /// Of which series, where the gate does not name it.
    of: Option<SeriesId>,
    value: f64,
    ci: Option<[f64; 2]>,
    /// How long a run would tell whether it grows at all.
    needs_s: Option<f64>,
    /// A slope that is beyond its limit, but of a growth that is not certain by itself.
    uncertain: bool,
    within_workers: bool,
    /// A latency without soak's own lateness.
    on_time_s: Option<f64>,
}

/// Compares every gate of the plan.
pub fn compare_gates(
    evidence: &Evidence,
    steady: &Steady,
    (series, workers): (&AllEvidence, &Workers),
    account: &Account,
    load: Option<&LoadFinding>,
) -> Vec<GateOutcome> {
    let gates = evidence.plan.as_ref().map(|p| p.gates.as_slice()).unwrap_or_default();
    gates
        .iter()
        .map(|gate| {
            let value = measure(gate, evidence, steady, (series, workers), account, load);
            outcome(gate, value, steady)
        })
        .collect()
}

fn measure(
    gate: &Gate,
    evidence: &Evidence,
    steady: &Steady,
    (series, workers): (&AllEvidence, &Workers),
    account: &Account,
    load: Option<&LoadFinding>,
) -> Result<Value, NotMeasured> {
    let driven = || load.ok_or(NotMeasured::Load);
    let no_aspect = || Err(NotMeasured::NoAspect(gate.quantity.to_string(), gate.aspect));
    match &gate.quantity {
        Quantity::Memory => measure_memory(gate.aspect, evidence, steady, (series, workers), account),
        Quantity::Latency => measure_latency(gate.aspect, driven()?, evidence, steady),
        Quantity::Errors => match gate.aspect {
            Aspect::Ratio => Ok(plain(driven()?.errors.ratio)),
            Aspect::Slope | Aspect::PerRequest | Aspect::End | Aspect::Max | Aspect::Percentile(_) => {
                no_aspect()
            }
        },
        Quantity::Rate => match (gate.aspect, gate.limit.unit) {
            (Aspect::Ratio, Unit::Ratio) => Ok(plain(driven()?.held_ratio)),
            (Aspect::Ratio, Unit::Bytes | Unit::Count | Unit::Seconds) => Ok(plain(driven()?.rate_held)),
            (Aspect::Slope | Aspect::PerRequest | Aspect::End | Aspect::Max | Aspect::Percentile(_), _) => {
                no_aspect()
            }
        },
        Quantity::Series(_) => {
            let found = series.iter().find(|s| gate.quantity.is_series(&s.id));
            let found = found.ok_or_else(|| NotMeasured::NoSeries(gate.quantity.to_string()))?;
            measure_series(gate, evidence, steady, found)
        }
    }
}

/// A value without an interval.
fn plain(value: f64) -> Value {
    Value {
        of: None,
        value,
        ci: None,
        needs_s: None,
        uncertain: false,
        within_workers: false,
        on_time_s: None,
    }
}

fn measure_memory(
    aspect: Aspect,
    evidence: &Evidence,
    steady: &Steady,
    (series, workers): (&AllEvidence, &Workers),
    account: &Account,
) -> Result<Value, NotMeasured> {
    match aspect {
        Aspect::Slope | Aspect::PerRequest => {
            let of_tree = || {
                let tree = memory_that_leaks(series.series(), series.sources().exact)?;
                Some((Some(tree.id), tree.trend))
            };
            // where workers are replaced a tree shows no growth: what was judged is growth within them
            let of_workers = workers.memory().map(|trend| (None, trend));
            let within_workers = of_workers.is_some();
            let (of, trend) = of_workers.or_else(of_tree).ok_or(NotMeasured::Memory)?;
            let per_request = aspect == Aspect::PerRequest;
            let estimate = if per_request { trend.per_request } else { trend.slope };
            let rate = per_request.then(|| steady.request_rate()).flatten();
            estimate
                .map(|e| interval(e, &trend))
                .or_else(|| at_most(&trend, rate))
                .map(|value| Value { within_workers, of, ..value })
                .ok_or(NotMeasured::MemoryGrowth)
        }
        Aspect::End if account.exact => {
            can_leak(evidence, steady).next_back().map(plain).ok_or(NotMeasured::Account)
        }
        Aspect::Max if account.exact => {
            can_leak(evidence, steady).reduce(f64::max).map(plain).ok_or(NotMeasured::Account)
        }
        Aspect::End | Aspect::Max | Aspect::Ratio | Aspect::Percentile(_) => {
            level(evidence, steady, &SeriesId::Rss, aspect).map(plain)
        }
    }
}

fn measure_latency(
    aspect: Aspect,
    load: &LoadFinding,
    evidence: &Evidence,
    steady: &Steady,
) -> Result<Value, NotMeasured> {
    // a percentile of nothing is 0 and would pass any limit
    if load.latency_s.count == 0 {
        return Err(NotMeasured::Latency);
    }
    let value = aspect_of(aspect, &load.latency_s)?;
    let without_lateness = without_own_lateness(aspect, load, evidence, steady);
    let on_time_s = without_lateness.and_then(|on_time| aspect_of(aspect, &on_time).ok());
    Ok(Value { on_time_s, ..plain(value) })
}

fn aspect_of(aspect: Aspect, latency: &Percentiles) -> Result<f64, NotMeasured> {
    match aspect {
        Aspect::Percentile(500) => Ok(latency.p50),
        Aspect::Percentile(900) => Ok(latency.p90),
        Aspect::Percentile(990) => Ok(latency.p99),
        Aspect::Percentile(999) => Ok(latency.p999),
        Aspect::Percentile(_) => Err(NotMeasured::Percentile(aspect)),
        Aspect::Max => Ok(latency.max),
        Aspect::Slope | Aspect::PerRequest | Aspect::End | Aspect::Ratio => {
            Err(NotMeasured::NoAspect(Quantity::Latency.to_string(), aspect))
        }
    }
}

/// Latency as the target alone caused it. Where soak could not send what was due, not even the wait for a connection
/// and the drops are the target's: what is left is the time from sending to the answer. One saturated second of a long
/// steady says nothing of the others: it counts where too much was not sent for the rate to be held, or as much as lies
/// above the percentile.
fn without_own_lateness(
    aspect: Aspect,
    load: &LoadFinding,
    evidence: &Evidence,
    steady: &Steady,
) -> Option<Percentiles> {
    let sent = load.held_ratio;
    let counts = sent < LEAST_HELD || (sent < 1.0 && sent <= share_below(aspect));
    let own = counts && is_saturated(evidence, steady);
    let latency = if own { load.service_s } else { evidence.latency.on_time };
    (latency.count > 0).then_some(latency)
}

/// The share of all requests that take no longer.
fn share_below(aspect: Aspect) -> f64 {
    match aspect {
        Aspect::Percentile(permille) => f64::from(permille) / 1000.0,
        Aspect::Max | Aspect::Slope | Aspect::PerRequest | Aspect::End | Aspect::Ratio => 1.0,
    }
}

fn measure_series(
    gate: &Gate,
    evidence: &Evidence,
    steady: &Steady,
    found: &SeriesEvidence,
) -> Result<Value, NotMeasured> {
    match gate.aspect {
        Aspect::Slope | Aspect::PerRequest => {
            let slope = gate.aspect == Aspect::Slope;
            let estimate = if slope { found.trend.slope } else { found.trend.per_request };
            let rate = if slope { None } else { steady.request_rate() };
            estimate
                .map(|e| interval(e, &found.trend))
                .or_else(|| at_most(&found.trend, rate).filter(|_| found.flat))
                .ok_or_else(|| NotMeasured::Growth(gate.quantity.to_string(), Box::new(found.trend.clone())))
        }
        Aspect::End => {
            let read = found.trend.read.ok_or_else(|| NotMeasured::NotRead(found.id.to_string()))?;
            Ok(plain(read.end))
        }
        Aspect::Max | Aspect::Ratio | Aspect::Percentile(_) => {
            level(evidence, steady, &found.id, gate.aspect).map(plain)
        }
    }
}

/// Live heap, stacks and native together, at each moment of steady at which all of them were read.
fn can_leak(evidence: &Evidence, steady: &Steady) -> impl DoubleEndedIterator<Item = f64> {
    let recording = &evidence.recording;
    let parts = AccountPart::STACKED.into_iter().filter(|part| part.can_leak());
    let parts: Vec<_> = parts.map(|part| recording.series(part.series())).collect();
    let sum = move |i: usize| {
        let read = |part: &Option<&Series>| part.and_then(|s| s.samples.get(i)).and_then(|s| s.get());
        parts.iter().map(|part| read(part).map(|bytes| bytes.max(0.0))).sum::<Option<f64>>()
    };
    (0..recording.len()).filter(|i| steady.holds(recording.elapsed_s[*i])).filter_map(sum)
}

fn level(evidence: &Evidence, steady: &Steady, id: &SeriesId, aspect: Aspect) -> Result<f64, NotMeasured> {
    let recording = &evidence.recording;
    let series = recording.series(id).ok_or_else(|| NotMeasured::NoSeries(id.to_string()))?;
    let mut read = recording
        .elapsed_s
        .iter()
        .zip(&series.samples)
        .filter(|(t, _)| steady.holds(**t))
        .filter_map(|(_, s)| s.get());
    let value = match aspect {
        Aspect::Max => read.reduce(f64::max),
        Aspect::End => read.next_back(),
        Aspect::Slope | Aspect::PerRequest | Aspect::Ratio | Aspect::Percentile(_) => {
            return Err(NotMeasured::NoAspect(id.to_string(), aspect));
        }
    };
    value.ok_or_else(|| NotMeasured::NotRead(id.to_string()))
}

/// Of a series that never moved: its slope is 0, and at most what would have been found; by each request, given how
/// many there were each second.
fn at_most(trend: &Trend, requests_per_s: Option<f64>) -> Option<Value> {
    let each = requests_per_s.and(trend.detectable_per_request);
    let most = each.or_else(|| Some(trend.detectable_per_s? / requests_per_s.unwrap_or(1.0)))?;
    Some(Value {
        of: None,
        value: 0.0,
        ci: Some([0.0, most]),
        needs_s: None,
        uncertain: true,
        within_workers: false,
        on_time_s: None,
    })
}

fn interval(e: Estimate, trend: &Trend) -> Value {
    let uncertain = trend.direction != Direction::Growing;
    Value {
        of: None,
        value: e.value,
        ci: Some([e.lo, e.hi]),
        needs_s: trend.needs_s,
        uncertain,
        within_workers: false,
        on_time_s: None,
    }
}

/// How long a steady would get an interval to one side of the limit, about: it shrinks with its length as what a run
/// detects does. Of a growth that may be none, and happens to be next to the limit, it is asked how long would bound it.
/// None where that is too far ahead.
fn needs_s(value: f64, [lo, hi]: [f64; 2], limit: f64, steady: &Steady) -> Option<f64> {
    let half = (hi - value).max(value - lo);
    let room = (limit - value).abs();
    let room = if lo <= 0.0 { room.max(limit) } else { room };
    run_to_find(steady, half / room.max(f64::MIN_POSITIVE), true).needs_s
}

fn outcome(gate: &Gate, value: Result<Value, NotMeasured>, steady: &Steady) -> GateOutcome {
    let expr = gate.expr.clone();
    let Value { of, value, ci, needs_s: needs_to_grow_s, uncertain, within_workers, on_time_s } = match value
    {
        Ok(value) => value,
        Err(why) => {
            let reason = GateReason::NotMeasured(why);
            return GateOutcome { expr, result: GateResult::Inconclusive, reason };
        }
    };
    let limit = gate.limit.value;
    let [lo, hi] = ci.unwrap_or([value, value]);
    let (under, over) =
        if gate.limit.at_least { (lo >= limit, hi < limit) } else { (hi < limit, lo >= limit) };
    // beyond the limit with soak's own lateness, and within it without
    let on_time_s = on_time_s.filter(|on_time| over && !gate.limit.at_least && *on_time < limit);
    let result = match (under, over) {
        (true, _) => GateResult::Held,
        _ if on_time_s.is_some() => GateResult::Inconclusive,
        (_, true) if !uncertain => GateResult::Failed,
        _ => GateResult::Inconclusive,
    };
    let across = lo < limit && limit <= hi;
    let needs_s = match result {
        // what decides is how workers end
        GateResult::Inconclusive if within_workers => None,
        GateResult::Inconclusive if across => needs_s(value, [lo, hi], limit, steady),
        GateResult::Inconclusive => needs_to_grow_s,
        GateResult::Held | GateResult::Failed => None,
    };
    let measured =
        Measured { gate: gate.clone(), of, value, ci, uncertain, needs_s, within_workers, on_time_s };
    GateOutcome { expr, result, reason: GateReason::Measured(measured) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Event, EventKind, GateLimit};

    fn p99(seconds: f64) -> Percentiles {
        Percentiles { count: 1000, p99: seconds, ..Percentiles::default() }
    }

    /// Of a run with a minute of steady from 10 s on. `saturated`: when soak was, and the share of what was due that it
    /// sent.
    fn result(
        measured_s: f64,
        on_time: Percentiles,
        service_s: Percentiles,
        saturated: Option<(f64, f64)>,
    ) -> GateResult {
        let held_ratio = saturated.map_or(1.0, |(_, held)| held);
        let latency_s = p99(measured_s);
        let load = LoadFinding { latency_s, service_s, held_ratio, ..LoadFinding::example() };
        let mut evidence = Evidence::default();
        evidence.latency.on_time = on_time;
        let event = |elapsed_s| Event { elapsed_s, kind: EventKind::LoadSaturated { busy: 0.98 } };
        evidence.events.extend(saturated.map(|(elapsed_s, _)| event(elapsed_s)));
        let steady = Steady { stretches: vec![(10.0, 70.0)], requests: None, run_end_s: 70.0 };
        let aspect = Aspect::Percentile(990);
        let limit = GateLimit { value: 0.2, unit: Unit::Seconds, at_least: false };
        let expr = "latency.p99 < 200ms".to_string();
        let gate = Gate { expr, quantity: Quantity::Latency, aspect, limit };
        outcome(&gate, measure_latency(aspect, &load, &evidence, &steady), &steady).result
    }

    #[test]
    fn a_latency_gate_that_only_soaks_own_lateness_breaks_is_undecided() {
        let nothing = Percentiles::default();
        assert_eq!(result(0.1, p99(0.05), p99(0.05), None), GateResult::Held);
        assert_eq!(result(0.3, p99(0.05), p99(0.05), None), GateResult::Inconclusive);
        assert_eq!(result(0.3, p99(0.25), p99(0.05), None), GateResult::Failed, "the wait is the target's");
        let before_it_was_recorded = result(0.3, nothing, p99(0.05), None);
        assert_eq!(before_it_was_recorded, GateResult::Failed);
    }

    #[test]
    fn a_growth_that_may_be_none_is_not_asked_to_leave_the_limit_that_it_happens_to_be_next_to() {
        let steady = Steady { stretches: vec![(0.0, 40.0)], requests: None, run_end_s: 40.0 };
        let needs = |value, ci| needs_s(value, ci, 200.0, &steady).map(f64::round);
        assert_eq!(needs(215.0, [-142.0, 695.0]), Some(125.0), "480 to 200");
        assert_eq!(needs(0.0, [0.0, 300.0]), Some(78.0));
        assert_eq!(needs(150.0, [50.0, 250.0]), Some(104.0), "it grows: 100 to 50");
        assert_eq!(needs(100.0, [-10.0, 205.0]), Some(52.0), "hardly longer may fall short again");
    }

    #[test]
    fn a_latency_gate_is_undecided_where_soak_could_not_send_enough_of_steady() {
        let result = |service_s, saturated| result(0.3, p99(0.25), p99(service_s), Some(saturated));
        assert_eq!(result(0.05, (30.0, 0.5)), GateResult::Inconclusive, "half was not sent");
        assert_eq!(result(0.05, (30.0, 0.98)), GateResult::Inconclusive, "enough to move a p99");
        assert_eq!(result(0.25, (30.0, 0.5)), GateResult::Failed, "too slow either way");
        assert_eq!(result(0.05, (30.0, 0.995)), GateResult::Failed, "too few to move a p99");
        assert_eq!(result(0.05, (30.0, 1.0)), GateResult::Failed, "all was sent");
        assert_eq!(result(0.05, (9.0, 0.5)), GateResult::Failed, "it was saturated in warm-up alone");
    }
}
