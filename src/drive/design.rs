//! Which kind each request is of: blocks of a second or so whose mixes differ while the ratio over the run holds.
//!
//! Comes in: the number of requests of a load, the share of each kind, and a seed. Goes out: for the n-th request that is
//! due what it is, and how many of each there are before it. A kind is a named request or a way to misbehave; what is of
//! none is the base, the commonest request. Pure arithmetic; the same seed deals the same.
//!
//! Under a constant mix everything grows in proportion, and nobody could say which kind leaks. So each is dealt to
//! about a third of the blocks and in those three times as often, drawn at random and independently of the others: a
//! randomised block design with the run as its own control (R. A. Fisher, The Design of Experiments, 1935, chapter IV).
//! Blocks form groups, and each group has exactly its share of every kind, so that a run which ends early is balanced
//! too. Warm-up has the constant mix, and so has all of a load that blocks would not fit.

use std::ops::Range;

use rand::rngs::SmallRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};

/// A kind is dealt to this share of the blocks, where its ratio leaves room for that.
pub(super) const ON: f64 = 1.0 / 3.0;
/// So much of a block need not be of the base, or more where the kinds together are more than this.
const MOST: f64 = 0.9;
/// Blocks in a group: enough for every kind to be in a dozen, few enough that a run has whole ones.
const GROUP: u64 = 40;
/// Requests of a constant mix that are dealt at a time.
const ROUND: u64 = 50;

/// The deal of one load.
#[derive(Debug, Clone)]
pub struct Design {
    shares: Vec<f64>,
    seed: u64,
    /// Where steady begins, and the load ends, as numbers of requests.
    first_steady: u64,
    total: u64,
    /// What is dealt at a time where the mix is constant.
    round: u64,
    /// How many of each kind warm-up has.
    warm: Vec<u64>,
    /// Blocks in steady, and groups of them.
    blocks: u64,
    groups: u64,
    /// The number of the first block: those of the loads before have their own.
    first_block: u32,
    group: Option<(u64, Vec<Vec<u64>>)>,
    dealt: Option<Dealt>,
}

/// The requests of one block, or of as much of warm-up.
#[derive(Debug, Clone)]
struct Dealt {
    from: u64,
    to: u64,
    /// For each request the number of its kind.
    kinds: Vec<Option<u8>>,
    /// How many of each kind there were before.
    before: Vec<u64>,
    /// Which block; none in warm-up.
    block: Option<u32>,
}

/// A share of a number, so that the shares of all stretches add up to that of the whole.
fn share_of(share: f64, n: u64) -> u64 {
    (share * n as f64 + 0.5) as u64
}

impl Dealt {
    /// How many of each kind there are by its end.
    fn counts(&self) -> Vec<u64> {
        let mut counts = self.before.clone();
        self.kinds.iter().flatten().for_each(|kind| counts[usize::from(*kind)] += 1);
        counts
    }
}

impl Design {
    /// A deal of requests 0 to `total`, of which those from `first_steady` on are judged, with blocks of about `size`.
    pub fn new(
        shares: &[f64],
        first_steady: u64,
        total: u64,
        size: u64,
        seed: u64,
        first_block: u32,
    ) -> Design {
        let size = size.max(1);
        let steady = total.saturating_sub(first_steady);
        let blocks = (steady as f64 / size as f64).round().max(1.0) as u64;
        let groups = (blocks as f64 / GROUP as f64).round().max(1.0) as u64;
        // so many that the counts of all kinds, each rounded by itself, leave something to the base
        let base = (1.0 - shares.iter().sum::<f64>()).max(0.01);
        let round = size.max(((shares.len() + 1) as f64 / base).ceil() as u64);
        let mut design = Design {
            shares: shares.to_vec(),
            seed,
            first_steady,
            total,
            round,
            warm: vec![0; shares.len()],
            blocks,
            groups,
            first_block,
            group: None,
            dealt: None,
        };
        if first_steady > 0 && first_steady < total {
            design.warm = design.warm(first_steady - 1).counts();
        }
        design
    }

    /// A deal of as many requests as there may be in a constant mix, without blocks.
    pub fn constant(shares: &[f64]) -> Design {
        Design::new(shares, u64::MAX, u64::MAX, ROUND, 0, 0)
    }

