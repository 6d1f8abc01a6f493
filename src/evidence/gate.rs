//! Gates: limits that a user sets on what was measured.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::units::Unit;

/// What a gate can be set on.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// What can leak: live heap, stacks and native where the account is exact, else RSS.
    Memory,
    /// Latency of steady.
    Latency,
    /// Requests that did not end well.
    Errors,
    /// The rate that was held against the rate asked for.
    Rate,
    /// A series by its name without its unit: `rss`, `fds`, `goroutines`.
    Series(String),
}

/// What of the quantity is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aspect {
    /// Growth per time.
    Slope,
    /// Growth per request.
    PerRequest,
    /// The level at the end.
    End,
    /// The highest value.
    Max,
    /// A share of one.
    Ratio,
    /// A percentile of latency, in tenths of a percent: p99 is 990.
    Percentile(u16),
}

/// A limit; the quantity must stay below it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct GateLimit {
    /// In the quantity's own unit; slopes each second.
    pub value: f64,
    /// The unit as written; slopes carry the unit of what grows.
    pub unit: Unit,
    /// Whether the quantity must stay above the limit and not below it (only the held rate).
    pub at_least: bool,
}

/// One gate, checked when it was written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gate {
    /// As the user wrote it, or as the flag means it: `memory.slope < 1MiB/h`.
    pub expr: String,
    /// What is compared.
    pub quantity: Quantity,
    /// What of it.
    pub aspect: Aspect,
    /// With what.
    pub limit: GateLimit,
}

/// The series that soak itself records for a target; gates on others need --metric, --task-metric or --series.
pub const KNOWN_SERIES: [&str; 31] = [
    "rss_bytes",
    "rss_anon_bytes",
    "rss_file_bytes",
    "rss_shmem_bytes",
    "swap_bytes",
    "pss_bytes",
    "heap_bytes",
    "heap_old_bytes",
    "heap_committed_bytes",
    "heap_limit_bytes",
    "metaspace_bytes",
    "gc_collections",
    "jvm_threads",
    "threads",
    "fds",
    "children",
    "goroutines",
    "goroutines_leaked",
    "tokio_tasks",
    "tasks",
    "cpu_ratio",
    "mem_live_bytes",
    "mem_garbage_bytes",
    "mem_stacks_bytes",
    "mem_runtime_bytes",
    "mem_native_bytes",
    "mem_files_bytes",
    "cgroup_memory_bytes",
    "cgroup_anon_bytes",
    "cgroup_kernel_bytes",
    "cgroup_pids",
];

impl Quantity {
    /// What a gate calls a series: its name without its unit, `rss` for `rss_bytes`.
    pub fn bare_name(series: &str) -> &str {
        ["_bytes", "_seconds", "_ratio", "_s"]
            .iter()
            .find_map(|unit| series.strip_suffix(unit))
            .unwrap_or(series)
    }

    /// Whether this is the quantity of that series, which a user may name with its unit or without.
    pub fn is_series(&self, series: &str) -> bool {
        matches!(self, Quantity::Series(name) if name == series || name == Quantity::bare_name(series))
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Quantity::Memory => f.write_str("memory"),
            Quantity::Latency => f.write_str("latency"),
            Quantity::Errors => f.write_str("errors"),
            Quantity::Rate => f.write_str("rate"),
            Quantity::Series(name) => f.write_str(name),
        }
    }
}

impl fmt::Display for Aspect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Aspect::Slope => f.write_str("slope"),
            Aspect::PerRequest => f.write_str("per_request"),
            Aspect::End => f.write_str("end"),
            Aspect::Max => f.write_str("max"),
            Aspect::Ratio => f.write_str("ratio"),
            Aspect::Percentile(p) if p % 10 == 0 => write!(f, "p{}", p / 10),
            Aspect::Percentile(p) => write!(f, "p{p}"),
        }
    }
}
