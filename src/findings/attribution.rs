//! Whose growth it is: of a run whose mix of requests differed from block to block, what each kind of them adds.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::evidence::SeriesId;
use crate::workload::{NORMAL, ONLY};

/// What a run can say of one kind of request and one series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Attributed {
    /// It leaks: more than nothing, and more than a request that behaves.
    Leaks,
    /// It adds nothing that this run could see.
    Nothing,
    /// What it adds is too uncertain.
    CannotBeSeparated,
    /// It was in too few blocks.
    TooShort,
}

impl fmt::Display for Attributed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Attributed::Leaks => "leaks",
            Attributed::Nothing => "nothing",
            Attributed::CannotBeSeparated => "cannot be separated",
            Attributed::TooShort => "run too short",
        })
    }
}

/// What one kind of request adds to one series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Attribution {
    /// The series.
    pub series: SeriesId,
    /// Who of it is blamed, where that is known: then only these are counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub culprit: Option<String>,
    /// The request's name.
    pub request: String,
    /// How the client behaved.
    pub behaviour: String,
    /// Blocks of steady in which there were any.
    pub blocks: u32,
    /// How many were sent in steady.
    pub sent: u64,
    /// Growth of the series by each; none where the run was too short to say.
    pub per_each: Option<f64>,
    /// Its interval; those of a series hold together, with 99 %.
    pub per_each_ci: Option<[f64; 2]>,
    /// The answer.
    pub answer: Attributed,
    /// Seconds of steady that would tell, where this run cannot.
    pub needs_s: Option<f64>,
    /// One sentence.
    pub why: String,
}

impl Attribution {
    /// Who: "hang-up", "normal request", or the request's own name in quotes where there are several.
    pub fn who(&self) -> String {
        match (self.behaviour.as_str(), self.request.as_str()) {
            (NORMAL, ONLY | "") => "normal request".into(),
            (NORMAL, name) => format!("'{name}'"),
            (behaviour, ONLY | "") => behaviour.to_string(),
            (behaviour, name) => format!("{behaviour} of '{name}'"),
        }
    }
}
