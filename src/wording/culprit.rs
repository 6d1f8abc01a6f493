//! What is blamed, in words: the row of report.json, and the one sentence with the figures.

use crate::evidence::GroupKind;
use crate::findings::{BlamedGroup, Culprit};
use crate::units::{Span, Unit};

use super::phrase::{mean_count, plural};

/// A blamed group as the report has it.
pub fn culprit(rank: u32, group: &BlamedGroup) -> Culprit {
    Culprit {
        rank,
        name: group.name.clone(),
        kind: group.kind.to_string(),
        state: group.state.clone(),
        count_start: group.count_start,
        count_end: group.count_end,
        count_settled: group.count_settled,
        per_request: group.per_request.map(|estimate| estimate.value),
        per_request_ci: group.per_request.map(|estimate| [estimate.lo, estimate.hi]),
        proven: group.proven.is_some(),
        seen_for_s: group.seen_for_s,
        created_by: group.created_by.clone(),
        stack: group.stack.clone(),
        why: explain_group(group),
    }
}

/// From this share of a growth on nothing is missing from it.
const NEARLY_ALL: f64 = 0.9;

/// One sentence with the figures: how much, how fast, what is known of it.
pub fn explain_group(group: &BlamedGroup) -> String {
    let unit = group.kind.unit();
    let sampling = group.sampling_error.map(|error| format!(" (± {} by sampling)", unit.show(error)));
    let mut text = format!(
        "{} → {}{}{} in {}",
        unit.show(group.count_start),
        unit.show(group.count_end),
        counted(group.kind),
        sampling.unwrap_or_default(),
        Span::from_secs_f64(group.seen_for_s),
    );
    if let Some(each) = group.per_request {
        text.push_str(&format!(", {}", per_request(each.value, unit)));
    }
    if group.share >= 0.005 {
        let share = Unit::Ratio.show(group.share);
        text.push_str(&format!(", {share} of the growth of {}", whole_of(group.kind)));
    }
    if group.holds_unsampled && group.share < NEARLY_ALL {
        text.push_str("; buffers that it holds outside of the heap are not sampled");
    }
    if let Some(count) = group.proven {
        text.push_str(&format!("; the runtime proves that {} more can never wake", Unit::Count.show(count)));
    }
    match (group.count_settled, group.recovered) {
        (Some(settled), Some(share)) if share > 0.05 => {
            text.push_str(&format!("; {} left after the load", unit.show(settled)));
        }
        (Some(_), Some(_)) => text.push_str("; still there after the load"),
        _ => {}
    }
    if let Some(seconds) = group.longest_wait_s {
        text.push_str(&format!("; the longest waits for {}", Span::from_secs_f64(seconds as f64)));
    }
    // main.produce.func1 says already that main.produce started it
    let creator = group.created_by.as_ref().map(|creator| creator.split(' ').next().unwrap_or(creator));
    if let Some(creator) = creator.filter(|creator| !group.name.starts_with(*creator)) {
        text.push_str(&format!("; created by {creator}"));
    }
    text
}

/// `1.0 per request`, and for a rare one how rare: `0.05 per request (one in 20)`.
pub fn per_request(each: f64, unit: Unit) -> String {
    match unit {
        Unit::Bytes => format!("{} per request", unit.show(each)),
        _ if each > 0.0 && each < 0.5 => {
            format!("{} per request (one in {:.0})", mean_count(each), 1.0 / each)
        }
        _ => format!("{} per request", mean_count(each)),
    }
}

/// What the counts are of; the bytes of heap need no noun.
fn counted(kind: GroupKind) -> String {
    match kind {
        GroupKind::Heap | GroupKind::Class => String::new(),
        GroupKind::ProcessMemory => " of private memory".into(),
        GroupKind::Goroutine
        | GroupKind::Task
        | GroupKind::Thread
        | GroupKind::Fd
        | GroupKind::Child
        | GroupKind::ProcessThreads
        | GroupKind::ProcessFds => format!(" {}", plural(kind)),
    }
}

