//! Heap in use by the stack that allocated it, as one reading tells it: bounded, and each stack described once a run.
//!
//! Comes in: the stacks of a page, most bytes first, and the bytes of all others. Goes out: counts of groups, and who of
//! them is new.

use std::collections::HashSet;

use super::Reading;
use crate::evidence::{GroupKind, TaskGroup};

/// Heap stacks in one reading.
const MOST_STACKS: usize = 64;
/// Heap stacks described in one run.
const MOST_TOLD: usize = 1_024;

/// Heap in use that one stack allocated.
#[derive(Debug, Clone, PartialEq)]
pub struct HeapStack {
    /// Who; of kind heap.
    pub group: TaskGroup,
    /// Estimated bytes in use.
    pub bytes: f64,
}

/// Who has been described so far.
#[derive(Debug, Default)]
pub struct HeapTold(HashSet<String>);

impl HeapTold {
    /// A reading of these.
    pub fn reading(&mut self, stacks: Vec<HeapStack>, mut others: f64) -> Reading {
        let mut reading = Reading::default();
        for (rank, stack) in stacks.into_iter().enumerate() {
            let id = stack.group.id.clone();
            let known = self.0.contains(&id);
            if rank >= MOST_STACKS || (!known && self.0.len() >= MOST_TOLD) {
                others += stack.bytes;
                continue;
            }
            if !known {
                self.0.insert(id.clone());
                reading.new_groups.push(stack.group);
            }
            reading.groups.push((GroupKind::Heap, id, stack.bytes.round()));
        }
        if others > 0.0 {
            reading.groups.push((GroupKind::Heap, "@others".into(), others.round()));
        }
        reading
    }
}
