//! The catalogue of series: what each quantity that soak records is, one row each.
//!
//! Name, plain words, strength as evidence, and order among its like stand here and nowhere else. A series is added by
//! one row, and by the probe that reads it. What a user names (--metric, a column of a foreign file) has no row:
//! it is [`SeriesId::Other`], called by its name, with the unit that the name carries.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::units::Unit;

/// How strong a series is as evidence, strongest first. What the runtime proves ranks above all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EvidenceStrength {
    /// Tasks, threads, file descriptors.
    Tasks,
    /// The live heap after a collection, and the memory account.
    Live,
    /// Resident memory.
    Rss,
}

/// Where a series stands among those that measure the same, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    /// Among the counts of tasks.
    TaskCount(u8),
    /// Among the sums of memory that stand for all of it.
    Memory(u8),
    /// It has no like.
    None,
}

/// Everything known of one series.
struct Row {
    name: &'static str,
    label: &'static str,
    strength: Option<EvidenceStrength>,
    order: Order,
}

macro_rules! catalogue {
    ($($id:ident: $name:literal, $label:literal, $strength:expr, $order:expr;)+) => {
        /// Which quantity a series holds.
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub enum SeriesId {
            $(#[doc = concat!("`", $name, "`: ", $label, ".")] $id,)+
            /// A series that soak has no row for, by its name.
            Other(Arc<str>),
        }

        impl SeriesId {
            /// Every series that has a row.
            pub const KNOWN: &'static [SeriesId] = &[$(SeriesId::$id),+];

            const fn row(&self) -> Option<Row> {
                use EvidenceStrength::{Live, Rss, Tasks};
                use Order::{Memory, TaskCount};
                const NONE: Option<EvidenceStrength> = None;
                let _ = (Some(Live), Some(Rss), Some(Tasks), NONE, Memory(0), TaskCount(0));
                match self {
                    $(SeriesId::$id => Some(Row {
                        name: $name, label: $label, strength: $strength, order: $order,
                    }),)+
                    SeriesId::Other(_) => None,
                }
            }
        }
    };
}

catalogue! {
    // id: name, plain words, strength as evidence, order among its like
    Rss: "rss_bytes", "resident memory", Some(Rss), Memory(2);
    RssAnon: "rss_anon_bytes", "private memory", Some(Rss), Memory(1);
    RssFile: "rss_file_bytes", "resident files", None, Order::None;
    RssShmem: "rss_shmem_bytes", "shared memory", Some(Rss), Order::None;
    Swap: "swap_bytes", "swapped memory", None, Order::None;
    Pss: "pss_bytes", "proportional resident memory", None, Order::None;
    Heap: "heap_bytes", "heap", None, Order::None;
    HeapOld: "heap_old_bytes", "old generation", None, Order::None;
    HeapCommitted: "heap_committed_bytes", "committed heap", None, Order::None;
    HeapLimit: "heap_limit_bytes", "heap limit", None, Order::None;
    Metaspace: "metaspace_bytes", "metaspace", None, Order::None;
    GcCollections: "gc_collections", "garbage collections", None, Order::None;
    JvmThreads: "jvm_threads", "JVM threads", None, Order::None;
    Threads: "threads", "threads", Some(Tasks), TaskCount(3);
    Fds: "fds", "open file descriptors", Some(Tasks), Order::None;
    Children: "children", "child processes", None, Order::None;
    Goroutines: "goroutines", "goroutines", Some(Tasks), TaskCount(0);
    GoroutinesLeaked: "goroutines_leaked", "leaked goroutines", None, Order::None;
    TokioTasks: "tokio_tasks", "tokio tasks", Some(Tasks), TaskCount(1);
    Tasks: "tasks", "tasks", Some(Tasks), TaskCount(2);
    RequestsTotal: "requests_total", "requests answered", None, Order::None;
    CpuRatio: "cpu_ratio", "processor time", None, Order::None;
    // of V8 with what its objects hold outside of the heap, so that it may be larger than the heap
    MemLive: "mem_live_bytes", "live heap", Some(Live), Memory(0);
    MemGarbage: "mem_garbage_bytes", "garbage", None, Order::None;
    MemStacks: "mem_stacks_bytes", "stacks", Some(Live), Order::None;
    MemRuntime: "mem_runtime_bytes", "runtime", None, Order::None;
    MemNative: "mem_native_bytes", "native memory", Some(Live), Order::None;
    MemFiles: "mem_files_bytes", "files, shared", None, Order::None;
    MemUnattributed: "mem_unattributed_bytes", "unattributed", None, Order::None;
    MemNotResident: "mem_not_resident_bytes", "not yet resident", None, Order::None;
    MemCanLeak: "mem_can_leak_bytes", "memory that can leak", None, Order::None;
    Nonheap: "nonheap_bytes", "memory outside the heap", None, Order::None;
    Stack: "stack_bytes", "stacks in use", None, Order::None;
    ArrayBuffers: "array_buffers_bytes", "array buffers", None, Order::None;
    Buffers: "buffer_bytes", "buffers", None, Order::None;
    External: "external_bytes", "memory of external objects", None, Order::None;
    HeapObjects: "heap_objects", "objects in the heap", None, Order::None;
    BeamProcesses: "tasks_beam", "BEAM processes", None, Order::None;
    EtsTables: "ets_tables", "ETS tables", None, Order::None;
    Handles: "handles", "active handles", None, Order::None;
    ActiveRequests: "active_requests", "active requests", None, Order::None;
    EventLoopLag: "eventloop_lag_p99_s", "event loop lag (p99)", None, Order::None;
    CgroupMemory: "cgroup_memory_bytes", "memory of the cgroup", None, Order::None;
    CgroupAnon: "cgroup_anon_bytes", "private memory of the cgroup", None, Order::None;
    CgroupKernel: "cgroup_kernel_bytes", "kernel memory of the cgroup", None, Order::None;
    CgroupPids: "cgroup_pids", "tasks of the cgroup", None, Order::None;
}

impl SeriesId {
    /// Its name in samples.csv and report.json, which carries its unit: `rss_bytes`.
    pub fn name(&self) -> &str {
        match self {
            SeriesId::Other(name) => name,
            known => known.row().map_or("", |row| row.name),
        }
    }

    /// What it is in plain words: "resident memory".
    pub fn label(&self) -> &str {
        match self {
            SeriesId::Other(name) => name,
            known => known.row().map_or("", |row| row.label),
        }
    }

    /// What it is counted in.
    pub fn unit(&self) -> Unit {
        Unit::of_series(self.name())
    }

    /// The count of a task group in this unit: judged like a series, and no column of any file.
    pub fn of_group(unit: Unit) -> SeriesId {
        let name = match unit {
            Unit::Bytes => "group_bytes",
            Unit::Count | Unit::Seconds | Unit::Ratio => "group",
        };
        SeriesId::Other(name.into())
    }

    /// How strong it is as evidence, where it can be any by itself.
    pub fn strength(&self) -> Option<EvidenceStrength> {
        self.row()?.strength
    }

    /// Whether it counts tasks of some kind.
    pub fn is_task_count(&self) -> bool {
        self.row().is_some_and(|row| matches!(row.order, Order::TaskCount(_)))
    }

    /// Whether it is read only after a collection was forced, so that each reading stands for a whole collection.
    pub fn is_read_after_collections(&self) -> bool {
        *self == SeriesId::MemLive
    }

    /// Whether it is resident memory, or a part of it that the kernel counts.
    pub fn is_resident_memory(&self) -> bool {
        self.name().starts_with("rss")
    }

    /// The counts of tasks, the best first: the column `tasks` repeats the best one that a run has.
    pub fn task_counts() -> Vec<SeriesId> {
        SeriesId::in_order(|order| match order {
            Order::TaskCount(place) => Some(place),
            _ => None,
        })
    }

    /// The series that stand for all memory that can leak, the strongest evidence first.
    pub fn memory_strongest_first() -> Vec<SeriesId> {
        SeriesId::in_order(|order| match order {
            Order::Memory(place) => Some(place),
            _ => None,
        })
    }

    fn in_order(place: fn(Order) -> Option<u8>) -> Vec<SeriesId> {
        let mut found: Vec<(u8, SeriesId)> =
            SeriesId::KNOWN.iter().filter_map(|id| Some((place(id.row()?.order)?, id.clone()))).collect();
        found.sort_by_key(|(place, _)| *place);
        found.into_iter().map(|(_, id)| id).collect()
    }

    /// Those on which a gate can be set: series of samples.csv. The others are sums that judging makes, and the count
    /// of requests that all growth is divided by.
    pub fn recorded() -> impl Iterator<Item = &'static SeriesId> {
        use SeriesId::{MemCanLeak, MemNotResident, MemUnattributed, RequestsTotal};
        let derived =
            |id: &&SeriesId| matches!(id, MemCanLeak | MemNotResident | MemUnattributed | RequestsTotal);
        SeriesId::KNOWN.iter().filter(move |id| !derived(id))
    }

    /// The series that a gate calls so.
    pub fn from_gate_name(name: &str) -> SeriesId {
        SeriesId::recorded()
            .find(|id| id.gate_name() == name)
            .cloned()
            .unwrap_or_else(|| SeriesId::from(name))
    }

    /// What a gate calls it: its name without its unit, `rss` for `rss_bytes`.
    pub fn gate_name(&self) -> &str {
        let name = self.name();
        ["_bytes", "_seconds", "_ratio", "_s"].iter().find_map(|unit| name.strip_suffix(unit)).unwrap_or(name)
    }
}

