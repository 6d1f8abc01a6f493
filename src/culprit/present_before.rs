//! Groups of tasks that were there by thousands when the run began, and still are: no leak of this run, and worth a look.

use std::collections::BTreeMap;

use crate::evidence::{Evidence, GroupCount, TaskGroup};
use crate::findings::PresentGroup;

/// So many tasks at one place are no pool.
const LEAST_COUNT: f64 = 1_000.0;
/// At the end of the run this share of them is still there.
const LEAST_LEFT: f64 = 0.9;
/// The first reading of a run comes within so many seconds; later ones say nothing of the time before it.
const FIRST_READING_S: f64 = 5.0;

/// All of them, the most first. Tasks that wait for the network are connections.
pub fn present_before_run(evidence: &Evidence) -> Vec<PresentGroup> {
    let mut ends: BTreeMap<GroupName, (f64, f64)> = BTreeMap::new();
    let of_tasks =
        || evidence.groups.iter().filter(|row| row.kind.is_of_tasks() && !row.group.starts_with('@'));
    let name = |row: &GroupCount| (row.kind.to_string(), row.group.clone());
    let Some(first) = of_tasks().map(|row| row.elapsed_s).reduce(f64::min) else { return Vec::new() };
    let last = of_tasks().map(|row| row.elapsed_s).fold(first, f64::max);
    if first > FIRST_READING_S {
        return Vec::new();
    }
    for row in of_tasks() {
        let (start, end) = ends.entry(name(row)).or_default();
        if row.elapsed_s == first {
            *start += row.count;
        }
        if row.elapsed_s == last {
            *end += row.count;
        }
    }
    let described = || evidence.group_names.iter().chain(evidence.snapshots.iter().flat_map(|s| &s.groups));
    let group = |(kind, id): &GroupName| -> Option<&TaskGroup> {
        described().find(|group| group.kind.to_string() == *kind && group.id == *id)
    };
    let mut present: Vec<PresentGroup> = ends
        .iter()
        .filter(|(_, (start, end))| *start >= LEAST_COUNT && *end >= LEAST_LEFT * start)
        .filter_map(|(name, (count, _))| {
            let TaskGroup { name, state, kind, .. } = group(name)?.clone();
            Some(PresentGroup { name, state, kind, count: *count })
        })
        .filter(|group| group.state.as_deref() != Some("IO wait"))
        .collect();
    present.sort_by(|a, b| b.count.total_cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
    present
}

/// Kind and id of a group.
type GroupName = (String, String);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::GroupKind;

    fn run(state: &str, counts: &[(f64, f64)]) -> Vec<PresentGroup> {
        let kind = GroupKind::Goroutine;
        let mut evidence = Evidence::default();
        for (elapsed_s, count) in counts {
            let row = GroupCount { elapsed_s: *elapsed_s, kind, group: "a".into(), count: *count };
            evidence.groups.push(row);
        }
        evidence.group_names.push(TaskGroup {
            id: "a".into(),
            kind,
            name: "main.publish".into(),
            state: Some(state.into()),
            stack: Vec::new(),
            created_by: None,
        });
        present_before_run(&evidence)
    }

    #[test]
    fn what_was_there_by_thousands_and_stays_is_named() {
        let stuck = PresentGroup {
            name: "main.publish".into(),
            state: Some("chan send".into()),
            kind: GroupKind::Goroutine,
            count: 3534.0,
        };
        assert_eq!(run("chan send", &[(0.0, 3534.0), (30.0, 3534.0), (60.0, 3534.0)]), [stuck]);
    }

    #[test]
    fn connections_pools_and_what_goes_are_not() {
        for (state, counts) in [
            ("IO wait", [(0.0, 3534.0), (60.0, 3534.0)]),
            ("chan receive", [(0.0, 200.0), (60.0, 200.0)]),
            ("chan send", [(0.0, 3534.0), (60.0, 10.0)]),
            ("chan send", [(20.0, 3534.0), (60.0, 3534.0)]),
        ] {
            assert_eq!(run(state, &counts), [], "{state} {counts:?}");
        }
        assert_eq!(present_before_run(&Evidence::default()), []);
    }
}
