//! Tasks by group as a monitor lists them: the JSON document of `soak tasks`.

use serde::Serialize;

use crate::evidence::{Frame, GroupKind, Ids, TargetRecord, TaskId, TaskTimes};

/// All groups at one moment.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TaskList {
    /// `soak-tasks/1`.
    pub schema: String,
    /// The process that they are of; none where only a page is read.
    pub target: Option<TargetRecord>,
    /// Over how many seconds they grew: from the moment that growth is counted from to the last reading.
    pub observed_s: f64,
    /// When growth is counted from.
    pub growth_since: GrowthSince,
    /// Those that grew most first; ties by name.
    pub groups: Vec<ListedGroup>,
    /// Each probe that failed, with its reason.
    pub failed: Vec<String>,
}

/// When the growth of a list is counted from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum GrowthSince {
    /// The first reading.
    #[default]
    Start,
    /// The beginning of a run's steady.
    Steady,
}

/// One group.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ListedGroup {
    /// Which, over all readings.
    pub id: String,
    /// What is counted.
    pub kind: GroupKind,
    /// Counts the tasks that bear a label, over all other groups (--keep-labels); its name is `key=value`.
    pub of_label: bool,
    /// The first frame of the user's own code, or a label.
    pub name: String,
    /// What it waits for.
    pub state: Option<String>,
    /// How many there are.
    pub count: f64,
    /// How many more than at the start.
    pub growth: f64,
    /// The same by each request since then, where requests are counted.
    pub per_request: Option<f64>,
    /// Its 95 % interval, once there are enough readings.
    pub per_request_interval: Option<[f64; 2]>,
    /// What it does.
    pub movement: Movement,
    /// Seconds since it was first seen.
    pub age_s: f64,
    /// Its counts at moments spread over the observation, oldest first.
    pub history: Vec<f64>,
    /// How many of them the runtime has proven to be stuck for ever, when it was last asked; none where it was not.
    pub proven: Option<u64>,
    /// The longest that one of them was seen to wait, in seconds; only where the runtime says.
    pub longest_wait_s: Option<u64>,
    /// Each of them, those that wait longest first.
    pub ids: Ids<Vec<TaskId>>,
    /// How they have spent their time; only where the runtime says.
    pub times: Option<TaskTimes>,
    /// Seconds since ids, waits and times were read; none where they were not.
    pub closer_age_s: Option<f64>,
    /// Who started it, where the runtime knows.
    pub created_by: Option<Frame>,
    /// The stack, leaf first; empty where there is none.
    pub stack: Vec<Frame>,
}

impl ListedGroup {
    /// Its identity over all readings.
    pub fn key(&self) -> (GroupKind, String) {
        (self.kind, self.id.clone())
    }
}

/// What a group does, the gravest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Movement {
    /// None are left.
    Gone,
    /// It does not grow.
    Steady,
    /// Too few readings show what it does, or it has grown and they do not show whether that goes on.
    Unclear,
    /// It grows, by the same judgement as in a run.
    Growing,
    /// The runtime has proven that they can never go on.
    ProvenLeak,
}

/// Sorts the groups: those that grew most first, then the largest; ties by name, so that equal rows keep their places.
pub fn sort_by_growth(groups: &mut [ListedGroup]) {
    groups.sort_by(|a, b| {
        let by_growth = b.growth.total_cmp(&a.growth).then(b.count.total_cmp(&a.count));
        by_growth.then_with(|| a.name.cmp(&b.name)).then_with(|| a.id.cmp(&b.id))
    });
}
