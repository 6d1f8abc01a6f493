//! How the requests of one block are ordered.

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

/// Spreads the counts of each kind evenly over a block of `size` requests: each place gets the kind that is furthest
/// behind. None stands for the base.
pub(super) fn interleave(counts: &[u64], size: u64) -> Vec<Option<u8>> {
    let normal = size.saturating_sub(counts.iter().sum());
    let weights: Vec<i64> =
        counts.iter().chain([&normal]).map(|n| i64::try_from(*n).unwrap_or(i64::MAX / 4)).collect();
    let all: i64 = weights.iter().sum();
    // kinds begin apart, or rare ones would all be in the middle
    let mut rng = SmallRng::seed_from_u64(counts.iter().fold(size, |hash, n| hash.wrapping_mul(31) + n));
    let mut behind: Vec<i64> = weights.iter().map(|w| rng.random_range(0..=(*w).max(1)) - w / 2).collect();
    let mut left = weights.clone();
    (0..size)
        .map(|_| {
            behind.iter_mut().zip(&weights).for_each(|(behind, weight)| *behind += weight);
            let next = (0..left.len()).filter(|i| left[*i] > 0).max_by_key(|i| behind[*i])?;
            behind[next] -= all;
            left[next] -= 1;
            (next < counts.len()).then_some(next as u8)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_spreads_what_it_has() {
        let dealt = interleave(&[10, 5], 50);
        let at: Vec<usize> = (0..50).filter(|i| dealt[*i] == Some(0)).collect();
        assert_eq!(at.len(), 10);
        assert!(at.windows(2).all(|w| w[1] - w[0] <= 10), "{at:?}");
    }
}
