//! What is blamed for growth.

use serde::{Deserialize, Serialize};

use super::Estimate;
use crate::evidence::GroupKind;
use crate::units::Unit;

/// One group, class, process or kind of descriptor that is blamed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Culprit {
    /// From 1.
    pub rank: u32,
    /// The first frame of the user's own code, or a label.
    pub name: String,
    /// What is counted: goroutine, task, thread, fd.
    pub kind: String,
    /// What it waits for.
    pub state: Option<String>,
    /// How many at the start of steady.
    pub count_start: f64,
    /// How many at its end.
    pub count_end: f64,
    /// How many after settle, where there was one.
    pub count_settled: Option<f64>,
    /// Growth each request.
    pub per_request: Option<f64>,
    /// Its interval.
    pub per_request_ci: Option<[f64; 2]>,
    /// Whether the runtime has proven that these can never wake.
    pub proven: bool,
    /// For how long the growth was seen, in seconds.
    pub seen_for_s: f64,
    /// Who started it.
    pub created_by: Option<String>,
    /// `func file:line`, leaf first.
    pub stack: Vec<String>,
    /// One sentence that blames.
    pub why: String,
}

impl Culprit {
    /// What its counts are shown in.
    pub fn unit(&self) -> Unit {
        self.group_kind().map_or(Unit::Count, GroupKind::unit)
    }

    /// Its name with what it waits for: "main.worker in chan send".
    pub fn label(&self) -> String {
        group_label(&self.name, self.state.as_deref())
    }

    /// What is counted.
    pub fn group_kind(&self) -> Option<GroupKind> {
        GroupKind::ALL.into_iter().find(|kind| kind.to_string() == self.kind)
    }
}

/// A group of tasks, descriptors, heap or processes that grew, in types: a [`Culprit`] before it has words.
#[derive(Debug, Clone, PartialEq)]
pub struct BlamedGroup {
    /// The first frame of the user's own code, or a label.
    pub name: String,
    /// What is counted.
    pub kind: GroupKind,
    /// What it waits for.
    pub state: Option<String>,
    /// How many at the start of steady.
    pub count_start: f64,
    /// How many at its end.
    pub count_end: f64,
    /// How many after settle, where there was one.
    pub count_settled: Option<f64>,
    /// By so much sampling may be wrong about the growth within steady, at 95 %; none of what is counted.
    pub sampling_error: Option<f64>,
    /// Growth per request.
    pub per_request: Option<Estimate>,
    /// So many more than at the start of steady can never wake, as the runtime proves.
    pub proven: Option<f64>,
    /// For how long the growth was observed, in seconds.
    pub seen_for_s: f64,
    /// Share of the growth of the series that counts all of its kind, 0 to 1.
    pub share: f64,
    /// Whether its objects may hold memory that was not sampled: buffers outside of the heap of V8.
    pub holds_unsampled: bool,
    /// Share of its growth that was freed in settle, 0 to 1; none where no settle was observed.
    pub recovered: Option<f64>,
    /// The longest that one of them was seen to wait, in seconds.
    pub longest_wait_s: Option<u64>,
    /// The function that starts them.
    pub created_by: Option<String>,
    /// `func file:line`, leaf first.
    pub stack: Vec<String>,
}

impl BlamedGroup {
    /// Its name with what it waits for: "main.worker in chan send".
    pub fn label(&self) -> String {
        group_label(&self.name, self.state.as_deref())
    }
}

/// The name of a group with what its tasks wait for.
pub fn group_label(name: &str, state: Option<&str>) -> String {
    match state {
        Some(state) => format!("{name} in {state}"),
        None => name.into(),
    }
}
