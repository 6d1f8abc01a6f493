//! Heap in use by the stack that allocated it, as one reading tells it.
//!
//! Comes in: the stacks of a page, most bytes first, and the bytes of all others. Goes out: counts of groups, and who of
//! them is new.

use crate::evidence::{GroupKind, TaskGroup};
use crate::probe::group_registry::{Most, Told};
use crate::probe::sample::Reading;

/// Heap stacks that are told.
const MOST: Most = Most { at_once: 64, freely: 1_024, in_all: 1_024 };

/// Heap in use that one stack allocated.
#[derive(Debug, Clone, PartialEq)]
pub struct HeapStack {
    /// Who; of kind heap.
    pub group: TaskGroup,
    /// Estimated bytes in use.
    pub bytes: f64,
}

/// Who has been described so far.
#[derive(Debug)]
pub struct HeapTold(Told);

impl Default for HeapTold {
    fn default() -> HeapTold {
        HeapTold(Told::new(GroupKind::Heap, MOST))
    }
}

impl HeapTold {
    /// A reading of these.
    pub fn reading(&mut self, stacks: &[HeapStack], others: f64) -> Reading {
        let mut reading = Reading::default();
        let each = stacks.iter().map(|s| (s.group.id.as_str(), s.bytes, || s.group.clone()));
        self.0.tell(&mut reading, each, others);
        reading
    }
}
