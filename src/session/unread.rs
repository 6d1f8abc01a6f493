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
        missing.and_then(|probe| probe.why.clone())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::plan_watch;
    use crate::settings::Settings;

    fn watch(flags: Settings) -> Plan {
        let url = Some("http://127.0.0.1:9/".into());
        plan_watch(Settings { url, ..flags }, Settings::default()).unwrap()
    }

    fn missing(name: &str, why: Option<&str>) -> ProbeRecord {
        let found = ProbeRecord::found(name, "tasks");
        let turn_on = Some("start it; then name it".into());
        ProbeRecord { found: false, turn_on, why: why.map(Into::into), ..found }
    }

    #[test]
    fn a_named_page_that_is_not_there_is_reported_with_its_reason_alone() {
        let flags = Settings { tokio_console: Some("http://127.0.0.1:9".into()), ..Settings::default() };
        let why = "connection refused; nothing listens";
        let probes = [missing("tokio-console", Some(why)), missing("prometheus", None)];
        let expected = [Unread::Page("--tokio-console", why.into())];
        assert_eq!(unread(&watch(flags), &[], &probes), expected, "no page of metrics was named");
        assert_eq!(unread(&watch(Settings::default()), &[], &probes), []);
    }

    #[test]
    fn gates_and_series_that_nothing_reads_are_reported() {
        let gates = ["goroutines.slope < 1/h", "latency.p99 < 1s", "fds.slope < 1/h"];
        let flags = Settings {
            gate: gates.map(Into::into).to_vec(),
            series: vec!["threads".into(), "fds".into()],
            ..Settings::default()
        };
        let plan = watch(flags);
        let found = unread(&plan, &[SeriesId::Fds], &[]);
        let gates: Vec<&Unread> = found.iter().filter(|one| !matches!(one, Unread::Series(_))).collect();
        assert!(
            matches!(gates[..], [Unread::Gate(_, series), Unread::GateOfLoad(_)] if series == "goroutines"),
            "{found:?}"
        );
        let series: Vec<&Unread> = found.iter().filter(|one| matches!(one, Unread::Series(_))).collect();
        assert_eq!(series, [&Unread::Series("threads".into())]);
    }
}
