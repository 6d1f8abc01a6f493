//! The tasks of a group one by one: their ids, how long each waits, and how they have spent their time.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

/// One task, by the id that its runtime gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TaskId {
    /// The id.
    pub id: u64,
    /// How long it has waited, in seconds. Go says whole minutes, counts from the first collection that sees it wait,
    /// and says nothing of a goroutine that it has proven to be stuck.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_s: Option<u64>,
}

/// Those that wait longest first; among equals the one with the lowest id, which is the oldest.
pub fn sort_by_wait(ids: &mut [TaskId]) {
    ids.sort_by_key(|task| (Reverse(task.waits_s), task.id));
}

/// What was read of tasks one by one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Ids<T> {
    /// They were not asked for, or the source has none.
    #[default]
    NotRead,
    /// There are too many: to list them would stop the service for too long.
    TooMany,
    /// These.
    Read(T),
}

impl<T> Ids<T> {
    /// What was read, as something else.
    pub fn map<U>(self, to: impl FnOnce(T) -> U) -> Ids<U> {
        match self {
            Ids::NotRead => Ids::NotRead,
            Ids::TooMany => Ids::TooMany,
            Ids::Read(ids) => Ids::Read(to(ids)),
        }
    }

    /// Those of both, as `join` puts them together. Where one has too many there are too many of both.
    pub fn and(self, other: Ids<T>, join: impl FnOnce(T, T) -> T) -> Ids<T> {
        match (self, other) {
            (Ids::Read(ids), Ids::Read(more)) => Ids::Read(join(ids, more)),
            (Ids::NotRead, ids) | (ids, Ids::NotRead) => ids,
            (Ids::TooMany, _) | (_, Ids::TooMany) => Ids::TooMany,
        }
    }

    /// What was read, if anything.
    pub fn as_read(&self) -> Option<&T> {
        match self {
            Ids::Read(ids) => Some(ids),
            Ids::NotRead | Ids::TooMany => None,
        }
    }

    /// Whether nothing is known of them.
    pub fn is_not_read(&self) -> bool {
        matches!(self, Ids::NotRead)
    }
}

/// How the tasks of a group have spent their time since they were spawned, all together, and how many of them look
/// wrong; only where the runtime says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TaskTimes {
    /// Seconds in which a worker polled them.
    pub busy_s: f64,
    /// Seconds in which they were woken and waited for a worker.
    pub scheduled_s: f64,
    /// Seconds in which they waited to be woken.
    pub idle_s: f64,
    /// How often they were polled.
    pub polls: u64,
    /// Those that nothing can wake, since no waker is left.
    pub lost_waker: u64,
    /// Those that have run for a second or more without yielding once.
    pub never_yielded: u64,
    /// Those that woke themselves in more than half of all cases.
    pub self_woken: u64,
    /// Bytes of the largest of their futures; 0 where the runtime does not say.
    #[serde(default)]
    pub future_bytes: u64,
    /// Those whose future is so large that the runtime has moved it to the heap.
    #[serde(default)]
    pub boxed_futures: u64,
}

impl TaskTimes {
    /// Those of both.
    pub fn and(self, other: TaskTimes) -> TaskTimes {
        TaskTimes {
            busy_s: self.busy_s + other.busy_s,
            scheduled_s: self.scheduled_s + other.scheduled_s,
            idle_s: self.idle_s + other.idle_s,
            polls: self.polls.saturating_add(other.polls),
            lost_waker: self.lost_waker.saturating_add(other.lost_waker),
            never_yielded: self.never_yielded.saturating_add(other.never_yielded),
            self_woken: self.self_woken.saturating_add(other.self_woken),
            future_bytes: self.future_bytes.max(other.future_bytes),
            boxed_futures: self.boxed_futures.saturating_add(other.boxed_futures),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ids_of_two_are_those_of_both_unless_one_has_too_many() {
        let read = |ids: &[u64]| Ids::Read(ids.to_vec());
        let both = |one: Ids<Vec<u64>>, other| one.and(other, |ids, more| [ids, more].concat());
        assert_eq!(both(read(&[1]), read(&[2])), read(&[1, 2]));
        assert_eq!(both(Ids::NotRead, read(&[2])), read(&[2]));
        assert_eq!(both(read(&[1]), Ids::NotRead), read(&[1]));
        assert_eq!(both(read(&[1]), Ids::TooMany), Ids::TooMany);
        assert_eq!(both(Ids::TooMany, read(&[2])), Ids::TooMany);
    }
}
