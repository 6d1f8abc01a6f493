//! The user's limits against what was measured. A slope is compared by its interval.

use crate::evidence::{AccountPart, Aspect, Evidence, Gate, Quantity, Series};
use crate::findings::{Account, Direction, Estimate, GateFinding, GateResult, LoadFinding, Trend};
use crate::units::{Span, Unit};

use super::memory::memory;
use super::series_evidence::AllEvidence;
use super::steady::Steady;

/// A measured value, with its interval where it has one, or why there is none.
struct Measured {
    value: f64,
    ci: Option<[f64; 2]>,
    needs_s: Option<f64>,
    /// A slope that is beyond its limit, but of a growth that is not certain by itself.
    uncertain: bool,
}

/// Compares every gate of the plan.
pub fn compare(
    evidence: &Evidence,
    steady: &Steady,
    voters: &AllEvidence,
    account: &Account,
    load: Option<&LoadFinding>,
) -> Vec<GateFinding> {
    let gates = evidence.plan.as_ref().map(|p| p.gates.as_slice()).unwrap_or_default();
    gates.iter().map(|gate| finding(gate, measure(gate, evidence, steady, voters, account, load))).collect()
}

fn measure(
    gate: &Gate,
    evidence: &Evidence,
    steady: &Steady,
    voters: &AllEvidence,
    account: &Account,
    load: Option<&LoadFinding>,
) -> Result<Measured, String> {
    let plain = |value: f64| Measured { value, ci: None, needs_s: None, uncertain: false };
    let driven = || load.ok_or_else(|| "nothing was driven".to_string());
    let find = || voters.iter().find(|v| gate.quantity.is_series(&v.name.as_str().into()));
    match (&gate.quantity, gate.aspect) {
        (Quantity::Memory, aspect @ (Aspect::Slope | Aspect::PerRequest)) => {
            let grows =
                memory(&voters.findings(), voters.sources().exact).ok_or("memory was not measured")?;
            let per_request = aspect == Aspect::PerRequest;
            let (value, ci) = match per_request {
                true => (grows.per_request, grows.per_request_ci),
                false => (grows.slope_per_s, grows.slope_ci),
            };
            match value {
                Some(value) => {
                    let uncertain = grows.trend != Direction::Growing;
                    Ok(Measured { value, ci, needs_s: grows.needs_s, uncertain })
                }
                None => still(grows.detectable_per_s, per_request.then(|| steady.request_rate()).flatten())
                    .ok_or_else(|| "the growth of memory cannot be told yet".into()),
            }
        }
        (Quantity::Memory, Aspect::End | Aspect::Max) if account.exact => {
            let mut sums = can_leak(evidence, steady);
            let value = if gate.aspect == Aspect::Max { sums.reduce(f64::max) } else { sums.next_back() };
            value.map(plain).ok_or_else(|| "the account was not read in steady".into())
        }
        (Quantity::Memory, aspect) => level(evidence, steady, "rss_bytes", aspect).map(plain),
        // a percentile of nothing is 0 and would pass any limit
        (Quantity::Latency, _) if driven()?.latency_s.count == 0 => {
            Err("no request of steady was timed apart from soak's own collections".into())
        }
        (Quantity::Latency, Aspect::Percentile(p)) => {
            let l = driven()?.latency_s;
            match p {
                500 => Ok(plain(l.p50)),
                900 => Ok(plain(l.p90)),
                990 => Ok(plain(l.p99)),
                999 => Ok(plain(l.p999)),
                _ => Err(format!("{} is not kept; p50, p90, p99 and p999 are", gate.aspect)),
            }
        }
        (Quantity::Latency, Aspect::Max) => Ok(plain(driven()?.latency_s.max)),
        (Quantity::Errors, _) => Ok(plain(driven()?.errors.ratio)),
        (Quantity::Rate, _) if gate.limit.unit == Unit::Ratio => Ok(plain(driven()?.held_ratio)),
        (Quantity::Rate, _) => Ok(plain(driven()?.rate_held)),
        (quantity @ Quantity::Series(_), aspect @ (Aspect::Slope | Aspect::PerRequest)) => {
            let voter = find().ok_or_else(|| format!("there is no series {quantity} in this run"))?;
            let estimate = if aspect == Aspect::Slope { voter.trend.slope } else { voter.trend.per_request };
            let rate = if aspect == Aspect::PerRequest { steady.request_rate() } else { None };
            estimate
                .map(|e| interval(e, &voter.trend))
                .or_else(|| still(voter.trend.detectable_per_s.filter(|_| voter.is_flat()), rate))
                .ok_or_else(|| {
                    format!("{quantity}: {}", crate::wording::explain_trend(&voter.trend, voter.unit))
                })
        }
        (quantity @ Quantity::Series(_), aspect) => {
            let voter = find().ok_or_else(|| format!("there is no series {quantity} in this run"))?;
            level(evidence, steady, &voter.name, aspect).map(plain)
        }
        (quantity, aspect) => Err(format!("{quantity} has no {aspect}")),
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

fn level(evidence: &Evidence, steady: &Steady, name: &str, aspect: Aspect) -> Result<f64, String> {
    let recording = &evidence.recording;
    let series = recording.series(name).ok_or_else(|| format!("there is no series {name} in this run"))?;
    let mut read = recording
        .elapsed_s
        .iter()
        .zip(&series.samples)
        .filter(|(t, _)| steady.holds(**t))
        .filter_map(|(_, s)| s.get());
    let value = match aspect {
        Aspect::Max => read.reduce(f64::max),
        Aspect::End => read.next_back(),
        _ => return Err(format!("{name} has no {aspect}")),
    };
    value.ok_or_else(|| format!("{name} was not read in steady"))
}

/// A series that never moved: its slope is nought, and at most what would have been found; a request, given how many
/// there were each second.
fn still(detectable_per_s: Option<f64>, requests_per_s: Option<f64>) -> Option<Measured> {
    let most = detectable_per_s? / requests_per_s.unwrap_or(1.0);
    Some(Measured { value: 0.0, ci: Some([0.0, most]), needs_s: None, uncertain: true })
}

fn interval(e: Estimate, trend: &Trend) -> Measured {
    let uncertain = trend.direction != Direction::Growing;
    Measured { value: e.value, ci: Some([e.lo, e.hi]), needs_s: trend.needs_s, uncertain }
}

fn finding(gate: &Gate, measured: Result<Measured, String>) -> GateFinding {
    let limit = gate.limit.value;
    match measured {
        Err(why) => GateFinding {
            expr: gate.expr.clone(),
            result: GateResult::Inconclusive,
            value: None,
            ci: None,
            needs_s: None,
            why,
        },
        Ok(m) => {
            let [lo, hi] = m.ci.unwrap_or([m.value, m.value]);
            let (under, over) =
                if gate.limit.at_least { (lo >= limit, hi < limit) } else { (hi < limit, lo >= limit) };
            let result = match (under, over) {
                (true, _) => GateResult::Held,
                (_, true) if !m.uncertain => GateResult::Failed,
                _ => GateResult::Inconclusive,
            };
            GateFinding {
                why: sentence(gate, &m, result),
                expr: gate.expr.clone(),
                result,
                value: Some(m.value),
                ci: m.ci,
                needs_s: m.needs_s.filter(|_| result == GateResult::Inconclusive),
            }
        }
    }
}

fn sentence(gate: &Gate, m: &Measured, result: GateResult) -> String {
    let unit = match (&gate.quantity, gate.limit.unit) {
        (Quantity::Memory, _) => Unit::Bytes,
        (Quantity::Errors, _) => Unit::Ratio,
        (Quantity::Latency, _) => Unit::Seconds,
        (_, unit) => unit,
    };
    let show = |value: f64| match gate.aspect {
        Aspect::Slope => unit.show_slope(value),
        Aspect::PerRequest => format!("{} per request", unit.show(value)),
        _ => unit.show(value),
    };
    let measured = match m.ci {
        Some([lo, hi]) => format!("{} ({} to {})", show(m.value), show(lo), show(hi)),
        None => show(m.value),
    };
    let limit = show(gate.limit.value);
    let beyond = m.uncertain && m.ci.is_some_and(|[lo, _]| lo >= gate.limit.value);
    let lies = match beyond {
        true => format!("lies beyond the limit of {limit}, but that it grows is not certain"),
        false => format!("lies across the limit of {limit}"),
    };
    match result {
        GateResult::Held if gate.limit.at_least => format!("{measured}: at least the {limit} asked for"),
        GateResult::Failed if gate.limit.at_least => format!("{measured}: less than the {limit} asked for"),
        GateResult::Held => format!("{measured}: within the limit of {limit}"),
        GateResult::Failed => format!("{measured}: beyond the limit of {limit}"),
        GateResult::Inconclusive => match m.needs_s {
            Some(s) => format!("{measured} {lies}; {} of steady would decide", Span::from_secs_f64(s)),
            None => format!("{measured} {lies}; a longer run would decide"),
        },
    }
}
