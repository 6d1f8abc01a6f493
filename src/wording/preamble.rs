//! What a person should know before a run begins, in at most four lines.

use crate::evidence::{PlanRecord, ProbeRecord, SeriesId, TargetRecord, Workload, first_to_turn_on};

use super::checkup::evidence_labels;
use super::surroundings::describe_target;

/// Target, what is measured, how long, and what is not seen with the one line that turns it on.
pub fn preamble(
    plan: &PlanRecord,
    target: Option<&TargetRecord>,
    measured: &[SeriesId],
    probes: &[ProbeRecord],
) -> Vec<String> {
    let target = target.map(|target| format!("target: {}", describe_target(target)));
    let labels = evidence_labels(measured);
    let measures =
        (!labels.is_empty()).then(|| format!("measures: {}, every {}", labels.join(", "), plan.interval));
    let missing = first_to_turn_on(probes).map(|probe| {
        let how = probe.turn_on.as_deref().unwrap_or_default();
        format!("not seen: {}; to turn it on: {how}", probe.yields)
    });
    [target, measures, Some(length(plan)), missing].into_iter().flatten().collect()
}

/// "run: 5 min at 100/s: 15 s baseline, 15 s warmup, 4 min steady, 30 s settle".
fn length(plan: &PlanRecord) -> String {
    let phases = plan.phases;
    let driven = match &plan.workload {
        Workload::Observed(_) if phases.is_open_ended() => return "watch: until Ctrl-C".into(),
        Workload::Observed(_) => return format!("watch: {}", phases.total()),
        Workload::Driven(driven) => driven,
    };
    let parts = [
        (phases.baseline, "baseline"),
        (phases.warmup, "warmup"),
        (phases.steady, "steady"),
        (phases.settle, "settle"),
    ];
    let parts = parts.iter().filter(|(span, _)| !span.0.is_zero());
    let parts: Vec<String> = parts.map(|(span, phase)| format!("{span} {phase}")).collect();
    let at = if driven.rate.per_second().is_some() { " at" } else { "," };
    let cycles = if phases.cycles > 1 { format!(" ({} cycles)", phases.cycles) } else { String::new() };
    format!("run: {}{at} {}: {}{cycles}", phases.total(), driven.describe_rate(), parts.join(", "))
}

/// Braces are sent as they are.
pub fn explain_slot_without_vary(slot: &str) -> String {
    format!("{slot} is sent as it is written: pass --vary to fill it in")
}
