//! Tasks by the labels that a service gave them, counted over all groups.

use std::collections::BTreeMap;

use super::list_groups;
use crate::evidence::{Evidence, GroupCount, GroupKind, GroupLabel, TaskSnapshot};
use crate::findings::ListedGroup;

/// How many tasks bear each label at a moment. None bear the empty one: its row says that labels were looked for, so
/// that one which appears later has grown.
pub fn count_by_label(labels: &[GroupLabel], elapsed_s: f64) -> Vec<GroupCount> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::from([("", 0)]);
    for label in labels {
        *counts.entry(&label.label).or_default() += label.count;
    }
    let row = |(label, n): (&str, u64)| GroupCount {
        elapsed_s,
        kind: GroupKind::Goroutine,
        group: label.into(),
        count: n as f64,
    };
    counts.into_iter().map(row).collect()
}

/// What such counts add up to at this moment, as groups of their own.
pub fn list_labels(counts: &Evidence, now_s: f64) -> Vec<ListedGroup> {
    let labels = list_groups(counts, now_s).into_iter();
    labels.map(|label| ListedGroup { of_label: true, ..label }).collect()
}

/// The labels that were kept in snapshots up to this moment; none where there are none.
pub fn list_kept_labels(snapshots: &[TaskSnapshot], now_s: f64) -> Vec<ListedGroup> {
    let known = snapshots.iter().filter(|snapshot| snapshot.elapsed_s <= now_s);
    let groups: Vec<GroupCount> =
        known.flat_map(|snapshot| count_by_label(&snapshot.labels, snapshot.elapsed_s)).collect();
    let Some(last_s) = groups.last().map(|row| row.elapsed_s) else { return Vec::new() };
    list_labels(&Evidence { groups, ..Evidence::default() }, last_s)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Ids, Moment};

    #[test]
    fn labels_of_a_run_are_those_of_its_last_snapshot_with_their_growth() {
        let label =
            |group: &str, label: &str, count| GroupLabel { group: group.into(), label: label.into(), count };
        let snapshot = |elapsed_s, labels| TaskSnapshot {
            elapsed_s,
            moment: Moment::SteadyEnd,
            counts: Vec::new(),
            proven: None,
            longest_wait_s: Vec::new(),
            labels,
            ids: Ids::NotRead,
            times: Vec::new(),
            groups: Vec::new(),
        };
        let snapshots = [
            snapshot(10.0, vec![label("a", "customer=alice", 1), label("b", "customer=alice", 2)]),
            snapshot(900.0, vec![label("a", "customer=alice", 9)]),
        ];
        let listed = |now_s| -> Vec<(f64, f64)> {
            list_kept_labels(&snapshots, now_s).iter().map(|label| (label.count, label.growth)).collect()
        };
        assert_eq!((listed(5.0), listed(20.0), listed(2000.0)), (vec![], vec![(3.0, 0.0)], vec![(9.0, 6.0)]));
        assert!(list_kept_labels(&snapshots, 20.0)[0].of_label);
        let none_at_first = [snapshot(10.0, Vec::new()), snapshots[1].clone()];
        let listed = list_kept_labels(&none_at_first, 900.0);
        assert_eq!((listed.len(), listed[0].count, listed[0].growth), (1, 9.0, 9.0));
        assert!(list_kept_labels(&none_at_first[..1], 900.0).is_empty());
    }
}