impl From<&str> for SeriesId {
    fn from(name: &str) -> SeriesId {
        let known = SeriesId::KNOWN.iter().find(|id| id.name() == name);
        known.cloned().unwrap_or_else(|| SeriesId::Other(name.into()))
    }
}

impl From<String> for SeriesId {
    fn from(name: String) -> SeriesId {
        SeriesId::from(name.as_str())
    }
}

impl From<&SeriesId> for SeriesId {
    fn from(id: &SeriesId) -> SeriesId {
        id.clone()
    }
}

impl PartialEq<str> for SeriesId {
    fn eq(&self, name: &str) -> bool {
        self.name() == name
    }
}

impl PartialEq<&str> for SeriesId {
    fn eq(&self, name: &&str) -> bool {
        self.name() == *name
    }
}

impl PartialOrd for SeriesId {
    fn partial_cmp(&self, other: &SeriesId) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for SeriesId {
    fn cmp(&self, other: &SeriesId) -> std::cmp::Ordering {
        self.name().cmp(other.name())
    }
}

impl fmt::Display for SeriesId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Serialize for SeriesId {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for SeriesId {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<SeriesId, D::Error> {
        String::deserialize(d).map(SeriesId::from)
    }
}

#[cfg(test)]
impl schemars::JsonSchema for SeriesId {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "SeriesId".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        String::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_series_is_found_again_by_its_name_and_no_two_share_one() {
        let names: BTreeSet<&str> = SeriesId::KNOWN.iter().map(SeriesId::name).collect();
        assert_eq!(names.len(), SeriesId::KNOWN.len());
        for id in SeriesId::KNOWN {
            assert_eq!(&SeriesId::from(id.name()), id);
            assert!(!id.label().is_empty() && !id.label().contains('_'), "{id}: {}", id.label());
        }
        let labels: BTreeSet<&str> = SeriesId::KNOWN.iter().map(SeriesId::label).collect();
        assert_eq!(labels.len(), SeriesId::KNOWN.len(), "no two are called the same");
        assert_eq!(SeriesId::from("queue_s").unit(), Unit::Seconds);
        assert_eq!(SeriesId::from("queue_s").label(), "queue_s");
    }

    #[test]
    fn the_best_of_each_kind_comes_first() {
        let counts = ["goroutines", "tokio_tasks", "tasks", "threads"];
        assert_eq!(SeriesId::task_counts(), counts.map(SeriesId::from));
        let memory = ["mem_live_bytes", "rss_anon_bytes", "rss_bytes"];
        assert_eq!(SeriesId::memory_strongest_first(), memory.map(SeriesId::from));
    }

    #[test]
    fn a_gate_calls_a_series_by_its_name_without_its_unit() {
        assert_eq!(SeriesId::Rss.gate_name(), "rss");
        assert_eq!(SeriesId::CpuRatio.gate_name(), "cpu");
        assert_eq!(SeriesId::Fds.gate_name(), "fds");
        for id in SeriesId::recorded() {
            assert_eq!(&SeriesId::from_gate_name(id.gate_name()), id);
        }
    }
}
