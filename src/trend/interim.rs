//! When to look while a run goes on, and what each look may cost: a test that stays valid however often one looks.
//!
//! Who looks again and again and stops at the first p < 0.05 is wrong nearly always, in the end. So the looks follow a
//! geometric schedule, and the error allowed for the whole run is spent on them in parts that add up to no more than it
//! has: the k-th look gets 1/(k (k + 1)) of it. By Boole's inequality the chance of a false alarm at any of
//! ever so many looks is then at most the whole, however the looks depend on each other.
//!
//! Sources: K. K. G. Lan and D. L. DeMets, Discrete sequential boundaries for clinical trials (1983), for spending an
//! error over looks; D. A. Darling and H. Robbins, Iterated logarithm inequalities (1967), for a schedule of geometric
//! epochs, which costs only the logarithm of a logarithm of the time.
//!
//! What that cannot do: the bound is of chance. The rise of a tooth or of a rhythm that has only begun is growth as far
//! as anybody can see, and that nothing grows is never proven by waiting. So an answer stands only after several looks
//! in a row that gave it, over which the run has more than doubled: by then a tooth has turned.

use crate::findings::Direction;

/// Each look comes when this much more was seen than at the one before.
const NEXT_LOOK_RATIO: f64 = 1.25;
/// Looks in a row that must give the same answer: 1.25⁴ is more than twice the data.
const LOOKS_IN_A_ROW: u32 = 5;

/// The schedule of one run.
#[derive(Debug, Clone, PartialEq)]
pub struct InterimSchedule {
    /// The first look comes when so many seconds were seen.
    first_s: f64,
    /// Looks before so many seconds cannot end the run: they spend nothing, and no answer stands.
    least_s: f64,
    next_s: f64,
    /// When the last look was taken.
    seen_s: f64,
    /// Looks that count.
    taken: u32,
    /// The answer of the last looks, and of how many in a row.
    said: (Direction, u32),
    false_alarm: f64,
}

impl InterimSchedule {
    /// The first look comes when `first_s` seconds of steady were seen, the first that counts at `least_s`;
    /// `false_alarm` is the chance of a false alarm at any look that counts, at most.
    pub fn new(first_s: f64, least_s: f64, false_alarm: f64) -> InterimSchedule {
        let least_s = least_s.max(1.0);
        let first_s = first_s.max(1.0).min(least_s);
        InterimSchedule {
            first_s,
            least_s,
            next_s: first_s,
            seen_s: 0.0,
            taken: 0,
            said: (Direction::Inconclusive, 0),
            false_alarm,
        }
    }

    /// Whether to look now that so many seconds of steady were seen, and the chance of a false alarm that this look may
    /// spend. Looks that were missed are not made up for.
    pub fn due(&mut self, seen_s: f64) -> Option<f64> {
        if seen_s < self.next_s {
            return None;
        }
        let counts = self.counts(seen_s);
        if counts && !self.counts(self.seen_s) {
            (self.next_s, self.said) = (self.least_s, (Direction::Inconclusive, 0));
        }
        self.seen_s = seen_s;
        while self.next_s <= seen_s {
            self.next_s *= NEXT_LOOK_RATIO;
        }
        if !counts {
            self.next_s = self.next_s.min(self.least_s);
            return Some(self.false_alarm / 2.0);
        }
        self.taken += 1;
        let k = f64::from(self.taken);
        Some(self.false_alarm / (k * (k + 1.0)))
    }

    /// What is judged begins anew: looks come as at first, and what they may spend is still what is left of it.
    pub fn begin_again(&mut self) {
        (self.next_s, self.seen_s) = (self.first_s, 0.0);
        self.said = (Direction::Inconclusive, 0);
    }

    /// Whether a look at this moment can end the run.
    pub fn counts(&self, seen_s: f64) -> bool {
        seen_s >= self.least_s
    }

    /// Takes in what this look found; true once enough looks in a row found the same, and it is an answer.
    pub fn stands(&mut self, answer: Direction) -> bool {
        let before = if self.said.0 == answer { self.said.1 } else { 0 };
        self.said = (answer, before + 1);
        answer != Direction::Inconclusive && self.said.1 >= LOOKS_IN_A_ROW && self.counts(self.seen_s)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_are_ever_farther_apart_and_spend_no_more_than_there_is() {
        let mut looks = InterimSchedule::new(10.0, 10.0, 0.05);
        let mut at = Vec::new();
        let mut spent = 0.0;
        for second in 0..86_400 {
            if let Some(share) = looks.due(f64::from(second)) {
                at.push(second);
                spent += share;
            }
        }
        assert_eq!(at[..4], [10, 13, 16, 20]);
        assert!(at.len() > 35 && at.len() < 45, "a day has {} looks", at.len());
        assert!(spent < 0.05 && spent > 0.045, "{spent}");
    }

    #[test]
    fn an_answer_stands_after_several_looks_in_a_row() {
        use Direction::{Growing, Inconclusive, Stable};
        let mut looks = InterimSchedule::new(10.0, 10.0, 0.05);
        assert!(looks.due(10.0).is_some());
        let said = [Stable, Stable, Growing, Growing, Growing, Growing];
        assert!(!said.into_iter().any(|answer| looks.stands(answer)));
        assert!(looks.stands(Growing));
        assert!(!(0..9).any(|_| looks.stands(Inconclusive)));
    }

    #[test]
    fn looks_that_cannot_end_the_run_spend_nothing_and_no_answer_of_theirs_stands() {
        let mut looks = InterimSchedule::new(5.0, 20.0, 0.05);
        let mut at = Vec::new();
        for second in 0..60 {
            if let Some(share) = looks.due(f64::from(second)) {
                at.push((second, share));
                let stands = looks.stands(Direction::Growing);
                assert_eq!(stands, second >= 49, "at {second} s, as if the first look had come at 20 s");
            }
        }
        let seconds: Vec<i32> = at.iter().map(|(second, _)| *second).collect();
        assert_eq!(seconds, [5, 7, 8, 10, 13, 16, 20, 25, 32, 40, 49]);
        let spent: f64 = at.iter().filter(|(second, _)| *second >= 20).map(|(_, share)| share).sum();
        assert!(spent < 0.05 && at[6].1 == 0.025, "{at:?}");
    }
}
