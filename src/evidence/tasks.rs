//! Tasks by group: goroutines, threads or tokio tasks that wait at the same place.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::units::Unit;

/// One frame of a stack, leaf first in a stack.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Frame {
    /// The function, as its runtime names it.
    pub func: String,
    /// The source file, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line in it, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
}

impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.func)?;
        if let Some(file) = &self.file {
            write!(f, " {file}")?;
            if let Some(line) = self.line {
                write!(f, ":{line}")?;
            }
        }
        Ok(())
    }
}

/// What is counted in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupKind {
    /// Go's goroutines, by stack and wait state.
    Goroutine,
    /// Tasks that a service counts itself, by the labels of its gauge, or tokio's by where they were spawned.
    Task,
    /// Threads, by name and, where a runtime tells it, by state.
    Thread,
    /// Heap in use by the stack that allocated it, in bytes.
    Heap,
    /// Live heap by the class of its objects, in bytes.
    Class,
    /// File descriptors, by what they are.
    Fd,
    /// Child processes, by program.
    Child,
    /// Private memory of each process of the target, in bytes.
    ProcessMemory,
    /// Threads of each process of the target.
    ProcessThreads,
    /// File descriptors of each process of the target.
    ProcessFds,
}

impl GroupKind {
    /// What is told of each process on its own, in instances.csv: the kind and the series it has there.
    const OF_INSTANCES: [(GroupKind, &str); 3] = [
        (GroupKind::ProcessMemory, "rss_anon_bytes"),
        (GroupKind::ProcessThreads, "threads"),
        (GroupKind::ProcessFds, "fds"),
    ];

    /// The series in instances.csv; none of what stands in groups.csv.
    pub fn instance_series(self) -> Option<&'static str> {
        GroupKind::OF_INSTANCES.iter().find(|(kind, _)| *kind == self).map(|(_, series)| *series)
    }

    /// The kind that a series in instances.csv holds.
    pub fn of_instance_series(series: &str) -> Option<GroupKind> {
        GroupKind::OF_INSTANCES.iter().find(|(_, name)| *name == series).map(|(kind, _)| *kind)
    }

    /// Whether it is a part of the heap: it says where memory grows, once something else has shown that it does.
    pub fn is_of_heap(self) -> bool {
        matches!(self, GroupKind::Heap | GroupKind::Class)
    }

    /// What its counts are measured in.
    pub fn unit(self) -> Unit {
        match self {
            GroupKind::Heap | GroupKind::Class | GroupKind::ProcessMemory => Unit::Bytes,
            _ => Unit::Count,
        }
    }
}

impl fmt::Display for GroupKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            GroupKind::Goroutine => "goroutine",
            GroupKind::Task => "task",
            GroupKind::Thread => "thread",
            GroupKind::Heap => "heap",
            GroupKind::Class => "class",
            GroupKind::Fd => "fd",
            GroupKind::Child => "child",
            GroupKind::ProcessMemory => "process_memory",
            GroupKind::ProcessThreads => "process_threads",
            GroupKind::ProcessFds => "process_fds",
        })
    }
}

/// What a group is; told once, since stacks are long and groups are many.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskGroup {
    /// Stable over the run: the same stack and state give the same id.
    pub id: String,
    /// What is counted.
    pub kind: GroupKind,
    /// The name to show: the first frame of the user's own code, or a label.
    pub name: String,
    /// What it waits for, in its runtime's own words: `chan send`, `select`, `IO wait`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// The stack, leaf first; empty where there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stack: Vec<Frame>,
    /// Who started it, where the runtime tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_by: Option<Frame>,
}

/// One cell of groups.csv: how many of a group there were at a moment.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupCount {
    /// Seconds since the run began.
    pub elapsed_s: f64,
    /// What is counted.
    pub kind: GroupKind,
    /// The group's id, or `@others`.
    pub group: String,
    /// How many, or bytes for a heap stack.
    pub count: f64,
}

/// The moments at which soak looks closer than at every sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// Load has warmed the target up; judging begins.
    SteadyStart,
    /// The last moment of load that is judged.
    SteadyEnd,
    /// After settle: what is still there was not let go.
    Settled,
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
    /// The groups that `counts` and `proven` speak of.
    pub groups: Vec<TaskGroup>,
}

impl TaskSnapshot {
    /// How many tasks in all the runtime has proven to be leaked.
    pub fn proven_total(&self) -> Option<u64> {
        self.proven.as_ref().map(|groups| groups.iter().map(|(_, n)| n).sum())
    }
}
