//! What two runs come to side by side: the content of compare.json. Only `wording/` fills it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Direction, Verdict};
use crate::evidence::SeriesId;

/// The one-word answer about a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It leaked before and does not any more.
    Fixed,
    /// It leaks in both, and no more than before.
    StillLeaking,
    /// It leaks now and did not, or leaks more than it did.
    Regressed,
    /// It leaks in neither.
    NoDifference,
    /// At least one of the runs cannot tell.
    CannotTell,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Change::Fixed => "fixed",
            Change::StillLeaking => "still leaking",
            Change::Regressed => "regressed",
            Change::NoDifference => "no difference",
            Change::CannotTell => "cannot tell",
        })
    }
}

/// One of the two runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Side {
    /// How to call it: its label, else where it stands.
    pub name: String,
    /// What it came to by itself.
    pub verdict: Verdict,
    /// Its own headline.
    pub headline: String,
    /// Where, when, how long, how fast.
    pub subtitle: String,
}

/// What the growth of a series is counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Per {
    /// Each request, where both runs counted them.
    Request,
    /// Each second.
    Second,
}

/// A growth with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Growth {
    /// In the unit that the series' name carries.
    pub value: f64,
    /// The interval at 95 %.
    pub ci: [f64; 2],
}

/// One series in both runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SeriesChange {
    /// Which quantity.
    #[serde(rename = "name")]
    pub id: SeriesId,
    /// What its growth is counted by.
    pub per: Per,
    /// Its growth before; none where it is not known.
    pub before: Option<Growth>,
    /// Its growth after.
    pub after: Option<Growth>,
    /// Of each run in which it does not grow, before and after: the smallest growth that would have been found.
    #[serde(default)]
    pub none_above: [Option<f64>; 2],
    /// Its trend before and after: of what does not grow a slope would say that it does.
    pub trend: [Direction; 2],
    /// After less before.
    pub change: Option<Growth>,
    /// Whether it votes on the verdict of either run.
    pub votes: bool,
    /// What that comes to, in a few words.
    pub why: String,
}

/// Two runs compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Comparison {
    /// The format: `soak-compare/1`.
    #[cfg_attr(test, schemars(extend("const" = "soak-compare/1")))]
    pub schema: String,
    /// The answer.
    pub verdict: Change,
    /// 0, 1 or 3.
    #[cfg_attr(test, schemars(extend("enum" = [0, 1, 3])))]
    pub exit_code: u8,
    /// What follows the word of the verdict.
    #[serde(default)]
    pub summary: String,
    /// The one sentence.
    pub headline: String,
    /// The run that came first.
    pub before: Side,
    /// The run it is held against.
    pub after: Side,
    /// Series that both runs have, those with a vote first.
    pub series: Vec<SeriesChange>,
    /// What keeps the two from being comparable, a sentence each.
    pub notes: Vec<String>,
}
