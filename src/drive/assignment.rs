//! Which requests of a load one schedule gives out, and what each of them is.
//!
//! Where requests have names or misbehave, a mix schedule says what each request is. Two schedules then share the
//! numbers of a load: one for the requests that behave, one for those that misbehave. Where several engines send a
//! load, each has a share of its numbers.

use std::ops::Range;

use super::due_request::CountKey;
use crate::workload::{MixSchedule, Shard};

/// Which requests of a load a schedule gives out.
#[derive(Debug, Clone)]
pub(super) enum Assignment {
    /// All, or one engine's share.
    Every(Shard),
    /// Those that behave: the base and the kinds below this number.
    Normal(MixSchedule, usize),
    /// Those that misbehave: the kinds from this number on.
    Misbehaving(MixSchedule, usize),
}

impl Assignment {
    /// Whether the n-th request is one of them.
    pub(super) fn holds(&mut self, n: u64) -> bool {
        match self {
            Assignment::Every(shard) => shard.holds(n),
            Assignment::Normal(mix, named) => mix.kind(n).is_none_or(|kind| kind < *named),
            Assignment::Misbehaving(mix, named) => mix.kind(n).is_some_and(|kind| kind >= *named),
        }
    }

    /// What the n-th request is counted by.
    pub(super) fn key(&mut self, n: u64) -> CountKey {
        match self {
            Assignment::Every(_) => CountKey::default(),
            Assignment::Normal(mix, _) => CountKey { request: request(mix.kind(n)), block: mix.block(n) },
            Assignment::Misbehaving(mix, _) => CountKey { request: 0, block: mix.block(n) },
        }
    }

    /// Which behaviour the n-th request has, if it misbehaves.
    pub(super) fn behaviour(&mut self, n: u64) -> Option<usize> {
        match self {
            Assignment::Misbehaving(mix, named) => mix.kind(n)?.checked_sub(*named),
            _ => None,
        }
    }

    /// How many of these numbers there are of each key, counting the requests that behave.
    pub(super) fn count_by_key(&mut self, numbers: Range<u64>, mut add: impl FnMut(CountKey, u64)) {
        match self {
            Assignment::Every(shard) => {
                let count =
                    shard.count_before(numbers.end) - shard.count_before(numbers.start.min(numbers.end));
                add(CountKey::default(), count);
            }
            Assignment::Normal(mix, named) => mix.count_kinds(numbers, |kind, block, count| {
                if kind.is_none_or(|kind| kind < *named) {
                    add(CountKey { request: request(kind), block }, count);
                }
            }),
            Assignment::Misbehaving(..) => {}
        }
    }
}

/// The first request is the base, which has no kind.
fn request(kind: Option<usize>) -> u8 {
    kind.map_or(0, |kind| u8::try_from(kind + 1).unwrap_or(u8::MAX))
}
