//! Whose a number is, and what: where requests have names or misbehave, a design says of each which; two schedules then
//! share the numbers of a load, one for those that behave and one for those that do not. Where several engines send it,
//! theirs do.

use crate::drive::design::MixSchedule;
use crate::workload::{Blocks, MisbehavePlan};
use std::ops::Range;

/// What requests are counted by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::drive) struct CountKey {
    /// Which of the plan's requests, from 0.
    pub request: u8,
    /// Which block of the design, where there is one.
    pub block: Option<u32>,
}

/// Which requests of a load a schedule gives out.
#[derive(Debug, Clone)]
pub(super) enum Assignment {
    /// All, or where several engines share them this one's.
    Every(Shard),
    /// Those that behave: the base and the first so many kinds.
    Normal(MixSchedule, usize),
    /// The kinds from there on.
    Misbehaving(MixSchedule, usize),
}

impl Assignment {
    /// Whether the n-th request is one of them.
    pub(super) fn holds(&mut self, n: u64) -> bool {
        match self {
            Assignment::Every(turn) => turn.holds(n),
            Assignment::Normal(design, named) => design.kind(n).is_none_or(|kind| kind < *named),
            Assignment::Misbehaving(design, named) => design.kind(n).is_some_and(|kind| kind >= *named),
        }
    }

    /// What the n-th request is counted by.
    pub(super) fn lot(&mut self, n: u64) -> CountKey {
        match self {
            Assignment::Every(_) => CountKey::default(),
            Assignment::Normal(design, _) => {
                CountKey { request: request(design.kind(n)), block: design.block(n) }
            }
            Assignment::Misbehaving(design, _) => CountKey { request: 0, block: design.block(n) },
        }
    }

    /// Which behaviour the n-th request has, if it misbehaves.
    pub(super) fn behaviour(&mut self, n: u64) -> Option<usize> {
        match self {
            Assignment::Misbehaving(design, named) => design.kind(n)?.checked_sub(*named),
            _ => None,
        }
    }

    /// How many there are of each lot among these numbers, of those that behave.
    pub(super) fn lots(&mut self, numbers: Range<u64>, mut tell: impl FnMut(CountKey, u64)) {
        match self {
            Assignment::Every(turn) => {
                let count = turn.before(numbers.end) - turn.before(numbers.start.min(numbers.end));
                tell(CountKey::default(), count);
            }
            Assignment::Normal(design, named) => design.each(numbers, |kind, block, count| {
                if kind.is_none_or(|kind| kind < *named) {
                    tell(CountKey { request: request(kind), block }, count);
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

/// Where several engines share a load: one takes every `of`-th of its requests, beginning with number `index`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::drive) struct Shard {
    /// From 0.
    pub index: u64,
    /// How many engines, at least 1.
    pub of: u64,
}

impl Shard {
    /// The only engine.
    pub(in crate::drive) const ALL: Shard = Shard { index: 0, of: 1 };

    fn holds(self, n: u64) -> bool {
        n % self.of == self.index
    }

    /// How many of the first `n` are its own.
    pub(in crate::drive) fn before(self, n: u64) -> u64 {
        n.saturating_add(self.of - 1 - self.index) / self.of
    }
}

/// What the requests of a load are.
#[derive(Debug, Clone)]
pub(in crate::drive) struct Mix {
    /// The share of all requests, of each kind: of requests from the second on, and of behaviours.
    shares: Vec<f64>,
    /// How many of the kinds are requests.
    named: usize,
    /// How steady is cut; none where the mix is constant.
    blocks: Option<Blocks>,
}

impl Mix {
    /// Requests of these weights, the first of which is the base, and clients that misbehave beside them.
    pub(in crate::drive) fn of(
        weights: &[f64],
        misbehave: Option<&MisbehavePlan>,
        blocks: Option<Blocks>,
    ) -> Mix {
        let all: f64 = weights.iter().sum();
        let behave = 1.0 - misbehave.map_or(0.0, MisbehavePlan::share);
        let named = weights.iter().skip(1).map(|weight| behave * weight / all);
        let behaviours = misbehave.into_iter().flat_map(|plan| plan.mix.values().copied());
        let shares = named.chain(behaviours).collect();
        Mix { shares, named: weights.len().saturating_sub(1), blocks }
    }

    /// Those that behave, of a load whose design this is.
    pub(super) fn normal(&self, design: MixSchedule) -> Assignment {
        Assignment::Normal(design, self.named)
    }

    /// The others.
    pub(super) fn misbehaving(&self, design: MixSchedule) -> Assignment {
        Assignment::Misbehaving(design, self.named)
    }

    /// The design of a load of so many a second, of which the requests from `first_steady` on are judged, so many.
    pub(super) fn design(
        &self,
        per_second: Option<f64>,
        first_steady: u64,
        requests: u64,
        first_block: u32,
    ) -> MixSchedule {
        match (self.blocks, per_second) {
            (Some(blocks), Some(rate)) => {
                let layout = blocks.layout(rate, requests);
                MixSchedule::new(&self.shares, first_steady, layout, blocks.seed, first_block)
                    .with_named(self.named)
            }
            _ => MixSchedule::constant(&self.shares),
        }
    }
}
