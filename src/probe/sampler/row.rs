//! What all probes together answered to one question.

use std::collections::BTreeMap;

use crate::evidence::{EventKind, GroupKind, GroupLabel, SeriesId, TaskGroup, TaskSnapshot};

/// What arrived in time, of all probes together.
#[derive(Debug, Default)]
pub struct Row {
    /// Values by series; what is missing is a gap.
    pub values: Vec<(SeriesId, f64)>,
    /// Task counts that another probe reads as well, where that one may have had no room for a sample.
    pub spare: Vec<(SeriesId, f64)>,
    /// Groups at this moment.
    pub groups: Vec<(GroupKind, String, f64)>,
    /// Groups that appear for the first time.
    pub new_groups: Vec<TaskGroup>,
    /// The answers to a snapshot, as one.
    pub snapshot: Option<TaskSnapshot>,
    /// The labels that tasks bear at this moment.
    pub labels: Vec<GroupLabel>,
    /// What happened, failures of probes included.
    pub events: Vec<EventKind>,
}

impl Row {
    /// Takes in another's.
    pub fn append(&mut self, mut other: Row) {
        self.values.append(&mut other.values);
        self.spare.append(&mut other.spare);
        self.groups.append(&mut other.groups);
        self.new_groups.append(&mut other.new_groups);
        self.labels.append(&mut other.labels);
        self.events.append(&mut other.events);
        if let Some(snapshot) = other.snapshot {
            merge(&mut self.snapshot, snapshot);
        }
    }
}

impl Row {
    /// Fills the gaps of series whose own probe gave nothing with what another read of the same.
    pub fn fill_gaps(&mut self) {
        for (id, value) in std::mem::take(&mut self.spare) {
            if !self.values.iter().any(|(known, _)| *known == id) {
                self.values.push((id, value));
            }
        }
    }
}

/// Two probes' snapshots of one moment become one; the later of two moments stays.
fn merge(into: &mut Option<TaskSnapshot>, new: TaskSnapshot) {
    let Some(old) = into.as_mut().filter(|old| old.moment == new.moment) else {
        *into = Some(new);
        return;
    };
    old.elapsed_s = old.elapsed_s.max(new.elapsed_s);
    let mut counts: BTreeMap<String, u64> = old.counts.drain(..).collect();
    counts.extend(new.counts);
    old.counts = counts.into_iter().collect();
    old.counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    match (&mut old.proven, new.proven) {
        (Some(proven), Some(more)) => proven.extend(more),
        (proven @ None, more) => *proven = more,
        (Some(_), None) => {}
    }
    old.labels.extend(new.labels);
    old.times.extend(new.times);
    old.ids = std::mem::take(&mut old.ids).and(new.ids, |mut ids, more| {
        ids.extend(more);
        ids
    });
    for group in new.groups {
        if !old.groups.iter().any(|known| known.id == group.id) {
            old.groups.push(group);
        }
    }
}
