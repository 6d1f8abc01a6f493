//! The load that was sent in steady, and how soak itself fared.

use std::collections::{BTreeMap, HashSet};
use std::mem::discriminant;

use crate::evidence::{DrivenPlan, ErrorKind, Event, EventKind, Evidence, LoadRow};
use crate::findings::{DriverFinding, ErrorCounts, LoadFinding, LoadTrouble, Misbehaved, RequestFinding};
use crate::units::Rate;

use super::in_flight::InFlight;
use super::steady::{EDGE_S, Steady};

/// A rate is held where at least this share of what was due was sent.
pub const LEAST_HELD: f64 = 0.9;

/// The load's own findings; none where soak sent none.
pub fn read_load(evidence: &Evidence, steady: &Steady) -> Option<LoadFinding> {
    // in a watch the rows count soak itself and nothing else
    let plan = evidence.driven()?;
    if evidence.load.is_empty() {
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
    let normal = || evidence.load.iter().filter(|row| row.is_normal());
    let mut all = summed(normal(), steady, &until_next_load);
    let (due, sent) = (all.due, all.sent);
    let requests = sent.saturating_sub(left_in_flight(normal()));
    leave_out_warmup(&mut all.errors, requests);
    let seconds = steady.seconds();
    // a rate that changes asked of this steady what was due in it, however much of its shape was run
    let rate_asked = plan.normal_rate().map(|rate| match plan.pattern.is_even() {
        false if seconds > 0.0 => due as f64 / seconds,
        _ => rate,
    });
    let in_flight = InFlight::read(evidence, steady);
    Some(LoadFinding {
        // the same requests as those whose errors and latency are counted
        requests,
        rate_asked,
        rate_held: if seconds > 0.0 { sent as f64 / seconds } else { 0.0 },
        due,
        held_ratio: if due > 0 { (sent as f64 / due as f64).min(1.0) } else { 1.0 },
        late_p99_s: evidence.latency.late.p99,
        late_s: evidence.latency.late,
        dropped: all.dropped,
        errors: all.errors,
        in_flight_start: in_flight.start,
        in_flight_end: in_flight.end,
        in_flight_settled: in_flight.least_later,
        latency_s: evidence.latency.steady,
        service_s: evidence.latency.service,
        probing_s: evidence.latency.probing,
        by_request: by_request(evidence, plan, steady, &until_next_load),
        misbehaved: misbehaved(evidence.load.iter().filter(|row| until_next_load(row.elapsed_s))),
    })
}

/// Sent before the run ended, and not ended.
fn left_in_flight<'a>(rows: impl Iterator<Item = &'a LoadRow>) -> u64 {
    let (sent, done) = rows.fold((0, 0), |(sent, done), row| (sent + row.sent, done + row.done));
    u64::saturating_sub(sent, done)
}

/// An answer in steady to a request of warm-up is counted among the errors but not among the requests. Where more failed
/// than were sent, the excess is of warm-up: it is taken from the most frequent error.
fn leave_out_warmup(errors: &mut ErrorCounts, requests: u64) {
    let dropped = errors.by_kind.remove_entry(&ErrorKind::Dropped.to_string());
    let failed: u64 = errors.by_kind.values().sum();
    if let Some(worst) = errors.worst(failed) {
        let excess = failed.saturating_sub(requests).min(worst.count);
        errors.by_kind.entry(worst.kind).and_modify(|n| *n -= excess);
        worst.status.into_iter().for_each(|status| {
            errors.by_status.entry(status).and_modify(|n| *n -= excess);
        });
    }
    errors.by_kind.extend(dropped);
}

/// What was due and sent in steady by these rows, and what went wrong until the next load.
fn summed<'a>(
    rows: impl Iterator<Item = &'a LoadRow>,
    steady: &Steady,
    until_next_load: &dyn Fn(f64) -> bool,
) -> RequestFinding {
    let mut sum = RequestFinding::default();
    for row in rows {
        if steady.counts(row.elapsed_s) {
            sum.due += row.due;
            sum.sent += row.sent;
        }
        if until_next_load(row.elapsed_s) {
            sum.dropped += row.dropped;
            add_errors(&mut sum.errors.by_kind, row);
            row.statuses.iter().for_each(|(status, n)| *sum.errors.by_status.entry(status).or_default() += n);
        }
    }
    let wrong: u64 = sum.errors.by_kind.values().sum();
    sum.errors.ratio = (wrong as f64 / sum.due.max(1) as f64).min(1.0);
    sum
}

fn add_errors(by_kind: &mut BTreeMap<String, u64>, row: &LoadRow) {
    for (kind, n) in ErrorKind::ALL.iter().zip(&row.errors).filter(|(_, n)| **n > 0) {
        *by_kind.entry(kind.to_string()).or_default() += n;
    }
}

