//! Heap in use by the stack that allocated it, as one reading holds it.
//!
//! Comes in: the stacks of a page, most bytes first, and the bytes of all others. Goes out: counts of groups, and which
//! of them are new.

use crate::evidence::{GroupKind, TaskGroup};
use crate::probe::group_registry::{GroupBounds, GroupRegistry};
use crate::probe::sample::Reading;

/// Heap stacks that are reported.
const GROUP_BOUNDS: GroupBounds = GroupBounds { at_once: 64, freely: 1_024, in_all: 1_024 };

/// Heap in use that one stack allocated.
#[derive(Debug, Clone, PartialEq)]
pub struct HeapStack {
    /// The stack, a group of kind heap.
    pub group: TaskGroup,
    /// Estimated bytes in use.
    pub bytes: f64,
}

/// The stacks that have been described so far.
#[derive(Debug)]
pub struct HeapGroups(GroupRegistry);

impl Default for HeapGroups {
    fn default() -> HeapGroups {
        HeapGroups(GroupRegistry::new(GroupKind::Heap, GROUP_BOUNDS))
    }
}

impl HeapGroups {
    /// A reading of these.
    pub fn reading(&mut self, stacks: &[HeapStack], others: f64) -> Reading {
        let mut reading = Reading::default();
        let each = stacks.iter().map(|s| (s.group.id.as_str(), s.bytes, || s.group.clone()));
        self.0.report(&mut reading, each, others);
        reading
    }
}
