//! The user's limits against what was measured. A slope is compared by its interval.

use crate::evidence::{AccountPart, Aspect, Evidence, Gate, Quantity, Series, SeriesId};
use crate::findings::{
    Account, Direction, Estimate, GateOutcome, GateReason, GateResult, LoadFinding, Measured, NotMeasured,
    Trend,
};
use crate::units::Unit;

use super::memory::memory_that_can_leak;
use super::series_evidence::AllEvidence;
use super::steady::Steady;

/// A measured value, with its interval where it has one.
struct Value {
    value: f64,
    ci: Option<[f64; 2]>,
    needs_s: Option<f64>,
    /// A slope that is beyond its limit, but of a growth that is not certain by itself.
    uncertain: bool,
}

/// Compares every gate of the plan.
pub fn compare_gates(
    evidence: &Evidence,
    steady: &Steady,
    series: &AllEvidence,
    account: &Account,
    load: Option<&LoadFinding>,
) -> Vec<GateOutcome> {
    let gates = evidence.plan.as_ref().map(|p| p.gates.as_slice()).unwrap_or_default();
    gates.iter().map(|gate| outcome(gate, measure(gate, evidence, steady, series, account, load))).collect()
}

fn measure(
    gate: &Gate,
    evidence: &Evidence,
    steady: &Steady,
    series: &AllEvidence,
    account: &Account,
    load: Option<&LoadFinding>,
) -> Result<Value, NotMeasured> {
    let plain = |value: f64| Value { value, ci: None, needs_s: None, uncertain: false };
    let driven = || load.ok_or(NotMeasured::Load);
    let find = |name: &Quantity| {
        let found = series.iter().find(|s| gate.quantity.is_series(&s.id));
        found.ok_or_else(|| NotMeasured::NoSeries(name.to_string()))
    };
    match (&gate.quantity, gate.aspect) {
        (Quantity::Memory, aspect @ (Aspect::Slope | Aspect::PerRequest)) => {
            let grows =
                memory_that_can_leak(series.series(), series.sources().exact).ok_or(NotMeasured::Memory)?;
            let per_request = aspect == Aspect::PerRequest;
            let estimate = if per_request { grows.trend.per_request } else { grows.trend.slope };
            let rate = per_request.then(|| steady.request_rate()).flatten();
            estimate
                .map(|e| interval(e, &grows.trend))
                .or_else(|| at_most(grows.trend.detectable_per_s, rate))
                .ok_or(NotMeasured::MemoryGrowth)
        }
        (Quantity::Memory, Aspect::End | Aspect::Max) if account.exact => {
            let mut sums = can_leak(evidence, steady);
            let value = if gate.aspect == Aspect::Max { sums.reduce(f64::max) } else { sums.next_back() };
            value.map(plain).ok_or(NotMeasured::Account)
        }
        (Quantity::Memory, aspect) => level(evidence, steady, &SeriesId::Rss, aspect).map(plain),
        // a percentile of nothing is 0 and would pass any limit
        (Quantity::Latency, _) if driven()?.latency_s.count == 0 => Err(NotMeasured::Latency),
        (Quantity::Latency, Aspect::Percentile(p)) => {
            let l = driven()?.latency_s;
            match p {
                500 => Ok(plain(l.p50)),
                900 => Ok(plain(l.p90)),
                990 => Ok(plain(l.p99)),
                999 => Ok(plain(l.p999)),
                _ => Err(NotMeasured::Percentile(gate.aspect)),
            }
        }
        (Quantity::Latency, Aspect::Max) => Ok(plain(driven()?.latency_s.max)),
        (Quantity::Errors, _) => Ok(plain(driven()?.errors.ratio)),
        (Quantity::Rate, _) if gate.limit.unit == Unit::Ratio => Ok(plain(driven()?.held_ratio)),
        (Quantity::Rate, _) => Ok(plain(driven()?.rate_held)),
        (name @ Quantity::Series(_), aspect @ (Aspect::Slope | Aspect::PerRequest)) => {
            let one = find(name)?;
            let estimate = if aspect == Aspect::Slope { one.trend.slope } else { one.trend.per_request };
            let rate = if aspect == Aspect::PerRequest { steady.request_rate() } else { None };
            estimate
                .map(|e| interval(e, &one.trend))
                .or_else(|| at_most(one.trend.detectable_per_s.filter(|_| one.flat), rate))
                .ok_or_else(|| NotMeasured::Growth(name.to_string(), Box::new(one.trend.clone())))
        }
        (name @ Quantity::Series(_), aspect) => level(evidence, steady, &find(name)?.id, aspect).map(plain),
        (quantity, aspect) => Err(NotMeasured::NoAspect(quantity.to_string(), aspect)),
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
        _ => return Err(NotMeasured::NoAspect(id.to_string(), aspect)),
    };
    value.ok_or_else(|| NotMeasured::NotRead(id.to_string()))
}

/// Of a series that never moved: its slope is 0, and at most what would have been found; by each request, given how many
/// there were each second.
fn at_most(detectable_per_s: Option<f64>, requests_per_s: Option<f64>) -> Option<Value> {
    let most = detectable_per_s? / requests_per_s.unwrap_or(1.0);
    Some(Value { value: 0.0, ci: Some([0.0, most]), needs_s: None, uncertain: true })
}

fn interval(e: Estimate, trend: &Trend) -> Value {
    let uncertain = trend.direction != Direction::Growing;
    Value { value: e.value, ci: Some([e.lo, e.hi]), needs_s: trend.needs_s, uncertain }
}

fn outcome(gate: &Gate, value: Result<Value, NotMeasured>) -> GateOutcome {
    let expr = gate.expr.clone();
    let Value { value, ci, needs_s, uncertain } = match value {
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
    let result = match (under, over) {
        (true, _) => GateResult::Held,
        (_, true) if !uncertain => GateResult::Failed,
        _ => GateResult::Inconclusive,
    };
    let needs_s = needs_s.filter(|_| result == GateResult::Inconclusive);
    let measured = Measured { gate: gate.clone(), value, ci, uncertain, needs_s };
    GateOutcome { expr, result, reason: GateReason::Measured(measured) }
}
