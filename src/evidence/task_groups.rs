//! Tasks by group: goroutines, threads or tokio tasks that wait at the same place.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Frame, SeriesId};
use crate::units::Unit;

/// What is counted in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum GroupKind {
    /// Go's goroutines, by stack and wait state.
    Goroutine,
    /// Tasks that a service counts itself, by the labels of its gauge, or tokio's by where they were spawned.
    Task,
    /// Threads, by name and, where the runtime knows it, by state.
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
    /// Whether these are what a service's code runs in: goroutines, tasks, threads.
    pub fn is_of_tasks(self) -> bool {
        matches!(self, GroupKind::Goroutine | GroupKind::Task | GroupKind::Thread)
    }

    /// Whether the number of these counts: tasks of any kind, file descriptors, child processes. Stacks and classes of
    /// the heap, and single processes, only say where it happens.
    pub fn is_counted(self) -> bool {
        self.is_of_tasks() || matches!(self, GroupKind::Fd | GroupKind::Child)
    }

    /// Every kind.
    pub const ALL: [GroupKind; 10] = [
        GroupKind::Goroutine,
        GroupKind::Task,
        GroupKind::Thread,
        GroupKind::Heap,
        GroupKind::Class,
        GroupKind::Fd,
        GroupKind::Child,
        GroupKind::ProcessMemory,
        GroupKind::ProcessThreads,
        GroupKind::ProcessFds,
    ];

    /// The kinds that instances.csv holds, a series of each process, with that series.
    const OF_INSTANCES: [(GroupKind, SeriesId); 3] = [
        (GroupKind::ProcessMemory, SeriesId::RssAnon),
        (GroupKind::ProcessThreads, SeriesId::Threads),
        (GroupKind::ProcessFds, SeriesId::Fds),
    ];

    /// Its series in instances.csv; none for what groups.csv holds.
    pub fn instance_series(self) -> Option<SeriesId> {
        GroupKind::OF_INSTANCES.into_iter().find(|(kind, _)| *kind == self).map(|(_, series)| series)
    }

    /// The kind that a series in instances.csv holds.
    pub fn from_instance_series(series: &SeriesId) -> Option<GroupKind> {
        GroupKind::OF_INSTANCES.into_iter().find(|(_, id)| id == series).map(|(kind, _)| kind)
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

/// What a group is: written once, since stacks are long and groups are many.
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
    /// Who started it, where the runtime knows.
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
