//! All tasks at one moment, and which of them the runtime has proven to be leaked.

use serde::{Deserialize, Serialize};

use super::{Ids, TaskGroup, TaskId, TaskTimes};

/// The moments at which soak takes a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// Load has warmed the target up; judging begins.
    SteadyStart,
    /// The last moment of load that is judged.
    SteadyEnd,
    /// After settle: what is still there was not released.
    Settled,
    /// When a person asked for it in the task monitor.
    Asked,
}

/// How many tasks of a group bear a label that the service gave them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupLabel {
    /// The group's id.
    pub group: String,
    /// `key=value`.
    pub label: String,
    /// How many.
    pub count: u64,
}

/// All tasks, and where they are counted all live objects by class, at one moment, with what the runtime has proven.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskSnapshot {
    /// Seconds since the run began.
    pub elapsed_s: f64,
    /// When in the run.
    pub moment: Moment,
    /// How many there are of each group id, or bytes of a class, most first.
    pub counts: Vec<(String, u64)>,
    /// How many of each group id the runtime proves can never wake; none where it proves nothing.
    pub proven: Option<Vec<(String, u64)>>,
    /// The longest that one of a group has waited, in seconds, by group id; only where the runtime tells.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub longest_wait_s: Vec<(String, u64)>,
    /// The labels that tasks bear, by group; only with --keep-labels, since they may hold anything.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<GroupLabel>,
    /// Each task by group id, where they are few enough.
    #[serde(default, skip_serializing_if = "Ids::is_not_read")]
    pub ids: Ids<Vec<(String, Vec<TaskId>)>>,
    /// How the tasks of each group id have spent their time; only where the runtime says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub times: Vec<(String, TaskTimes)>,
    /// The groups that `counts` and `proven` speak of.
    pub groups: Vec<TaskGroup>,
}

impl TaskSnapshot {
    /// One of which nothing is read yet; the recorder says when it was taken.
    pub fn at(moment: Moment) -> TaskSnapshot {
        TaskSnapshot {
            elapsed_s: 0.0,
            moment,
            counts: Vec::new(),
            proven: None,
            longest_wait_s: Vec::new(),
            labels: Vec::new(),
            ids: Ids::NotRead,
            times: Vec::new(),
            groups: Vec::new(),
        }
    }

    /// How many tasks in all the runtime has proven to be leaked.
    pub fn proven_total(&self) -> Option<u64> {
        self.proven.as_ref().map(|groups| groups.iter().map(|(_, n)| n).sum())
    }
}
