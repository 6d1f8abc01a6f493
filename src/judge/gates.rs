//! The user's limits against what was measured. A slope is compared by its interval.

use crate::evidence::{
    Account, AccountRow, Aspect, Estimate, Evidence, Gate, GateFinding, GateResult, LoadFinding, Quantity,
    SeriesFinding,
};
use crate::units::{Span, Unit};

use super::steady::Steady;
use super::voters::{Voter, Voters};

/// A measured value, with its interval where it has one, or why there is none.
struct Measured {
    value: f64,
    ci: Option<[f64; 2]>,
    needs_s: Option<f64>,
}

/// Compares every gate of the plan.
pub fn compare(
    evidence: &Evidence,
    steady: &Steady,
    voters: &Voters,
    account: &Account,
    load: Option<&LoadFinding>,
) -> Vec<GateFinding> {
    let gates = evidence.plan.as_ref().map(|p| p.gates.as_slice()).unwrap_or_default();
    gates.iter().map(|gate| finding(gate, measure(gate, evidence, steady, voters, account, load))).collect()
}

/// What can leak: live heap, stacks and native together where the account is exact, else RSS.
pub fn memory_slope_of(series: &[SeriesFinding], exact: bool, per_request: bool) -> Option<Estimate> {
    let of = |name: &str| {
        let s = series.iter().find(|s| s.name == name)?;
        let (value, ci) =
            if per_request { (s.per_request, s.per_request_ci) } else { (s.slope_per_s, s.slope_ci) };
        let [lo, hi] = ci?;
        Some(Estimate { value: value?, lo, hi })
    };
    if !exact {
        return of("rss_anon_bytes").or_else(|| of("rss_bytes"));
    }
    let parts: Option<Vec<Estimate>> =
        ["mem_live_bytes", "mem_stacks_bytes", "mem_native_bytes"].iter().map(|name| of(name)).collect();
    let parts = parts?;
    // errors of parts that are measured apart add in squares
    let value: f64 = parts.iter().map(|p| p.value).sum();
    let down = parts.iter().map(|p| (p.value - p.lo).powi(2)).sum::<f64>().sqrt();
    let up = parts.iter().map(|p| (p.hi - p.value).powi(2)).sum::<f64>().sqrt();
    Some(Estimate { value, lo: value - down, hi: value + up })
}

fn measure(
    gate: &Gate,
    evidence: &Evidence,
    steady: &Steady,
    voters: &Voters,
    account: &Account,
    load: Option<&LoadFinding>,
) -> Result<Measured, String> {
    let plain = |value: f64| Measured { value, ci: None, needs_s: None };
    let driven = || load.ok_or_else(|| "nothing was driven".to_string());
    match (&gate.quantity, gate.aspect) {
        (Quantity::Memory, aspect @ (Aspect::Slope | Aspect::PerRequest)) => {
            let estimate =
                memory_slope_of(&voters.findings(), voters.sources().exact, aspect == Aspect::PerRequest)
                    .ok_or("memory was not measured")?;
            let rss = voters.get("rss_anon_bytes").or_else(|| voters.get("rss_bytes"));
            Ok(interval(estimate, rss.and_then(|v| v.trend.needs_s)))
        }
        (Quantity::Memory, Aspect::End | Aspect::Max) if account.exact => {
            let end = |row: &AccountRow| if row.part.can_leak() { row.end.max(0.0) } else { 0.0 };
            Ok(plain(account.rows.iter().map(end).sum()))
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
        (Quantity::Rate, _) => Ok(plain(driven()?.rate_held)),
        (Quantity::Series(name), aspect @ (Aspect::Slope | Aspect::PerRequest)) => {
            let voter = find(voters, name).ok_or_else(|| format!("there is no series {name} in this run"))?;
            let estimate = if aspect == Aspect::Slope { voter.trend.slope } else { voter.trend.per_request };
            Ok(interval(estimate.ok_or_else(|| format!("{name}: {}", voter.trend.why))?, voter.trend.needs_s))
        }
        (Quantity::Series(name), aspect) => {
            let voter = find(voters, name).ok_or_else(|| format!("there is no series {name} in this run"))?;
            level(evidence, steady, &voter.name, aspect).map(plain)
        }
        (quantity, aspect) => Err(format!("{quantity} has no {aspect}")),
    }
}

/// A series by its name, with or without its unit.
fn find<'a>(voters: &'a Voters, name: &str) -> Option<&'a Voter> {
    let without =
        |n: &str| ["_bytes", "_ratio", "_s"].iter().find_map(|u| n.strip_suffix(u)).unwrap_or(n).to_string();
    voters.get(name).or_else(|| voters.iter().find(|v| without(&v.name) == name))
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

fn interval(e: Estimate, needs_s: Option<f64>) -> Measured {
    Measured { value: e.value, ci: Some([e.lo, e.hi]), needs_s }
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
                (_, true) => GateResult::Failed,
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
    match result {
        GateResult::Held => format!("{measured}: within the limit of {limit}"),
        GateResult::Failed => format!("{measured}: beyond the limit of {limit}"),
        GateResult::Inconclusive => match m.needs_s {
            Some(s) => format!(
                "{measured} lies across the limit of {limit}; {} of steady would decide",
                Span::from_secs_f64(s)
            ),
            None => format!("{measured} lies across the limit of {limit}; a longer run would decide"),
        },
    }
}