    /// Blocks in steady.
    pub fn blocks(&self) -> u32 {
        if self.first_steady == self.total { 0 } else { u32::try_from(self.blocks).unwrap_or(u32::MAX) }
    }

    /// What the n-th request is: the number of its kind, none where it is of the base.
    pub fn kind(&mut self, n: u64) -> Option<usize> {
        let dealt = self.deal(n);
        dealt.kinds[(n - dealt.from) as usize].map(usize::from)
    }

    /// The block it belongs to; none in warm-up.
    pub fn block(&mut self, n: u64) -> Option<u32> {
        self.deal(n).block
    }

    /// How many of the first `n` requests are of these kinds.
    pub fn before(&mut self, n: u64, kinds: Range<usize>) -> u64 {
        if self.total == 0 {
            return 0;
        }
        let dealt = self.deal(n.min(self.total));
        let within = &dealt.kinds[..(n.min(dealt.to) - dealt.from) as usize];
        let held = within.iter().flatten().filter(|kind| kinds.contains(&usize::from(**kind))).count();
        dealt.before[kinds.clone()].iter().sum::<u64>() + held as u64
    }

    /// Tells of a range of requests how many there are of each kind in each block. Takes as long as there are requests.
    pub fn each(&mut self, range: Range<u64>, mut tell: impl FnMut(Option<usize>, Option<u32>, u64)) {
        let mut from = range.start;
        let end = range.end.min(self.total);
        let mut counts = vec![0_u64; self.shares.len() + 1];
        while from < end {
            let dealt = self.deal(from);
            let to = dealt.to.min(end);
            let base = counts.len() - 1;
            for kind in &dealt.kinds[(from - dealt.from) as usize..(to - dealt.from) as usize] {
                counts[kind.map_or(base, usize::from)] += 1;
            }
            for (kind, n) in counts.iter_mut().enumerate().filter(|(_, n)| **n > 0) {
                tell(Some(kind).filter(|kind| *kind < base), dealt.block, std::mem::take(n));
            }
            from = to;
        }
    }

    /// The block that holds the n-th request, dealt out.
    fn deal(&mut self, n: u64) -> &Dealt {
        let n = n.min(self.total.saturating_sub(1));
        let holds = |dealt: &Dealt| (dealt.from..dealt.to).contains(&n);
        let kept = self.dealt.take().filter(holds);
        let dealt = kept.unwrap_or_else(|| if n < self.first_steady { self.warm(n) } else { self.steady(n) });
        self.dealt.insert(dealt)
    }

    fn warm(&self, n: u64) -> Dealt {
        let from = n - n % self.round;
        let before: Vec<u64> = self.shares.iter().map(|share| share_of(*share, from)).collect();
        let whole = from.saturating_add(self.round);
        let counts: Vec<u64> =
            self.shares.iter().zip(&before).map(|(share, before)| share_of(*share, whole) - before).collect();
        let mut kinds = interleaved(&counts, self.round);
        // the last one ends where steady begins
        let to = whole.min(self.first_steady);
        kinds.truncate((to - from) as usize);
        Dealt { from, to, kinds, before, block: None }
    }

    fn steady(&mut self, n: u64) -> Dealt {
        let steady = self.total - self.first_steady;
        // the block whose first request is the last one not behind this
        let at = n - self.first_steady;
        let mut block = (u128::from(at) * u128::from(self.blocks) / u128::from(steady)) as u64;
        while block + 1 < self.blocks && self.starts(block + 1) <= n {
            block += 1;
        }
        let group = self.group_of(block);
        if self.group.as_ref().is_none_or(|(known, _)| *known != group) {
            self.group = Some((group, self.draw(group)));
        }
        let (from, to) = (self.starts(block), self.starts(block + 1));
        let first = self.group_starts(group);
        let mut before: Vec<u64> =
            self.shares.iter().zip(&self.warm).map(|(s, warm)| warm + self.dealt_by(*s, first)).collect();
        let counts = match &self.group {
            Some((_, counts)) => {
                for earlier in &counts[..(block - first) as usize] {
                    before.iter_mut().zip(earlier).for_each(|(sum, n)| *sum += n);
                }
                counts[(block - first) as usize].clone()
            }
            None => vec![0; self.shares.len()],
        };
        let number = self.first_block.saturating_add(u32::try_from(block).unwrap_or(u32::MAX));
        Dealt { from, to, kinds: interleaved(&counts, to - from), before, block: Some(number) }
    }