/// What its growth is a share of.
pub(super) fn whole_of(kind: GroupKind) -> String {
    match kind {
        GroupKind::Heap | GroupKind::Class => "the live heap".into(),
        GroupKind::ProcessMemory => "the private memory of all processes".into(),
        GroupKind::ProcessFds | GroupKind::ProcessThreads => format!("the {} of all processes", plural(kind)),
        GroupKind::Goroutine | GroupKind::Task | GroupKind::Thread | GroupKind::Fd | GroupKind::Child => {
            format!("all {}", plural(kind))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Estimate;

    #[test]
    fn growth_per_request_is_a_number_however_rare_or_many() {
        assert_eq!(per_request(1.0, Unit::Count), "1.0 per request");
        assert_eq!(per_request(0.05, Unit::Count), "0.05 per request (one in 20)");
        assert_eq!(per_request(100.2, Unit::Count), "100 per request");
        assert_eq!(per_request(3481.6, Unit::Bytes), "3.4 KiB per request");
    }

    fn group(kind: GroupKind) -> BlamedGroup {
        BlamedGroup {
            name: "main.produce.func1".into(),
            kind,
            state: Some("chan send".into()),
            count_start: 250.0,
            count_end: 1725.0,
            count_settled: Some(1750.0),
            sampling_error: None,
            per_request: Some(Estimate { value: 1.0, lo: 0.99, hi: 1.01 }),
            proven: None,
            seen_for_s: 30.0,
            share: 1.0,
            holds_unsampled: false,
            recovered: Some(0.0),
            longest_wait_s: None,
            created_by: None,
            stack: Vec::new(),
        }
    }

    #[test]
    fn a_group_is_blamed_with_its_figures() {
        let proven = BlamedGroup { proven: Some(1500.0), ..group(GroupKind::Goroutine) };
        assert_eq!(
            explain_group(&proven),
            "250 → 1,725 goroutines in 30 s, 1.0 per request, 100 % of the growth of all goroutines; the runtime proves \
             that 1,500 more can never wake; still there after the load"
        );
        let waits = BlamedGroup {
            count_settled: Some(300.0),
            recovered: Some(0.9),
            longest_wait_s: Some(90),
            created_by: Some("main.handle main.go:9".into()),
            ..group(GroupKind::Fd)
        };
        assert_eq!(
            explain_group(&waits),
            "250 → 1,725 file descriptors in 30 s, 1.0 per request, 100 % of the growth of all file descriptors; 300 left \
             after the load; the longest waits for 90 s; created by main.handle"
        );
    }

    #[test]
    fn heap_and_processes_are_named_by_their_bytes() {
        assert!(explain_group(&group(GroupKind::Class)).contains("of the growth of the live heap"));
        let sampled = BlamedGroup {
            count_start: 262_144.0,
            count_end: 1_205_862.0,
            sampling_error: Some(1_363_149.0),
            per_request: Some(Estimate { value: 384.0, lo: 50.0, hi: 718.0 }),
            ..group(GroupKind::Heap)
        };
        let buffers = explain_group(&BlamedGroup { share: 0.03, holds_unsampled: true, ..sampled.clone() });
        let said =
            "3 % of the growth of the live heap; buffers that it holds outside of the heap are not sampled";
        assert!(buffers.contains(said), "{buffers}");
        let sampled = explain_group(&sampled);
        let figures = "256 KiB → 1.1 MiB (± 1.3 MiB by sampling) in 30 s, 384 B per request, 100 % of";
        assert!(sampled.contains(figures), "{sampled}");
        assert_eq!(sampled.matches('±').count(), 1, "{sampled}");
        let process = explain_group(&group(GroupKind::ProcessMemory));
        assert!(
            process.contains("of private memory in 30 s") && process.contains("still there"),
            "{process}"
        );
    }
}
