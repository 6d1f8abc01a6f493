//! Cards dealt in random order, each once before any comes again: how `{{pick N}}` and rows in random order are drawn.
//!
//! A deck holds no cards: a Feistel network over the bits of a position is a permutation (Luby and Rackoff, "How to
//! construct pseudorandom permutations from pseudorandom functions", SIAM J. Comput. 17, 1988), and a result beyond the
//! deck is sent through it again until it is within (cycle walking: Black and Rogaway, "Ciphers with arbitrary finite
//! domains", CT-RSA 2002). So every card has been seen after as many draws as there are cards, any draw can be looked up
//! on its own, and engines on several threads share one deck without a lock.

/// Enough to look random; a secret would want more.
const ROUNDS: u64 = 4;

/// A deck of this many cards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deck {
    cards: u64,
    seed: u64,
    /// Bits of each half of the smallest even number of bits that can hold every card.
    half_bits: u32,
}

impl Deck {
    /// Of `cards` cards, at least 1; another seed gives another order.
    pub fn new(cards: u64, seed: u64) -> Deck {
        let cards = cards.max(1);
        let bits = u64::BITS - (cards - 1).leading_zeros();
        Deck { cards, seed, half_bits: bits.div_ceil(2).max(1) }
    }

    /// The card of the n-th draw, from 0; the deck is shuffled anew after each time through.
    pub fn card(&self, n: u64) -> u64 {
        let order = scramble(self.seed ^ scramble(n / self.cards));
        let mut card = n % self.cards;
        loop {
            card = self.permute(card, order);
            if card < self.cards {
                return card;
            }
        }
    }

    fn permute(&self, position: u64, order: u64) -> u64 {
        let mask = (1_u64 << self.half_bits) - 1;
        let (mut left, mut right) = (position >> self.half_bits, position & mask);
        for round in 0..ROUNDS {
            let mixed = scramble(right ^ order.wrapping_add(round << 40)) & mask;
            (left, right) = (right, left ^ mixed);
        }
        (left << self.half_bits) | right
    }
}

/// A bijection of 64 bits in which each bit of the result depends on each of the argument: the output function of
/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).
pub fn scramble(n: u64) -> u64 {
    let n = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_card_comes_once_before_any_comes_again() {
        for cards in [1, 2, 3, 10, 500, 4097] {
            let deck = Deck::new(cards, 7);
            for time in 0..3 {
                let mut seen: Vec<u64> = (0..cards).map(|n| deck.card(time * cards + n)).collect();
                seen.sort_unstable();
                assert_eq!(seen, (0..cards).collect::<Vec<u64>>(), "{cards} cards, time {time}");
            }
        }
        assert!(Deck::new(u64::MAX, 1).card(u64::MAX - 1) < u64::MAX);
    }

    #[test]
    fn the_order_is_another_each_time_and_for_each_seed() {
        let order = |seed, time: u64| {
            (0..100_u64).map(|n| Deck::new(100, seed).card(time * 100 + n)).collect::<Vec<_>>()
        };
        assert_eq!(order(1, 0), order(1, 0));
        assert_ne!(order(1, 0), order(1, 1));
        assert_ne!(order(1, 0), order(2, 0));
        // neighbours are not kept together
        let pairs = order(1, 0).windows(2).filter(|pair| pair[0].abs_diff(pair[1]) == 1).count();
        assert!(pairs < 10, "{pairs} of 99");
    }
}
