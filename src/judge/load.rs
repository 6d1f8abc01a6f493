//! What was driven in steady, and how soak itself fared.

use std::collections::BTreeMap;

use crate::evidence::{
    DriverHealth, ErrorCounts, ErrorKind, Event, EventKind, Evidence, LoadFinding, LoadRow, Misbehaved,
    PlanRecord, RequestFinding,
};
use crate::units::Rate;

use super::steady::Steady;

/// A count is taken this soon after a phase began or ended, and belongs to the time before.
pub const EDGE_S: f64 = 0.05;

/// The load's own findings; none where nothing was driven.
pub fn load(evidence: &Evidence, steady: &Steady) -> Option<LoadFinding> {
    let plan = evidence.plan.as_ref()?;
    // in a watch the rows tell of soak itself and of nothing else
    if evidence.load.is_empty() || !plan.drives() {
        return None;
    }
    // what was due in steady may end after it: errors count until the next load begins
    let load_begins = |after: f64| {
        let begins = |e: &&Event| matches!(e.kind, EventKind::Phase { phase } if phase.has_load());
        let later = evidence.events.iter().filter(begins).map(|e| e.elapsed_s);
        later.filter(|t| *t > after + EDGE_S).reduce(f64::min).unwrap_or(f64::INFINITY)
    };
    let until_next_load = |t: f64| {
        steady.stretches.iter().any(|(from, to)| t > from + EDGE_S && t <= load_begins(*to) + EDGE_S)
    };
    // a row speaks of the time before it
    let in_steady = |row: &&LoadRow| {
        steady
            .stretches
            .iter()
            .any(|(from, to)| row.elapsed_s > from + EDGE_S && row.elapsed_s <= to + EDGE_S)
    };
    let rows: Vec<&LoadRow> = evidence.load.iter().filter(|row| row.is_normal()).collect();
    let sum =
        |rows: &mut dyn Iterator<Item = &&LoadRow>, of: fn(&LoadRow) -> u64| rows.map(|r| of(r)).sum::<u64>();
    let due = sum(&mut rows.iter().filter(|r| in_steady(r)), |r| r.due);
    let sent = sum(&mut rows.iter().filter(|r| in_steady(r)), |r| r.sent);
    let mut by_kind = BTreeMap::new();
    for (i, kind) in ErrorKind::ALL.iter().enumerate() {
        let n: u64 = rows.iter().filter(|r| until_next_load(r.elapsed_s)).map(|r| r.errors[i]).sum();
        if n > 0 {
            by_kind.insert(kind.to_string(), n);
        }
    }
    let wrong: u64 = by_kind.values().sum();
    let seconds = steady.seconds();
    // a rate that changes asked of this steady what was due in it, however much of its shape was run
    let rate_asked = plan.normal_rate().map(|rate| match plan.pattern.is_even() {
        false if seconds > 0.0 => due as f64 / seconds,
        _ => rate,
    });
    Some(LoadFinding {
        requests: sum(&mut rows.iter(), |r| r.done),
        rate_asked,
        rate_held: if seconds > 0.0 { sent as f64 / seconds } else { 0.0 },
        due,
        held_ratio: if due > 0 { (sent as f64 / due as f64).min(1.0) } else { 1.0 },
        late_p99_s: evidence.latency.late.p99,
        late_s: evidence.latency.late,
        dropped: by_kind.get("dropped").copied().unwrap_or(0),
        errors: ErrorCounts { ratio: (wrong as f64 / due.max(1) as f64).min(1.0), by_kind },
        latency_s: evidence.latency.steady,
        service_s: evidence.latency.service,
        probing_s: evidence.latency.probing,
        by_request: by_request(evidence, plan, &in_steady, &until_next_load),
        misbehaved: misbehaved(evidence.load.iter().filter(|row| until_next_load(row.elapsed_s))),
    })
}

/// The same by name, where there are several: what was due and sent in steady, what went wrong until the next load.
fn by_request(
    evidence: &Evidence,
    plan: &PlanRecord,
    in_steady: &dyn Fn(&&LoadRow) -> bool,
    until_next_load: &dyn Fn(f64) -> bool,
) -> Vec<RequestFinding> {
    let names = plan.names();
    let several = names.iter().filter(|_| names.len() > 1);
    let of = |name: &&str| {
        let mut sum = RequestFinding { name: (*name).into(), ..RequestFinding::default() };
        let rows = evidence.load.iter().filter(|row| row.is_normal() && row.request == *name);
        for row in rows {
            if in_steady(&row) {
                sum.due += row.due;
                sum.sent += row.sent;
            }
            if until_next_load(row.elapsed_s) {
                sum.dropped += row.dropped;
                for (kind, n) in ErrorKind::ALL.iter().zip(&row.errors).filter(|(_, n)| **n > 0) {
                    *sum.errors.by_kind.entry(kind.to_string()).or_default() += n;
                }
            }
        }
        let wrong: u64 = sum.errors.by_kind.values().sum();
        sum.errors.ratio = (wrong as f64 / sum.due.max(1) as f64).min(1.0);
        sum.latency_s = evidence.latency.by_request.get(*name).copied().unwrap_or_default();
        sum
    };
    several.map(of).collect()
}

/// What misbehaved, by behaviour; rows of warm-up have no block and are left out.
fn misbehaved<'a>(rows: impl Iterator<Item = &'a LoadRow>) -> Vec<Misbehaved> {
    let mut all: BTreeMap<&str, Misbehaved> = BTreeMap::new();
    for row in rows.filter(|row| !row.is_normal() && row.block.is_some()) {
        let sum = all.entry(&row.behaviour).or_default();
        sum.due += row.due;
        sum.sent += row.sent;
        sum.dropped += row.dropped;
        for (kind, n) in ErrorKind::ALL.iter().zip(&row.errors).filter(|(_, n)| **n > 0) {
            if *kind != ErrorKind::Dropped {
                *sum.errors.entry(kind.to_string()).or_default() += n;
            }
        }
    }
    let named = |(behaviour, sum): (&str, Misbehaved)| Misbehaved { behaviour: behaviour.into(), ..sum };
    all.into_iter().map(named).collect()
}

/// Whether nine in ten of what was due were sent.
pub fn rate_held(load: &LoadFinding, rate: Rate) -> bool {
    rate.per_second().is_none() || load.held_ratio >= 0.9
}

/// How soak itself fared.
pub fn driver(evidence: &Evidence) -> DriverHealth {
    let end_s = evidence.recording.elapsed_s.last().copied().unwrap_or(0.0);
    let cpu_s = evidence.load.last().map_or(0.0, |r| r.soak_cpu_s)
        - evidence.load.first().map_or(0.0, |r| r.soak_cpu_s);
    DriverHealth {
        rss_bytes_max: evidence.load.iter().map(|r| r.soak_rss_bytes).max().unwrap_or(0),
        cpu_ratio: if end_s > 0.0 { cpu_s / end_s } else { 0.0 },
        notes: evidence.events.iter().filter_map(|e| super::words::of_load(&e.kind)).collect(),
    }
}
