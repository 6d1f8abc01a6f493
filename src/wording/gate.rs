//! How a gate came out, in words.

use crate::evidence::{Aspect, Quantity, SeriesId};
use crate::findings::{GateFinding, GateOutcome, GateReason, GateResult, LongerRun, Measured, NotMeasured};
use crate::units::Unit;

use super::comparison;
use super::reason::advise_longer_run;
use super::trend::explain_trend;

/// The gate as the report has it.
pub fn finding(outcome: &GateOutcome, longer: Option<&LongerRun>) -> GateFinding {
    let measured = match &outcome.reason {
        GateReason::Measured(measured) => Some(measured),
        GateReason::NotMeasured(_) | GateReason::Compared(_) | GateReason::EarlierUnreadable(_) => None,
    };
    GateFinding {
        expr: outcome.expr.clone(),
        result: outcome.result,
        value: measured.map(|m| m.value),
        ci: measured.and_then(|m| m.ci),
        needs_s: measured.and_then(|m| m.needs_s),
        why: reason_with_advice(outcome, longer),
    }
}

/// Why it came out so, and of an undecided gate the run that would decide, where the headline does not name one.
pub fn reason_with_advice(outcome: &GateOutcome, longer: Option<&LongerRun>) -> String {
    let why = reason(outcome);
    match (&outcome.reason, longer) {
        (GateReason::Measured(m), Some(longer))
            if outcome.result == GateResult::Inconclusive && m.on_time_s.is_none() && !m.within_workers =>
        {
            format!("{why}; {}", advise_longer_run(longer))
        }
        _ => why,
    }
}

/// Why it came out so.
pub fn reason(outcome: &GateOutcome) -> String {
    match &outcome.reason {
        GateReason::Measured(measured) => against_limit(measured, outcome.result),
        GateReason::NotMeasured(why) => not_measured(why),
        GateReason::Compared(compared) => comparison::headline(compared),
        GateReason::EarlierUnreadable(why) => format!("the earlier run cannot be read any more: {why}"),
    }
}

fn not_measured(missing: &NotMeasured) -> String {
    match missing {
        NotMeasured::Load => "no load was sent".into(),
        NotMeasured::Memory => "memory was not measured".into(),
        NotMeasured::MemoryGrowth => "the growth of memory cannot be measured yet".into(),
        NotMeasured::Account => "the account was not read in steady".into(),
        NotMeasured::Latency => "no request of steady was timed apart from soak's own collections".into(),
        NotMeasured::Percentile(aspect) => format!("{aspect} is not kept; p50, p90, p99 and p999 are"),
        NotMeasured::NoSeries(name) => format!("this run has no series {name}"),
        NotMeasured::NotRead(name) => format!("{name} was not read in steady"),
        NotMeasured::NoAspect(quantity, aspect) => format!("{quantity} has no {aspect}"),
        NotMeasured::Growth(name, trend) => {
            format!("{name}: {}", explain_trend(trend, SeriesId::from(name.as_str()).unit()))
        }
    }
}

/// What was measured alone, or why nothing was.
pub fn figure(outcome: &GateOutcome) -> String {
    match &outcome.reason {
        GateReason::Measured(measured) => show_measured(measured),
        _ => reason(outcome),
    }
}

/// A value of what a gate limits: "1.7 KiB per request".
fn show_value(m: &Measured, value: f64) -> String {
    let gate = &m.gate;
    let unit = match &gate.quantity {
        Quantity::Memory => Unit::Bytes,
        Quantity::Errors => Unit::Ratio,
        Quantity::Latency => Unit::Seconds,
        Quantity::Rate | Quantity::Series(_) => gate.limit.unit,
    };
    match gate.aspect {
        Aspect::Slope => unit.show_slope(value),
        Aspect::PerRequest => format!("{} per request", unit.show(value)),
        Aspect::End | Aspect::Max | Aspect::Ratio | Aspect::Percentile(_) => unit.show(value),
    }
}

