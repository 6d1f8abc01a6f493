//! Whose a number is: where some requests misbehave, two schedules share the numbers of a load, and where several engines
//! send it, theirs do.

use std::time::Duration;

use crate::drive::misbehave::Design;

/// Which requests of a load a schedule gives out.
#[derive(Debug, Clone)]
pub(super) enum Deal {
    /// All, or where several engines share them this one's.
    Every(Turn),
    /// Those that behave.
    Normal(Design),
    /// The others.
    Misbehaving(Design),
}

impl Deal {
    /// Whether the n-th request is one of them.
    pub(super) fn holds(&mut self, n: u64) -> bool {
        match self {
            Deal::Every(turn) => turn.holds(n),
            Deal::Normal(design) => design.kind(n).is_none(),
            Deal::Misbehaving(design) => design.kind(n).is_some(),
        }
    }

    /// How many of them there are among the first `n`.
    pub(super) fn before(&mut self, n: u64) -> u64 {
        match self {
            Deal::Every(turn) => turn.before(n),
            Deal::Normal(design) => n - design.misbehaving_before(n),
            Deal::Misbehaving(design) => design.misbehaving_before(n),
        }
    }
}

/// Where several engines share a load: one takes every `of`-th of its requests, beginning with number `index`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::drive) struct Turn {
    /// From 0.
    pub index: u64,
    /// How many engines, at least 1.
    pub of: u64,
}

impl Turn {
    /// The only engine.
    pub(in crate::drive) const ALL: Turn = Turn { index: 0, of: 1 };

    fn holds(self, n: u64) -> bool {
        n % self.of == self.index
    }

    /// How many of the first `n` are its own.
    pub(in crate::drive) fn before(self, n: u64) -> u64 {
        n.saturating_add(self.of - 1 - self.index) / self.of
    }
}

/// A mix for [`Schedule::normal`](super::Schedule::normal) and [`Schedule::misbehaving`](super::Schedule::misbehaving).
#[derive(Debug, Clone)]
pub(in crate::drive) struct Mix {
    /// The share of all requests, of each behaviour.
    pub shares: Vec<f64>,
    /// How long a block is.
    pub block: Duration,
    /// What blocks are drawn by.
    pub seed: u64,
}