    /// The first request of a block.
    fn starts(&self, block: u64) -> u64 {
        let steady = self.total - self.first_steady;
        self.first_steady + (u128::from(steady) * u128::from(block) / u128::from(self.blocks)) as u64
    }

    /// The first block of a group.
    fn group_starts(&self, group: u64) -> u64 {
        (u128::from(self.blocks) * u128::from(group) / u128::from(self.groups)) as u64
    }

    fn group_of(&self, block: u64) -> u64 {
        let mut group = (u128::from(block) * u128::from(self.groups) / u128::from(self.blocks)) as u64;
        while group + 1 < self.groups && self.group_starts(group + 1) <= block {
            group += 1;
        }
        group
    }

    /// How many of a kind are dealt in steady before a block that begins a group.
    fn dealt_by(&self, share: f64, block: u64) -> u64 {
        share_of(share, self.starts(block) - self.first_steady)
    }

    /// For each block of a group how many there are of each kind.
    fn draw(&self, group: u64) -> Vec<Vec<u64>> {
        let (first, end) = (self.group_starts(group), self.group_starts(group + 1));
        let count = (end - first) as usize;
        let mut rng = SmallRng::seed_from_u64(self.seed ^ (group + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let size = |block: u64| self.starts(block + 1) - self.starts(block);
        let most = MOST.max((1.0 + self.shares.iter().sum::<f64>()) / 2.0);
        let mut room: Vec<u64> = (first..end).map(|block| (size(block) as f64 * most) as u64).collect();
        let mut counts = vec![vec![0; self.shares.len()]; count];
        // whoever comes first finds all blocks empty, so the order is drawn as well
        let mut order: Vec<usize> = (0..self.shares.len()).collect();
        order.shuffle(&mut rng);
        for kind in order {
            let share = self.shares[kind];
            let mut left = self.dealt_by(share, end) - self.dealt_by(share, first);
            let on = ((count as f64 * ON).round() as u64).max(1);
            let each = left.div_ceil(on).max(1);
            let mut blocks: Vec<usize> = (0..count).collect();
            blocks.shuffle(&mut rng);
            // a second round for what found no room in the first
            for most in [each, u64::MAX] {
                for block in &blocks {
                    let n = left.min(most).min(room[*block]);
                    counts[*block][kind] += n;
                    room[*block] -= n;
                    left -= n;
                }
            }
        }
        counts
    }
}

/// Spreads so many of each kind evenly over a block: at each place whoever is furthest behind.
fn interleaved(counts: &[u64], size: u64) -> Vec<Option<u8>> {
    let normal = size.saturating_sub(counts.iter().sum());
    let weights: Vec<i64> =
        counts.iter().chain([&normal]).map(|n| i64::try_from(*n).unwrap_or(i64::MAX / 4)).collect();
    let all: i64 = weights.iter().sum();
    // kinds begin apart, or rare ones would all stand in the middle
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

    const HOSTILE: [f64; 10] = [0.05; 10];

    fn counts(design: &mut Design, from: u64, to: u64, kinds: usize) -> Vec<u64> {
        let mut counts = vec![0; kinds];
        (from..to).filter_map(|n| design.kind(n)).for_each(|kind| counts[kind] += 1);
        counts
    }

    #[test]
    fn ratios_hold_over_the_run_and_over_warm_up_within_one_in_a_hundred() {
        for (shares, total) in [(&HOSTILE[..], 4800), (&[0.3, 0.02][..], 6100), (&[0.4, 0.4][..], 3007)] {
            let mut design = Design::new(shares, 600, total, 50, 7, 0);
            for (from, to) in [(0, 600), (600, total)] {
                for (n, share) in counts(&mut design, from, to, shares.len()).iter().zip(shares) {
                    let due = share * (to - from) as f64;
                    assert!((*n as f64 - due).abs() <= (0.01 * due).max(1.0), "{n} of {due}");
                }
            }
        }
    }

    #[test]
    fn blocks_differ_and_each_behaviour_is_on_in_a_third_of_them() {
        let mut design = Design::new(&HOSTILE, 0, 4200, 50, 7, 100);
        assert_eq!(design.blocks(), 84);
        for kind in 0..10 {
            let of_block: Vec<u64> =
                (0..84).map(|b| counts(&mut design, b * 50, (b + 1) * 50, 10)[kind]).collect();
            let on = of_block.iter().filter(|n| **n > 0).count();
            assert!((24..=34).contains(&on), "{of_block:?}");
        }
        assert_eq!((design.block(0), design.block(4199)), (Some(100), Some(183)));
    }

    #[test]
    fn what_misbehaves_before_is_the_sum_of_what_was_dealt() {
        let mut design = Design::new(&HOSTILE, 130, 4321, 33, 7, 0);
        let mut one_by_one = design.clone();
        let mut sum = 0;
        for n in 0..4321 {
            if n % 97 == 0 || n == 130 {
                assert_eq!(design.before(n, 0..10), sum, "{n}");
            }
            sum += u64::from(one_by_one.kind(n).is_some());
        }
        assert_eq!(design.before(4321, 0..10), sum);
    }

    #[test]
    fn the_same_seed_deals_the_same_and_another_another() {
        let dealt = |seed: u64| -> Vec<Option<usize>> {
            let mut design = Design::new(&HOSTILE, 10, 1000, 50, seed, 0);
            (0..1000).map(|n| design.kind(n)).collect()
        };
        assert_eq!(dealt(3), dealt(3));
        assert_ne!(dealt(3), dealt(4));
    }

    #[test]
    fn a_block_spreads_what_it_has() {
        let dealt = interleaved(&[10, 5], 50);
        let at: Vec<usize> = (0..50).filter(|i| dealt[*i] == Some(0)).collect();
        assert_eq!(at.len(), 10);
        assert!(at.windows(2).all(|w| w[1] - w[0] <= 10), "{at:?}");
    }

    #[test]
    fn weights_hold_over_a_run_over_its_groups_and_where_the_mix_is_constant() {
        let many = [1.0 / 64.0; 63];
        for (shares, size) in [(&[0.3, 0.2][..], 100), (&many[..], 320), (&[0.5][..], 10)] {
            let total = 1010 + 200 * size;
            for mut design in [Design::new(shares, 1010, total, size, 1, 0), Design::constant(shares)] {
                let mut before = 0;
                for to in [1010, 1010 + 40 * size, total] {
                    for (kind, share) in shares.iter().enumerate() {
                        let (n, due) = (design.before(to, kind..kind + 1), share * to as f64);
                        assert!(
                            (n as f64 - due).abs() <= (0.01 * due).max(1.5),
                            "{kind} by {to}: {n} of {due}"
                        );
                    }
                    let mut told = 0;
                    design.each(before..to, |_, _, n| told += n);
                    assert_eq!(told, to - before);
                    before = to;
                }
                assert_eq!(design.blocks(), if design.first_steady == u64::MAX { 0 } else { 200 });
            }
        }
    }

    #[test]
    fn what_is_told_of_a_range_is_what_was_dealt_in_it() {
        let mut design = Design::new(&[0.3, 0.2], 130, 4321, 33, 7, 5);
        let mut told = std::collections::BTreeMap::new();
        for (from, to) in [(0, 77), (77, 1000), (1000, 9999)] {
            design.each(from..to, |kind, block, n| *told.entry((kind, block)).or_default() += n);
        }
        let mut dealt = std::collections::BTreeMap::new();
        for n in 0..4321 {
            *dealt.entry((design.kind(n), design.block(n))).or_insert(0) += 1;
        }
        assert_eq!(told, dealt);
    }

    #[test]
    fn a_tiny_load_is_dealt_too() {
        let mut design = Design::new(&[0.5], 0, 3, 10, 1, 0);
        assert_eq!(counts(&mut design, 0, 3, 1), [2]);
        assert_eq!(Design::new(&[0.5], 0, 0, 10, 1, 0).before(0, 0..1), 0);
    }
}
