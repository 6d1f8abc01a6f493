//! Two runs compared, in types. `wording/` makes compare.json of it.

use crate::evidence::SeriesId;

use super::{Answer, Change, ComparisonNote, Direction, Growth, Per};

/// What became of each growth.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// The answer.
    pub verdict: Change,
    /// 0, 1 or 3.
    pub exit_code: u8,
    /// The runs, the earlier one first.
    pub sides: [ComparedSide; 2],
    /// Series that both runs have, those with a vote first.
    pub series: Vec<GrowthChange>,
    /// What keeps the two from being comparable.
    pub notes: Vec<ComparisonNote>,
}

/// One of the two runs.
#[derive(Debug, Clone, PartialEq)]
pub struct ComparedSide {
    /// How to call it: its label, else where it is.
    pub name: String,
    /// What it came to by itself.
    pub answer: Answer,
}

/// The growth of one series in both runs.
#[derive(Debug, Clone, PartialEq)]
pub struct GrowthChange {
    /// The series.
    pub id: SeriesId,
    /// What its growth is counted by.
    pub per: Per,
    /// Its growth before; none where that run does not know it.
    pub before: Option<Growth>,
    /// Its growth after.
    pub after: Option<Growth>,
    /// Of each run in which it does not grow: the smallest growth that would have been found.
    pub none_above: [Option<f64>; 2],
    /// Its trend before and after.
    pub trend: [Direction; 2],
    /// After less before; of a growth that is gone no more than it was.
    pub change: Option<Growth>,
    /// Whether it votes on the verdict of either run.
    pub votes: bool,
}
