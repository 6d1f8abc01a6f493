//! Which kind each request is of: blocks of about a second whose mixes differ, while the ratio over the run holds.
//!
//! Comes in: the number of requests of a load, the share of each kind, and a seed. Goes out: the kind of the n-th
//! request, and the counts by kind of a range of requests. A kind is a named request or a way to misbehave; a request
//! of no kind is the base, the most common request. Pure arithmetic; the same seed gives the same schedule.
//!
//! Under a constant mix everything grows in proportion, and growth cannot be attributed to a kind. So each kind is
//! dealt to about a third of the blocks and there three times as often, drawn at random and independently of the
//! others: a randomised block design with the run as its own control (R. A. Fisher, The Design of Experiments, 1935,
//! chapter IV). Named requests are dealt less sharply, half of them to every block. Blocks form groups, and each group
//! has exactly its share of every kind, so that a run that ends early is balanced too. Warm-up has the constant mix,
//! and so has a load that is too short for blocks.

use std::ops::Range;

use rand::SeedableRng;
use rand::rngs::SmallRng;
use rand::seq::SliceRandom;

use super::Layout;
use super::interleave::interleave;

/// A kind is dealt to this share of the blocks, where its ratio leaves room for that.
pub const BLOCKS_ON: f64 = 1.0 / 3.0;
/// The kinds may fill this share of a block, or more where their shares add up to more.
const MOST_OF_BLOCK: f64 = 0.9;
/// Blocks in a group: few enough that growth caused by one kind still rises in a straight line, so that the trend of
/// the whole run is as certain as under a constant mix.
const BLOCKS_PER_GROUP: u64 = 6;
/// This share of a named request is in every block, and only the rest is dealt to some blocks: one request may cause
/// all of a service's growth, and this way the trend of the run stays a line while the request's part is still known
/// within a few per cent. Requests that misbehave are rare and dealt only to some blocks.
const EVEN_SHARE: f64 = 0.5;
/// Requests of a constant mix that are dealt at a time.
const CONSTANT_ROUND: u64 = 50;

/// The mix schedule of one load.
#[derive(Debug, Clone)]
pub struct MixSchedule {
    shares: Vec<f64>,
    /// The kinds below this number have a part in every block.
    named: usize,
    seed: u64,
    /// The number of the request with which steady begins.
    first_steady: u64,
    /// How steady is cut.
    layout: Layout,
    /// How many requests are dealt at a time where the mix is constant.
    round: u64,
    /// Groups of blocks.
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
    /// Which block; none in warm-up.
    block: Option<u32>,
}

impl MixSchedule {
    /// The schedule of a load whose requests from `first_steady` on are judged, and cut by this layout.
    pub fn new(
        shares: &[f64],
        first_steady: u64,
        layout: Layout,
        seed: u64,
        first_block: u32,
    ) -> MixSchedule {
        let groups = (f64::from(layout.count) / BLOCKS_PER_GROUP as f64).round().max(1.0) as u64;
        // so many that the counts of all kinds, each rounded by itself, leave something to the base
        let base = (1.0 - shares.iter().sum::<f64>()).max(0.01);
        let round = layout.size.max(((shares.len() + 1) as f64 / base).ceil() as u64);
        MixSchedule {
            shares: shares.to_vec(),
            named: 0,
            seed,
            first_steady,
            layout,
            round,
            groups,
            first_block,
            group: None,
            dealt: None,
        }
    }

    /// The same, where the kinds below `named` are named requests and do not misbehave.
    pub fn with_named(self, named: usize) -> MixSchedule {
        MixSchedule { named, ..self }
    }

    /// A constant mix without blocks, for any number of requests.
    pub fn constant(shares: &[f64]) -> MixSchedule {
        MixSchedule::new(shares, u64::MAX, Layout::new(0, CONSTANT_ROUND), 0, 0)
    }

    /// Blocks in steady.
    pub fn blocks(&self) -> u32 {
        if self.layout.requests == 0 { 0 } else { self.layout.count }
    }

    /// The kind of the n-th request; none for the base.
    pub fn kind(&mut self, n: u64) -> Option<usize> {
        let dealt = self.deal(n);
        dealt.kinds[(n - dealt.from) as usize].map(usize::from)
    }

    /// The block it belongs to; none in warm-up.
    pub fn block(&mut self, n: u64) -> Option<u32> {
        self.deal(n).block
    }

    /// Counts the requests of a range by kind and block. Takes time in proportion to the range.
    pub fn count_kinds(&mut self, range: Range<u64>, mut add: impl FnMut(Option<usize>, Option<u32>, u64)) {
        let mut from = range.start;
        let end = range.end.min(self.total());
        let mut counts = vec![0_u64; self.shares.len() + 1];
        while from < end {
            let dealt = self.deal(from);
            let to = dealt.to.min(end);
            let base = counts.len() - 1;
            for kind in &dealt.kinds[(from - dealt.from) as usize..(to - dealt.from) as usize] {
                counts[kind.map_or(base, usize::from)] += 1;
            }
            for (kind, n) in counts.iter_mut().enumerate().filter(|(_, n)| **n > 0) {
                add(Some(kind).filter(|kind| *kind < base), dealt.block, std::mem::take(n));
            }
            from = to;
        }
    }

    /// All requests of the load.
    fn total(&self) -> u64 {
        self.first_steady.saturating_add(self.layout.requests)
    }

