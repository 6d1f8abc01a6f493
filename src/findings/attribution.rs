//! Whose growth it is: of a run whose mix of requests differed from block to block, what each kind of them adds.

use super::Estimate;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::evidence::{KeyUse, SeriesId};
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

/// What one kind of request adds to one growth.
#[derive(Debug, Clone, PartialEq)]
pub struct AttributedGrowth {
    /// The series.
    pub series: SeriesId,
    /// The culprit of it, where one is blamed: then only its tasks are counted.
    pub culprit: Option<String>,
    /// The request's name.
    pub request: String,
    /// How the client behaved.
    pub behaviour: String,
    /// Blocks of steady in which there were any.
    pub blocks: u32,
    /// How many were sent in steady.
    pub sent: u64,
    /// Growth by each; none where the run was too short to say.
    pub per_each: Option<Estimate>,
    /// The answer.
    pub answer: Attributed,
    /// Seconds of steady that would decide, where this run cannot.
    pub needs_s: Option<f64>,
}

impl AttributedGrowth {
    /// The kind of request: "hang-up", "normal request", or the request's own name in quotes where there are several.
    pub fn kind(&self) -> String {
        kind_of(&self.behaviour, &self.request)
    }

    /// Whether two lines are about the same growth.
    pub fn is_same_growth(&self, other: &AttributedGrowth) -> bool {
        (&self.series, &self.culprit) == (&other.series, &other.culprit)
    }
}

/// Kinds of requests that leak about as much, and how much each of them adds in the mean.
#[derive(Debug, Clone, PartialEq)]
pub struct LeakingKinds {
    /// By each.
    pub per_each: f64,
    /// Their names.
    pub kinds: Vec<String>,
}

impl LeakingKinds {
    /// Of the lines of one growth those that leak, the most first; what may leak as much as the first of a group is
    /// grouped with it.
    pub fn group(lines: &[AttributedGrowth]) -> Vec<LeakingKinds> {
        let leaks = lines.iter().filter(|line| line.answer == Attributed::Leaks);
        let mut left: Vec<(&AttributedGrowth, Estimate)> =
            leaks.filter_map(|line| Some((line, line.per_each?))).collect();
        left.sort_by(|a, b| b.1.value.total_cmp(&a.1.value));
        let mut groups = Vec::new();
        while let Some((_, most)) = left.first().copied() {
            let as_much = |(_, each): &(&AttributedGrowth, Estimate)| {
                each.value == most.value || (each.lo..=each.hi).contains(&most.value)
            };
            let (group, rest): (Vec<_>, Vec<_>) = left.into_iter().partition(as_much);
            let mean = group.iter().map(|(_, each)| each.value).sum::<f64>() / group.len() as f64;
            groups.push(LeakingKinds {
                per_each: mean,
                kinds: group.iter().map(|(line, _)| line.kind()).collect(),
            });
            left = rest;
        }
        groups
    }
}

/// What one kind of request adds to one series, as the report has it.
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
    /// Seconds of steady that would decide, where this run cannot.
    pub needs_s: Option<f64>,
    /// One sentence.
    pub why: String,
}

impl Attribution {
    /// The kind of request; see [`AttributedGrowth::kind`].
    pub fn who(&self) -> String {
        kind_of(&self.behaviour, &self.request)
    }
}

fn kind_of(behaviour: &str, request: &str) -> String {
    match (behaviour, request) {
        (NORMAL, ONLY | "") => "normal request".into(),
        (NORMAL, name) if KeyUse::is_named(name) => name.to_string(),
        (NORMAL, name) => format!("'{name}'"),
        (behaviour, ONLY | "") => behaviour.to_string(),
        (behaviour, name) => format!("{behaviour} of '{name}'"),
    }
}
