//! What leaks, and by how much.

use crate::evidence::{GroupKind, MemoryLimit, SeriesId};

use super::{LoadFinding, ReplacedWorkers, SeriesEvidence};

/// Something that grows, where that matters and nothing explains it.
#[derive(Debug, Clone, PartialEq)]
pub enum Leak {
    /// Tasks that can never wake, as the runtime proves.
    Proven(ProvenTasks),
    /// A group of tasks, descriptors or children.
    Group(GroupGrowth),
    /// Workers that grow until they are replaced: recycling hides it.
    Recycled(Box<ReplacedWorkers>),
    /// A series.
    Series(SeriesGrowth),
}

/// Tasks that the runtime proves to be stuck.
#[derive(Debug, Clone, PartialEq)]
pub struct ProvenTasks {
    /// The group they are of.
    pub name: String,
    /// What they wait for.
    pub state: Option<String>,
    /// What they are.
    pub kind: GroupKind,
    /// How many more than at the start of steady.
    pub stuck: f64,
}

/// By how much a group grew within steady.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupGrowth {
    /// The group.
    pub name: String,
    /// What its tasks wait for.
    pub state: Option<String>,
    /// What is counted.
    pub kind: GroupKind,
    /// How many more.
    pub growth: f64,
    /// Through so many requests, where they are counted.
    pub requests: Option<f64>,
    /// Through so many seconds.
    pub seconds: f64,
}

/// How fast a series grows.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesGrowth {
    /// The series.
    pub id: SeriesId,
    /// By each request, where they are counted.
    pub per_request: Option<f64>,
    /// By each second.
    pub per_second: Option<f64>,
    /// Whether those requests are of several kinds.
    pub several_kinds: bool,
}

impl SeriesGrowth {
    /// Of this series under this load.
    pub fn new(series: &SeriesEvidence, load: Option<&LoadFinding>) -> SeriesGrowth {
        SeriesGrowth {
            id: series.id.clone(),
            per_request: series.trend.per_request.map(|e| e.value),
            per_second: series.trend.slope.map(|e| e.value),
            several_kinds: load.is_some_and(LoadFinding::has_several_kinds),
        }
    }
}

/// What leaks as one line: memory, what is counted, and when a limit is reached. Empty where only the reason of the
/// verdict says it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LeakSummary {
    /// Growth of memory.
    pub memory: Option<MemoryGrowth>,
    /// Growth of tasks, of descriptors, of child processes, or of another count: in this order, what leaks of them.
    pub counted: Vec<CountGrowth>,
    /// The memory limit that is reached first.
    pub limit: Option<LimitReached>,
}

/// Growth of all the memory that leaks.
#[derive(Debug, Clone, PartialEq)]
pub struct MemoryGrowth {
    /// The series that grows, or the sum of those that do.
    pub id: SeriesId,
    /// Bytes.
    pub bytes: f64,
    /// By what.
    pub per: CountedBy,
    /// The one process of several in which it happens.
    pub process: Option<ProcessPart>,
}

/// The part of a growth that one process of several has.
#[derive(Debug, Clone, PartialEq)]
pub struct ProcessPart {
    /// Which process.
    pub name: String,
    /// Its share of the growth of all, 0 to 1.
    pub share: f64,
}

/// Growth of what is counted.
#[derive(Debug, Clone, PartialEq)]
pub struct CountGrowth {
    /// How many.
    pub n: f64,
    /// Of what.
    pub what: Counted,
    /// By what.
    pub per: CountedBy,
}

/// What is counted.
#[derive(Debug, Clone, PartialEq)]
pub enum Counted {
    /// Tasks, descriptors or children of a culprit's kind.
    Kind(GroupKind),
    /// The readings of a series.
    Series(SeriesId),
}

/// What a growth is counted by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CountedBy {
    /// Each request.
    Request,
    /// Each request of any kind, where there are several and it is not known which one adds what.
    AnyRequest,
    /// Each hour.
    Hour,
    /// Each request of these names, or of clients that behave so.
    Each(Vec<String>),
}

/// A limit and when it is reached.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LimitReached {
    /// Which.
    pub limit: MemoryLimit,
    /// Seconds after the end of the run, in the middle of the interval.
    pub in_s: f64,
}
