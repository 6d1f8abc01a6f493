//! Which process of a target grows: the one worker of a pre-fork server that leaks, by name.
//!
//! A process is only named where it grows far more than its siblings do: where all of them grow alike, none of them
//! stands out. Its growth is that of its own life. One that started or ended within steady is no answer: what a
//! worker takes when it starts is not growth, and one that is recycled frees what it had.

use std::collections::HashMap;

use super::candidate::{Candidate, LEAST_BYTES, LEAST_COUNT, Proof};
use super::counts::{Counts, Totals};
use super::growth;
use crate::evidence::{Evidence, GroupKind, Phase, Sample};
use crate::findings::{BlamedGroup, Trend};
use crate::units::Unit;

/// It was seen in at least this share of steady's moments.
const LEAST_SEEN_SHARE: f64 = 0.8;
/// It makes up at least this share of what all processes grew by,
const LEAST_GROWTH_SHARE: f64 = 0.2;
/// and grew by so many times as much as the middle one of the others.
const TIMES_OTHERS_GROWTH: f64 = 3.0;
/// The chance of a false alarm for all processes together.
const FALSE_ALARM_OF_ALL: f64 = 0.05;

/// One process that lived through steady.
struct Life<'a> {
    id: &'a str,
    rows: &'a [(usize, f64)],
    totals: Totals,
}

/// Those that stand out in this measure, the one that grew most first.
pub fn standing_out(evidence: &Evidence, kind: GroupKind) -> Vec<Candidate> {
    let counts = Counts::new(evidence, kind);
    let least = if kind.unit() == Unit::Bytes { LEAST_BYTES } else { LEAST_COUNT };
    let names: HashMap<&str, &str> = evidence
        .group_names
        .iter()
        .filter(|group| group.kind == GroupKind::ProcessMemory)
        .map(|group| (group.id.as_str(), group.name.as_str()))
        .collect();
    let lives: Vec<Life<'_>> = counts
        .rows()
        .filter(|(id, _)| !id.starts_with('@'))
        .filter_map(|(id, rows)| Some(Life { id, rows, totals: ends(&counts, rows)? }))
        .collect();
    let all = counts.totals_of_all().growth();
    let mut found = Vec::new();
    for Life { id, rows, totals } in &lives {
        let growth = totals.growth();
        let others = lives.iter().filter(|other| other.id != *id).map(|other| other.totals.growth());
        let usual = lower_median(others.collect());
        let share = (growth / all.max(growth)).clamp(0.0, 1.0);
        if growth < least || share < LEAST_GROWTH_SHARE || growth < TIMES_OTHERS_GROWTH * usual.max(0.0) {
            continue;
        }
        let mut samples = vec![Sample::GAP; counts.table.len()];
        for (at, value) in *rows {
            samples[*at] = Sample::new(*value);
        }
        let false_alarm = FALSE_ALARM_OF_ALL / lives.len() as f64;
        let trend = growth::judge_samples(evidence, &counts, kind, samples, totals, false_alarm);
        let name = names.get(id).map_or_else(|| format!("process {id}"), |name| name.to_string());
        found.push(candidate(&counts, kind, id, name, (totals, share), trend));
    }
    // next to a master that serves nothing, each of two workers would stand out
    if found.len() > 1 && 2 * found.len() > lives.len() {
        return Vec::new();
    }
    found.sort_by(|a, b| b.growth.total_cmp(&a.growth).then_with(|| a.groups.cmp(&b.groups)));
    found
}

/// What one had at the ends of steady; none where it did not live through it.
fn ends(counts: &Counts<'_>, rows: &[(usize, f64)]) -> Option<Totals> {
    let steady = counts.steady();
    let moments = steady.clone().count();
    let within: Vec<f64> =
        rows.iter().filter(|(at, _)| steady.contains(at)).map(|(_, value)| *value).collect();
    let (first, last) = (within.first()?, within.last()?);
    let seen_at_the_end = rows.iter().any(|(at, _)| at == steady.end());
    if !seen_at_the_end || (within.len() as f64) < LEAST_SEEN_SHARE * moments as f64 {
        return None;
    }
    let end = counts.table.len() - 1;
    let settled = (counts.table.phases[end] == Phase::Settle)
        .then(|| rows.iter().find(|(at, _)| *at == end).map_or(0.0, |(_, value)| *value));
    Some(Totals { start: *first, end: *last, settled, lost: 0.0 })
}

fn candidate(
    counts: &Counts<'_>,
    kind: GroupKind,
    id: &str,
    name: String,
    (totals, share): (&Totals, f64),
    trend: Trend,
) -> Candidate {
    let growth = totals.growth();
    let recovered = totals.settled.map(|settled| ((totals.end - settled) / growth).clamp(0.0, 1.0));
    let culprit = BlamedGroup {
        name,
        kind,
        state: None,
        count_start: totals.start,
        count_end: totals.end,
        count_settled: totals.settled,
        sampling_error: None,
        per_request: trend.per_request,
        proven: None,
        seen_for_s: counts.steady_span(),
        share,
        holds_unsampled: false,
        recovered,
        longest_wait_s: None,
        created_by: None,
        stack: Vec::new(),
    };
    Candidate {
        culprit,
        kind,
        groups: vec![id.to_string()],
        direction: trend.direction,
        per_second: trend.slope,
        p_value: trend.p_value,
        growth,
        share,
        recovered,
        longest_hold_s: counts.steady_span(),
        proof: Proof::NotServed,
        within_connections: false,
        is_connection: false,
    }
}

/// The lower of two in the middle, so that one of three workers may leak and be named; 0 where there are no others.
fn lower_median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.len().checked_sub(1).map_or(0.0, |last| values[last / 2])
}

#[cfg(test)]
mod tests;
