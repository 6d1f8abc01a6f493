//! What the user named of a target, and nothing reads: found before load.

use crate::evidence::{ProbeRecord, Quantity, SeriesId};
use crate::findings::Unread;
use crate::plan::Plan;

/// All of it: pages, the series of gates, and series that are to vote.
pub fn unread(plan: &Plan, columns: &[SeriesId], probes: &[ProbeRecord]) -> Vec<Unread> {
    if plan.record.judging.load_only {
        return Vec::new();
    }
    let why_missing = |name: &str| {
        let missing = probes.iter().find(|probe| probe.name == name && !probe.found);
        // what follows is how to turn it on
        missing.and_then(|probe| Some(probe.turn_on.as_deref()?.split("; ").next()?.to_string()))
    };
    let named = [
        ("prometheus", "--metrics", plan.probes.metrics.is_some()),
        ("tokio-console", "--tokio-console", plan.probes.tokio_console.is_some()),
    ];
    let named = named.into_iter().filter(|(_, _, is_named)| *is_named);
    let pages = named.filter_map(|(probe, flag, _)| Some(Unread::Page(flag, why_missing(probe)?)));
    let watches = plan.record.observed().is_some();
    let gates = plan.record.gates.iter().filter_map(|gate| match &gate.quantity {
        Quantity::Latency | Quantity::Errors | Quantity::Rate if watches => {
            Some(Unread::GateOfLoad(gate.expr.clone()))
        }
        Quantity::Series(id) if !columns.iter().any(|column| gate.quantity.is_series(column)) => {
            Some(Unread::Gate(gate.expr.clone(), id.to_string()))
        }
        _ => None,
    });
    let series = plan.record.judging.series.iter();
    let series = series.filter(|name| !columns.contains(&SeriesId::from(name.as_str())));
    pages.chain(gates).chain(series.map(|name| Unread::Series(name.clone()))).collect()
}
