//! The values of one segment, and what several steps ask of them, worked out once.
//!
//! A day has 86,400 samples and is judged over time and, where the rate varies, over requests, too. What depends
//! on the values alone is the same on both axes.

use std::borrow::Cow;
use std::cell::OnceCell;

use super::fit::range;
use super::order::median_of;

/// Samples within which a move is abrupt.
pub(super) const ABRUPT_WITHIN: usize = 2;

/// Values in the order of time.
#[derive(Debug)]
pub(super) struct Values<'a> {
    all: Cow<'a, [f64]>,
    range: OnceCell<(f64, f64)>,
    usual_step: OnceCell<f64>,
    largest_step: OnceCell<f64>,
}

impl<'a> Values<'a> {
    pub(super) fn new(all: impl Into<Cow<'a, [f64]>>) -> Values<'a> {
        Values {
            all: all.into(),
            range: OnceCell::new(),
            usual_step: OnceCell::new(),
            largest_step: OnceCell::new(),
        }
    }

    pub(super) fn all(&self) -> &[f64] {
        &self.all
    }

    /// The smallest and the largest.
    pub(super) fn range(&self) -> (f64, f64) {
        *self.range.get_or_init(|| range(&self.all))
    }

    /// What is usual between neighbours, either way: the median.
    pub(super) fn usual_step(&self) -> f64 {
        *self.usual_step.get_or_init(|| median_of(self.moves(1)))
    }

    /// The largest move within [`ABRUPT_WITHIN`] samples, either way.
    pub(super) fn largest_step(&self) -> f64 {
        let moves = || (1..=ABRUPT_WITHIN).flat_map(|apart| self.moves(apart));
        *self.largest_step.get_or_init(|| moves().fold(0.0, f64::max))
    }

    /// The sizes of the moves from each value to the one so many samples later.
    fn moves(&self, apart: usize) -> impl Iterator<Item = f64> {
        self.all.iter().zip(&self.all[apart.min(self.all.len())..]).map(|(a, b)| (b - a).abs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_between_neighbours_and_the_largest_within_two() {
        let values = Values::new(vec![1.0, 2.0, 4.0, 4.5, -1.0]);
        assert_eq!((values.usual_step(), values.largest_step()), (1.5, 5.5));
        assert_eq!(values.range(), (-1.0, 4.5));
        assert!(Values::new(vec![1.0]).usual_step().is_nan());
    }
}