/// The same by name, where there are several.
fn by_request(
    evidence: &Evidence,
    plan: &DrivenPlan,
    steady: &Steady,
    until_next_load: &dyn Fn(f64) -> bool,
) -> Vec<RequestFinding> {
    let names = plan.request_names();
    let several = names.iter().filter(|_| names.len() > 1);
    let of = |name: &&str| {
        let rows = || evidence.load.iter().filter(|row| row.is_normal() && row.request == *name);
        let latency_s = evidence.latency.by_request.get(*name).copied().unwrap_or_default();
        let mut sum = summed(rows(), steady, until_next_load);
        let sent = sum.sent.saturating_sub(left_in_flight(rows()));
        leave_out_warmup(&mut sum.errors, sent);
        RequestFinding { name: (*name).into(), latency_s, sent, ..sum }
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
        add_errors(&mut sum.errors, row);
        // those have a column of their own
        sum.errors.remove(&ErrorKind::Dropped.to_string());
    }
    let named = |(behaviour, sum): (&str, Misbehaved)| Misbehaved { behaviour: behaviour.into(), ..sum };
    all.into_iter().map(named).collect()
}

/// Whether nine in ten of what was due were sent.
pub fn rate_held(load: &LoadFinding, rate: Rate) -> bool {
    rate.per_second().is_none() || load.held_ratio >= LEAST_HELD
}

/// Whether soak itself was what could not keep up in steady.
pub fn is_saturated(evidence: &Evidence, steady: &Steady) -> bool {
    let saturated = |event: &&Event| matches!(event.kind, EventKind::LoadSaturated { .. });
    evidence.events.iter().filter(saturated).any(|event| steady.counts(event.elapsed_s))
}

/// How soak itself fared.
pub fn read_driver(evidence: &Evidence) -> DriverFinding {
    let end_s = evidence.recording.elapsed_s.last().copied().unwrap_or(0.0);
    let cpu_s = evidence.load.last().map_or(0.0, |r| r.soak_cpu_s)
        - evidence.load.first().map_or(0.0, |r| r.soak_cpu_s);
    DriverFinding {
        rss_bytes_max: evidence.load.iter().map(|r| r.soak_rss_bytes).max().unwrap_or(0),
        cpu_ratio: if end_s > 0.0 { cpu_s / end_s } else { 0.0 },
        troubles: troubles(evidence),
    }
}

/// Each way in which the schedule could not be kept once, however many phases it happened in.
fn troubles(evidence: &Evidence) -> Vec<LoadTrouble> {
    let mut seen = HashSet::new();
    let all = evidence.events.iter().filter_map(|event| match event.kind {
        EventKind::LoadDropped { .. } => Some(LoadTrouble::Dropped),
        EventKind::LoadSaturated { busy } => Some(LoadTrouble::Saturated(busy)),
        EventKind::LoadLate { seconds } => Some(LoadTrouble::Late(seconds)),
        _ => None,
    });
    all.filter(|trouble| seen.insert(discriminant(trouble))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{PlanRecord, RequestRecord};

    #[test]
    fn the_rows_of_several_requests_add_up_to_all_of_them() {
        let named = |name: &str| RequestRecord {
            name: name.into(),
            method: "GET".into(),
            path: "/".into(),
            weight: 1.0,
            headers: Vec::new(),
            body_bytes: 0,
            expect_status: Vec::new(),
            expect_text_bytes: 0,
        };
        let row = |request: &str, behaviour: &str, sent: u64, done: u64| LoadRow {
            elapsed_s: 10.0,
            request: request.into(),
            behaviour: behaviour.into(),
            due: sent,
            sent,
            done,
            ..LoadRow::default()
        };
        let load = DrivenPlan { named: vec![named("a"), named("b")], ..DrivenPlan::example() };
        // three of 'b' are still in flight when the run ends, and what misbehaves is counted by itself
        let evidence = Evidence {
            plan: Some(PlanRecord::example_of(load)),
            load: vec![
                row("a", "normal", 700, 700),
                row("b", "normal", 300, 297),
                row("a", "reset", 250, 250),
            ],
            ..Evidence::default()
        };
        let steady = Steady { stretches: vec![(0.0, 20.0)], requests: Some(997.0), run_end_s: 20.0 };
        let found = read_load(&evidence, &steady).unwrap();
        let rows: Vec<u64> = found.by_request.iter().map(|one| one.sent).collect();
        assert_eq!((found.requests, rows), (997, vec![700, 297]));
    }
    #[test]
    fn no_more_requests_fail_than_were_sent() {
        let row = |elapsed_s, sent, done: u64, dropped| {
            let mut row = LoadRow { elapsed_s, due: sent, sent, done, dropped, ..LoadRow::default() };
            row.statuses.add(404, done);
            row.errors[ErrorKind::Status4xx as usize] = done;
            row.errors[ErrorKind::Dropped as usize] = dropped;
            row
        };
        // one of warm-up's is answered in steady
        let evidence = Evidence {
            plan: Some(PlanRecord::example_of(DrivenPlan::example())),
            load: vec![row(10.0, 50, 49, 0), row(20.0, 177, 178, 3)],
            ..Evidence::default()
        };
        let steady = Steady { stretches: vec![(10.0, 20.0)], requests: Some(178.0), run_end_s: 20.0 };
        let found = read_load(&evidence, &steady).unwrap();
        let counted: Vec<(String, u64)> = found.errors.by_kind.into_iter().collect();
        assert_eq!((found.requests, counted), (177, vec![("4xx".into(), 177), ("dropped".into(), 3)]));
        assert_eq!(found.errors.by_status, [(404, 177)].into());
    }
}
