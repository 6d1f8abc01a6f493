//! Whose a number is: where some requests misbehave, two schedules share the numbers of a load.

use std::time::Duration;

use crate::drive::misbehave::Design;

/// Which requests of a load a schedule gives out.
#[derive(Debug, Clone)]
pub(super) enum Deal {
    /// All.
    All,
    /// Those that behave.
    Normal(Design),
    /// The others.
    Misbehaving(Design),
}

impl Deal {
    /// Whether the n-th request is one of them.
    pub(super) fn holds(&mut self, n: u64) -> bool {
        match self {
            Deal::All => true,
            Deal::Normal(design) => design.kind(n).is_none(),
            Deal::Misbehaving(design) => design.kind(n).is_some(),
        }
    }

    /// How many of them there are among the first `n`.
    pub(super) fn before(&mut self, n: u64) -> u64 {
        match self {
            Deal::All => n,
            Deal::Normal(design) => n - design.misbehaving_before(n),
            Deal::Misbehaving(design) => design.misbehaving_before(n),
        }
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