    /// How many blocks there are.
    fn count(&self) -> u64 {
        u64::from(self.layout.count)
    }

    /// The block that holds the n-th request, dealt out.
    fn deal(&mut self, n: u64) -> &Dealt {
        let n = n.min(self.total().saturating_sub(1));
        let holds = |dealt: &Dealt| (dealt.from..dealt.to).contains(&n);
        let kept = self.dealt.take().filter(holds);
        let dealt = kept.unwrap_or_else(|| if n < self.first_steady { self.warm(n) } else { self.steady(n) });
        self.dealt.insert(dealt)
    }

    fn warm(&self, n: u64) -> Dealt {
        let from = n - n % self.round;
        let by = |n: u64| (0..self.shares.len()).map(move |kind| self.share(kind, n));
        let whole = from.saturating_add(self.round);
        let counts: Vec<u64> = by(whole).zip(by(from)).map(|(by, before)| by - before).collect();
        let mut kinds = interleave(&counts, self.round);
        // the last one ends where steady begins
        let to = whole.min(self.first_steady);
        kinds.truncate((to - from) as usize);
        Dealt { from, to, kinds, block: None }
    }

    fn steady(&mut self, n: u64) -> Dealt {
        // the block whose first request is the last one not behind this
        let at = n - self.first_steady;
        let steady = u128::from(self.layout.requests);
        let mut block = (u128::from(at) * u128::from(self.count()) / steady) as u64;
        while block + 1 < self.count() && self.starts(block + 1) <= n {
            block += 1;
        }
        let group = self.group_of(block);
        if self.group.as_ref().is_none_or(|(known, _)| *known != group) {
            self.group = Some((group, self.draw(group)));
        }
        let (from, to) = (self.starts(block), self.starts(block + 1));
        let within = (block - self.group_starts(group)) as usize;
        let counts = self.group.as_ref().map_or(&[][..], |(_, counts)| &counts[within]);
        let number = self.first_block.saturating_add(u32::try_from(block).unwrap_or(u32::MAX));
        Dealt { from, to, kinds: interleave(counts, to - from), block: Some(number) }
    }

    /// The first request of a block.
    fn starts(&self, block: u64) -> u64 {
        self.first_steady + self.layout.before(block)
    }

    /// The first block of a group.
    fn group_starts(&self, group: u64) -> u64 {
        (u128::from(self.count()) * u128::from(group) / u128::from(self.groups)) as u64
    }

    fn group_of(&self, block: u64) -> u64 {
        let mut group = (u128::from(block) * u128::from(self.groups) / u128::from(self.count())) as u64;
        while group + 1 < self.groups && self.group_starts(group + 1) <= block {
            group += 1;
        }
        group
    }

    /// How many of a kind are dealt in steady before a block that begins a group.
    fn dealt_by(&self, kind: usize, block: u64) -> u64 {
        self.share(kind, self.layout.before(block))
    }

    /// A kind's share of so many, such that the shares of all stretches add up to that of the whole. Kinds of the same
    /// share are rounded up one after the other, or now and then there would be more of them than there are requests.
    fn share(&self, kind: usize, n: u64) -> u64 {
        let phase = (kind as f64 + 0.5) / self.shares.len() as f64;
        (self.shares[kind] * n as f64 + phase) as u64
    }

    /// For each block of a group how many there are of each kind.
    fn draw(&self, group: u64) -> Vec<Vec<u64>> {
        let (first, end) = (self.group_starts(group), self.group_starts(group + 1));
        let count = (end - first) as usize;
        let mut rng = SmallRng::seed_from_u64(self.seed ^ (group + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let size = |block: u64| self.starts(block + 1) - self.starts(block);
        let most = MOST_OF_BLOCK.max((1.0 + self.shares.iter().sum::<f64>()) / 2.0);
        let mut room: Vec<u64> = (first..end).map(size).collect();
        let bases: Vec<u64> = room.iter().map(|size| size - (*size as f64 * most) as u64).collect();
        let mut counts = vec![vec![0; self.shares.len()]; count];
        // the first kind finds all blocks empty, so the order is drawn as well
        let mut order: Vec<usize> = (0..self.shares.len()).collect();
        order.shuffle(&mut rng);
        for kind in order {
            let mut left = self.dealt_by(kind, end) - self.dealt_by(kind, first);
            if kind < self.named {
                let even = (left as f64 * EVEN_SHARE) as u64;
                for block in 0..count {
                    let by = |blocks: usize| even * blocks as u64 / count as u64;
                    let n = (by(block + 1) - by(block)).min(room[block].saturating_sub(bases[block]));
                    counts[block][kind] += n;
                    room[block] -= n;
                    left -= n;
                }
            }
            let on = ((count as f64 * BLOCKS_ON).round() as u64).max(1);
            let each = left.div_ceil(on).max(1);
            let mut blocks: Vec<usize> = (0..count).collect();
            blocks.shuffle(&mut rng);
            // a second round for requests that found no room in the first, and a last one in the room of the base
            for (most, kept) in [(each, true), (u64::MAX, true), (u64::MAX, false)] {
                for block in &blocks {
                    let kept = if kept { bases[*block] } else { 0 };
                    let n = left.min(most).min(room[*block].saturating_sub(kept));
                    counts[*block][kind] += n;
                    room[*block] -= n;
                    left -= n;
                }
            }
        }
        counts
    }
}

#[cfg(test)]
mod tests;
