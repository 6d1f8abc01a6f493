//! soak and the seven rules on the same series.

use soak::findings::Direction;

use super::labelled::Labelled;
use super::rules::{Readings, Rule};
use crate::made::Tally;

/// What was said of one series.
pub struct Said {
    pub family: String,
    pub truth: Direction,
    pub soak: Direction,
    /// Which of the rules call it growing, in their order.
    pub rules: [bool; Rule::ALL.len()],
}

/// What soak and every rule say.
pub fn ask_all(series: &Labelled) -> Said {
    let (times, values) = series.readings();
    let readings = Readings { times: &times, values: &values, counts: series.counts };
    Said {
        family: series.family.clone(),
        truth: series.truth,
        soak: series.judged().direction,
        rules: Rule::ALL.map(|rule| rule.says_growing(&readings)),
    }
}

/// How often each called a series growing, and what soak said.
#[derive(Debug, Default, Clone, Copy)]
pub struct Counts {
    pub soak: Tally,
    pub growing: [usize; Rule::ALL.len()],
}

/// Counts what was said of the series that `counted` picks.
pub fn count<'a>(said: impl IntoIterator<Item = &'a Said>, counted: impl Fn(&Said) -> bool) -> Counts {
    let mut counts = Counts::default();
    for one in said.into_iter().filter(|said| counted(said)) {
        counts.soak.count(one.soak);
        for (sum, growing) in counts.growing.iter_mut().zip(one.rules) {
            *sum += usize::from(growing);
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_counted_by_its_truth() {
        let said = |truth, soak, last| Said {
            family: "line".into(),
            truth,
            soak,
            rules: [true, false, false, false, false, false, last],
        };
        let all = [
            said(Direction::Growing, Direction::Growing, true),
            said(Direction::Growing, Direction::Inconclusive, false),
            said(Direction::Stable, Direction::Stable, true),
        ];
        let counts = count(&all, |one| one.truth == Direction::Growing);
        assert_eq!((counts.soak.growing, counts.soak.unsure, counts.soak.stable), (1, 1, 0));
        assert_eq!(counts.growing, [2, 0, 0, 0, 0, 0, 1]);
    }
}
