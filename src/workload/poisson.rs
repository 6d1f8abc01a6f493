//! A Poisson process whose rate may change: arrivals as from independent users.
//!
//! The process has rate one on its own time axis, and the inverse of the cumulative rate maps that to the clock
//! (E. Çınlar, Introduction to Stochastic Processes, 1975, chapter 4: a non-stationary Poisson process by inversion).
//!
//! Its arrivals are not summed gap by gap: counting those of a day would mean drawing them all. Given how many there
//! are in a stretch, they lie in it independently and uniformly (J. F. C. Kingman, Poisson Processes, 1993, section
//! 2.4). So the whole gets its count from the Poisson distribution, each half of a stretch a binomial share of the
//! stretch's, and a stretch too short to halve gets its arrivals at random. Each draw is seeded by its place: any
//! arrival, and the count by any time, is found in as many steps as there are halvings; only the last short stretch is
//! kept; and every caller gets the same answer.

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use rand_distr::{Binomial, Distribution, Poisson};

/// All runs draw their arrivals from this seed: two runs of one plan can be compared, and all cycles of a run have the
/// same arrivals.
const SEED: u64 = 1;
/// A stretch is halved until it expects no more than this.
const LEAF_ARRIVALS: f64 = 64.0;

/// The arrivals in a time that expects `length` of them.
#[derive(Debug, Clone)]
pub(super) struct PoissonProcess {
    length: f64,
    total: u64,
    halvings: u32,
    leaf: Option<Leaf>,
}

/// A stretch that is not halved any more.
#[derive(Debug, Clone)]
struct Leaf {
    index: u64,
    /// Arrivals before it.
    before: u64,
    /// Its own, in order.
    at: Vec<f64>,
}

impl PoissonProcess {
    pub(super) fn new(length: f64) -> PoissonProcess {
        let halvings = (length / LEAF_ARRIVALS).log2().ceil().clamp(0.0, 60.0) as u32;
        // there is a distribution for every mean above zero
        let total = Poisson::new(length).map_or(0, |p| p.sample(&mut seeded_rng(0, 0)) as u64);
        PoissonProcess { length, total, halvings, leaf: None }
    }

    /// How many arrivals there are in all.
    pub(super) fn total(&self) -> u64 {
        self.total
    }

    /// Where the n-th arrival (from 0) is, between 0 and the length; none behind the last.
    pub(super) fn place_of(&mut self, n: u64) -> Option<f64> {
        if n >= self.total {
            return None;
        }
        let kept = |leaf: &Leaf| n.checked_sub(leaf.before).is_some_and(|i| i < leaf.at.len() as u64);
        if !self.leaf.as_ref().is_some_and(kept) {
            self.descend(|_, left_ends_with| n < left_ends_with);
        }
        let leaf = self.leaf.as_ref()?;
        leaf.at.get((n - leaf.before) as usize).copied()
    }

    /// How many arrivals there are up to and including this place.
    pub(super) fn count_by(&mut self, place: f64) -> u64 {
        if place >= self.length {
            return self.total;
        }
        let index = ((place / self.leaf_length()) as u64).min((1 << self.halvings) - 1);
        if self.leaf.as_ref().is_none_or(|leaf| leaf.index != index) {
            self.descend(|right_begins, _| index < right_begins);
        }
        self.leaf.as_ref().map_or(0, |leaf| leaf.before + leaf.at.partition_point(|at| *at <= place) as u64)
    }

    fn leaf_length(&self) -> f64 {
        self.length / (1_u64 << self.halvings) as f64
    }

    /// From the whole down to a leaf: of each stretch goes left or right by the leaf with which the right half
    /// begins, and by how many arrivals there are up to the end of the left one.
    fn descend(&mut self, goes_left: impl Fn(u64, u64) -> bool) {
        let (mut index, mut before, mut count) = (0_u64, 0, self.total);
        for level in 1..=self.halvings {
            let left = Binomial::new(count, 0.5).map_or(0, |b| b.sample(&mut seeded_rng(level, index)));
            let right_begins = (2 * index + 1) << (self.halvings - level);
            if goes_left(right_begins, before + left) {
                (index, count) = (2 * index, left);
            } else {
                (index, before, count) = (2 * index + 1, before + left, count - left);
            }
        }
        let (from, length) = (index as f64 * self.leaf_length(), self.leaf_length());
        let mut rng = seeded_rng(self.halvings + 1, index);
        let mut at = self.leaf.take().map_or_else(Vec::new, |leaf| leaf.at);
        at.clear();
        at.extend((0..count).map(|_| from + length * rng.random::<f64>()));
        at.sort_unstable_by(f64::total_cmp);
        self.leaf = Some(Leaf { index, before, at });
    }
}

/// A generator for one stretch: level and index go into the seed, which the generator scrambles.
fn seeded_rng(level: u32, index: u64) -> SmallRng {
    SmallRng::seed_from_u64(SEED ^ (u64::from(level) << 58) ^ index)
}

#[cfg(test)]
mod tests;
