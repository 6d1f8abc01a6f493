//! Groups as one reading holds them: bounded, and each described once per run.
//!
//! Comes in: groups, the largest first, and what all others hold together. Goes out: in a reading, how much each group
//! holds, which of them are new, and the rest as `@others`.

use std::collections::HashSet;

use crate::evidence::{GroupKind, TaskGroup};
use crate::probe::sample::Reading;

/// A group that holds less than this is not described once [`GroupBounds::freely`] are.
const WORTH_DESCRIBING: f64 = 10.0;

/// How many groups are reported.
#[derive(Debug, Clone, Copy)]
pub struct GroupBounds {
    /// In one reading.
    pub at_once: usize,
    /// In one run, whatever they hold.
    pub freely: usize,
    /// In one run, with those that hold ten or more.
    pub in_all: usize,
}

/// The groups of one kind that have been described so far.
#[derive(Debug)]
pub struct GroupRegistry {
    kind: GroupKind,
    bounds: GroupBounds,
    known: HashSet<String>,
}

impl GroupRegistry {
    /// An empty one.
    pub fn new(kind: GroupKind, bounds: GroupBounds) -> GroupRegistry {
        GroupRegistry { kind, bounds, known: HashSet::new() }
    }

    /// Puts groups into a reading: the id of each, what it holds, and how it is described where that is still to be
    /// done. An id that begins with `@` is a sum itself and is one of the others.
    pub fn report<'a, D: FnOnce() -> TaskGroup>(
        &mut self,
        reading: &mut Reading,
        groups: impl IntoIterator<Item = (&'a str, f64, D)>,
        mut others: f64,
    ) {
        for (rank, (id, holds, describe)) in groups.into_iter().enumerate() {
            let GroupBounds { at_once, freely, in_all } = self.bounds;
            let known = self.known.contains(id);
            let room = known || self.known.len() < if holds >= WORTH_DESCRIBING { in_all } else { freely };
            if rank >= at_once || !room || id.starts_with('@') {
                others += holds;
                continue;
            }
            if !known {
                self.known.insert(id.into());
                reading.new_groups.push(describe());
            }
            reading.groups.push((self.kind, id.into(), holds.round()));
        }
        if others > 0.0 {
            reading.groups.push((self.kind, "@others".into(), others.round()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(
        registry: &mut GroupRegistry,
        groups: &[(&str, f64)],
        others: f64,
    ) -> (Vec<String>, Vec<(String, f64)>) {
        let describe = |id: &str| TaskGroup {
            id: id.into(),
            kind: GroupKind::Task,
            name: id.into(),
            state: None,
            stack: Vec::new(),
            created_by: None,
        };
        let mut reading = Reading::default();
        registry.report(
            &mut reading,
            groups.iter().map(|(id, holds)| (*id, *holds, || describe(id))),
            others,
        );
        let new = reading.new_groups.into_iter().map(|group| group.id).collect();
        assert!(reading.groups.iter().all(|(kind, ..)| *kind == GroupKind::Task));
        (new, reading.groups.into_iter().map(|(_, id, holds)| (id, holds)).collect())
    }

    #[test]
    fn each_is_described_once_and_what_is_beyond_the_bounds_is_summed() {
        let mut registry =
            GroupRegistry::new(GroupKind::Task, GroupBounds { at_once: 3, freely: 2, in_all: 3 });
        let (new, groups) =
            report(&mut registry, &[("a", 9.0), ("b", 3.0), ("@others", 2.0), ("c", 1.0)], 4.0);
        assert_eq!(new, ["a", "b"]);
        assert_eq!(groups, [("a".into(), 9.0), ("b".into(), 3.0), ("@others".into(), 7.0)]);
        let (new, groups) = report(&mut registry, &[("c", 11.0), ("a", 9.0), ("d", 1.0)], 0.0);
        assert_eq!(new, ["c"], "there is room for one that holds much");
        assert_eq!(groups, [("c".into(), 11.0), ("a".into(), 9.0), ("@others".into(), 1.0)]);
        let (new, groups) = report(&mut registry, &[("d", 99.0), ("a", 9.4)], 0.0);
        assert!(new.is_empty());
        assert_eq!(groups, [("a".into(), 9.0), ("@others".into(), 99.0)]);
    }
}
