//! The task groups as rows of a table: how many there are, and how they grew since steady began.

use std::collections::HashMap;

use crate::evidence::{EventKind, Evidence, GroupCount, GroupKind, Phase};
use crate::findings::{ListedGroup, sort_by_growth};
use crate::live::tasks::name_of_undescribed;

/// Groups that were not read for so long, and for so much of the run, are gone.
const RECENT_S: f64 = 60.0;
const RECENT_SHARE: f64 = 0.05;

/// Those of a recorded run, at the last moment at which groups were read.
pub fn recorded_groups(evidence: &Evidence) -> Vec<ListedGroup> {
    let last = evidence.groups.iter().rev().find(|row| !row.kind.is_of_heap());
    last.map(|row| group_rows(evidence, row.elapsed_s)).unwrap_or_default()
}

/// All groups of tasks, threads, descriptors and children, those that grew most first; ties by name.
pub fn group_rows(evidence: &Evidence, now_s: f64) -> Vec<ListedGroup> {
    let rows: &[GroupCount] = &evidence.groups;
    let steady = evidence.events.iter().find(|e| e.kind == EventKind::Phase { phase: Phase::Steady });
    let from_s = steady.map_or(0.0, |event| event.elapsed_s);
    let within_s = RECENT_S.max(now_s * RECENT_SHARE);
    let begun = rows.partition_point(|row| row.elapsed_s < from_s);
    let first = of_one_moment(rows[begun..].iter().take_while(|row| row.elapsed_s <= from_s + within_s));
    let last = of_one_moment(rows.iter().rev().take_while(|row| row.elapsed_s >= now_s - within_s));
    let names: HashMap<&str, _> = evidence.group_names.iter().map(|g| (g.id.as_str(), g)).collect();
    let requests = |at: f64| evidence.recording.requests_at(at);
    let mut all: Vec<ListedGroup> = last
        .values()
        .map(|row| {
            let before = first.get(&(row.kind, row.group.as_str()));
            let first_at = first.values().find(|other| other.kind == row.kind).map(|other| other.elapsed_s);
            let growth = row.count - before.map_or(0.0, |before| before.count);
            let between =
                first_at.and_then(|at| Some(requests(row.elapsed_s)? - requests(at).unwrap_or(0.0)));
            let group = names.get(row.group.as_str());
            ListedGroup {
                id: row.group.clone(),
                kind: row.kind,
                name: group.map_or_else(|| name_of_undescribed(&row.group), |group| group.name.clone()),
                state: group.and_then(|group| group.state.clone()),
                count: row.count,
                growth,
                per_request: between.filter(|n| *n >= 1.0).map(|n| growth / n),
                created_by: group.and_then(|group| group.created_by.clone()),
                stack: group.map(|group| group.stack.clone()).unwrap_or_default(),
            }
        })
        .collect();
    // one that was there and is gone has fallen, which is news; one that never was says nothing
    all.retain(|row| row.count != 0.0 || row.growth != 0.0);
    sort_by_growth(&mut all);
    all
}

/// The rows of the first moment of each kind, as the iterator has them.
fn of_one_moment<'a>(
    rows: impl Iterator<Item = &'a GroupCount>,
) -> HashMap<(GroupKind, &'a str), &'a GroupCount> {
    let mut moments: HashMap<GroupKind, f64> = HashMap::new();
    let tasks = rows.filter(|row| !row.kind.is_of_heap());
    let of_moment = tasks.filter(|row| *moments.entry(row.kind).or_insert(row.elapsed_s) == row.elapsed_s);
    of_moment.map(|row| ((row.kind, row.group.as_str()), row)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Event, Sample, TaskGroup};

    fn row(elapsed_s: f64, group: &str, count: f64) -> GroupCount {
        GroupCount { elapsed_s, kind: GroupKind::Goroutine, group: group.into(), count }
    }

    #[test]
    fn growth_is_since_steady_and_by_request_and_ties_go_by_name() {
        let mut evidence = Evidence {
            groups: vec![
                row(0.0, "b", 1.0),
                row(10.0, "b", 5.0),
                row(10.0, "a", 2.0),
                row(20.0, "b", 105.0),
                row(20.0, "a", 2.0),
                row(20.0, "new", 2.0),
                GroupCount { kind: GroupKind::Heap, ..row(20.0, "heap", 9e9) },
            ],
            events: vec![Event { elapsed_s: 9.0, kind: EventKind::Phase { phase: Phase::Steady } }],
            ..Evidence::default()
        };
        evidence.group_names = vec![TaskGroup {
            id: "b".into(),
            kind: GroupKind::Goroutine,
            name: "main.produce".into(),
            state: Some("chan send".into()),
            stack: Vec::new(),
            created_by: None,
        }];
        evidence.recording.elapsed_s = vec![0.0, 10.0, 20.0];
        evidence.recording.requests_total = [0.0, 100.0, 200.0].map(Sample::new).to_vec();
        let rows = group_rows(&evidence, 20.0);
        let seen: Vec<_> = rows.iter().map(|r| (r.name.as_str(), r.count, r.growth, r.per_request)).collect();
        assert_eq!(
            seen,
            [
                ("main.produce", 105.0, 100.0, Some(1.0)),
                ("new", 2.0, 2.0, Some(0.02)),
                ("a", 2.0, 0.0, Some(0.0))
            ]
        );
        assert_eq!(rows[0].state.as_deref(), Some("chan send"));
    }
}