/// What was measured, with its interval: "live heap 1.7 KiB per request (1.6 KiB to 1.8 KiB)".
fn show_measured(m: &Measured) -> String {
    let bare = |value: f64| show_value(m, value).trim_end_matches(" per request").to_string();
    // a gate on memory names what it was measured by: that depends on what the runtime shows
    let of = m.of.as_ref().map(|id| format!("{} ", id.label())).unwrap_or_default();
    let measured = match m.ci {
        Some([lo, hi]) => format!("{of}{} ({} to {})", show_value(m, m.value), bare(lo), bare(hi)),
        None => format!("{of}{}", show_value(m, m.value)),
    };
    match m.within_workers {
        true => format!("{measured} within workers that are replaced"),
        false => measured,
    }
}

fn against_limit(m: &Measured, result: GateResult) -> String {
    let gate = &m.gate;
    let measured = show_measured(m);
    let show = |value: f64| show_value(m, value);
    let limit = show(gate.limit.value);
    if let Some(on_time_s) = m.on_time_s {
        let on_time = show(on_time_s);
        return format!(
            "{measured} is beyond the limit of {limit}, but it includes soak's own lateness; without it {on_time}, \
             within the limit: run soak on a machine that is not busy, or at a lower --rate"
        );
    }
    match result {
        GateResult::Held if gate.limit.at_least => format!("{measured} is at least the {limit} asked for"),
        GateResult::Failed if gate.limit.at_least => format!("{measured} is less than the {limit} asked for"),
        GateResult::Held => format!("{measured} is within the limit of {limit}"),
        GateResult::Failed => format!("{measured} is beyond the limit of {limit}"),
        GateResult::Inconclusive => {
            let beyond = m.uncertain && m.ci.is_some_and(|[lo, _]| lo >= gate.limit.value);
            let lies = match beyond {
                true => format!("lies beyond the limit of {limit}, but that it grows is not certain"),
                false => format!("lies across the limit of {limit}"),
            };
            match m.within_workers {
                true => format!(
                    "{measured} {lies}; a run with workers that are replaced later, or not at all, would decide"
                ),
                false => format!("{measured} {lies}"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Gate, GateLimit};

    #[test]
    fn a_gate_of_workers_that_are_replaced_asks_for_longer_lives_and_not_for_a_longer_run() {
        let limit = GateLimit { value: 100.0, unit: Unit::Bytes, at_least: false };
        let expr = String::from("memory.per_request < 100B");
        let aspect = Aspect::PerRequest;
        let gate = Gate { expr: expr.clone(), quantity: Quantity::Memory, aspect, limit };
        let ci = Some([50.0, 200.0]);
        let measured = Measured {
            gate,
            of: None,
            value: 120.0,
            ci,
            uncertain: true,
            needs_s: None,
            within_workers: true,
            on_time_s: None,
        };
        let outcome =
            GateOutcome { expr, result: GateResult::Inconclusive, reason: GateReason::Measured(measured) };
        let says = reason(&outcome);
        assert!(
            says.contains("within workers that are replaced lies across the limit of 100 B per request"),
            "{says}"
        );
        assert!(says.ends_with("workers that are replaced later, or not at all, would decide"), "{says}");
    }

    #[test]
    fn a_latency_that_is_only_soaks_own_lateness_says_so_and_what_to_do() {
        let limit = GateLimit { value: 0.2, unit: Unit::Seconds, at_least: false };
        let expr = String::from("latency.p99 < 200ms");
        let aspect = Aspect::Percentile(990);
        let gate = Gate { expr: expr.clone(), quantity: Quantity::Latency, aspect, limit };
        let measured = Measured {
            gate,
            of: None,
            value: 0.412,
            ci: None,
            uncertain: false,
            needs_s: None,
            within_workers: false,
            on_time_s: Some(0.035),
        };
        let outcome =
            GateOutcome { expr, result: GateResult::Inconclusive, reason: GateReason::Measured(measured) };
        assert_eq!(
            reason(&outcome),
            "412 ms is beyond the limit of 200 ms, but it includes soak's own lateness; without it 35 ms, within the \
             limit: run soak on a machine that is not busy, or at a lower --rate"
        );
    }
}
