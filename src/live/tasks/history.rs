//! What readings of task groups add up to: how many of each there are, and how many more than at the first reading.

use std::collections::HashMap;

use crate::evidence::{GroupKind, TaskGroup};
use crate::findings::{ListedGroup, sort_by_growth};

/// Every group that was seen.
#[derive(Debug, Default)]
pub struct History {
    described: HashMap<String, TaskGroup>,
    groups: HashMap<(GroupKind, String), Followed>,
    readings: u64,
}

#[derive(Debug, Default)]
struct Followed {
    at_start: f64,
    count: f64,
}

impl History {
    /// Takes in one reading: groups that appear for the first time, and the count of each. Kinds that it does not
    /// speak of stay as they were; of those it speaks of, a group that is missing is gone.
    pub fn take(&mut self, counts: &[(GroupKind, String, f64)], new: Vec<TaskGroup>) {
        self.described.extend(new.into_iter().map(|group| (group.id.clone(), group)));
        let counts: Vec<_> = counts.iter().filter(|(kind, ..)| !kind.is_of_heap()).collect();
        if counts.is_empty() {
            return;
        }
        let is_read = |kind: GroupKind| counts.iter().any(|(other, ..)| *other == kind);
        for ((kind, _), followed) in &mut self.groups {
            if is_read(*kind) {
                followed.count = 0.0;
            }
        }
        // a group of a kind that is read for the first time did not grow
        let first: Vec<GroupKind> =
            GroupKind::ALL.into_iter().filter(|kind| !self.groups.keys().any(|(k, _)| k == kind)).collect();
        for (kind, id, count) in counts {
            let at_start = if first.contains(kind) { *count } else { 0.0 };
            let begin = || Followed { at_start, count: 0.0 };
            self.groups.entry((*kind, id.clone())).or_insert_with(begin).count = *count;
        }
        self.readings += 1;
    }

    /// How many readings there were.
    pub fn readings(&self) -> u64 {
        self.readings
    }

    /// All groups that are there or were there, those that grew most first.
    pub fn list(&self) -> Vec<ListedGroup> {
        let listed = self.groups.iter().map(|((kind, id), followed)| {
            let group = self.described.get(id);
            ListedGroup {
                id: id.clone(),
                kind: *kind,
                name: group.map_or_else(|| name_of_undescribed(id), |group| group.name.clone()),
                state: group.and_then(|group| group.state.clone()),
                count: followed.count,
                growth: followed.count - followed.at_start,
                per_request: None,
                created_by: group.and_then(|group| group.created_by.clone()),
                stack: group.map(|group| group.stack.clone()).unwrap_or_default(),
            }
        });
        // one that was never there says nothing
        let mut all: Vec<ListedGroup> = listed.filter(|row| row.count != 0.0 || row.growth != 0.0).collect();
        sort_by_growth(&mut all);
        all
    }
}

/// `@others` holds what is too small to have a row of its own.
pub fn name_of_undescribed(id: &str) -> String {
    if id.starts_with('@') { "all smaller groups".into() } else { id.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(id: &str, count: f64) -> (GroupKind, String, f64) {
        (GroupKind::Goroutine, id.into(), count)
    }

    fn rows(history: &History) -> Vec<(String, f64, f64)> {
        history.list().into_iter().map(|row| (row.id, row.count, row.growth)).collect()
    }

    #[test]
    fn growth_is_since_the_first_reading_of_a_kind_and_a_new_group_is_all_growth() {
        let mut history = History::default();
        history.take(&[task("a", 5.0), task("b", 1.0)], Vec::new());
        history.take(&[task("a", 5.0), task("new", 3.0), (GroupKind::Fd, "socket".into(), 9.0)], Vec::new());
        let expected = [("new", 3.0, 3.0), ("socket", 9.0, 0.0), ("a", 5.0, 0.0), ("b", 0.0, -1.0)];
        assert_eq!(rows(&history), expected.map(|(id, count, growth)| (id.to_string(), count, growth)));
    }

    #[test]
    fn a_reading_that_holds_nothing_changes_nothing() {
        let mut history = History::default();
        history.take(&[task("a", 5.0)], Vec::new());
        history.take(&[], Vec::new());
        history.take(&[(GroupKind::Heap, "main.alloc".into(), 4096.0)], Vec::new());
        assert_eq!((rows(&history), history.readings()), (vec![("a".into(), 5.0, 0.0)], 1));
    }
}
