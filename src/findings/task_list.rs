//! Tasks by group as a monitor lists them: the JSON document of `soak tasks`.

use serde::Serialize;

use crate::evidence::{Frame, GroupKind, TargetRecord};

/// All groups at one moment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TaskList {
    /// `soak-tasks/1`.
    pub schema: String,
    /// The process that they are of; none where only a page is read.
    pub target: Option<TargetRecord>,
    /// How long they were observed, in seconds.
    pub observed_s: f64,
    /// Those that grew most first; ties by name.
    pub groups: Vec<ListedGroup>,
    /// Each probe that failed, with its reason.
    pub failed: Vec<String>,
}

/// One group.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ListedGroup {
    /// Which, over all readings.
    pub id: String,
    /// What is counted.
    pub kind: GroupKind,
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

/// Sorts the groups: those that grew most first, then the largest; ties by name, so that equal rows keep their places.
pub fn sort_by_growth(groups: &mut [ListedGroup]) {
    groups.sort_by(|a, b| {
        let by_growth = b.growth.total_cmp(&a.growth).then(b.count.total_cmp(&a.count));
        by_growth.then_with(|| a.name.cmp(&b.name)).then_with(|| a.id.cmp(&b.id))
    });
}
