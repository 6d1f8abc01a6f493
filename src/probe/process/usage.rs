//! What one process uses at a moment, as far as it could be read.

use std::collections::BTreeMap;

/// One process. What could not be read is none, and a gap in that series alone.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProcessUsage {
    /// Its short name.
    pub program: String,
    /// Its memory.
    pub memory: Memory,
    /// Threads.
    pub threads: Option<u64>,
    /// Open file descriptors; none where soak may not look.
    pub fds: Option<u64>,
    /// The same by what they are; none where soak may not look, or did not this time.
    pub kinds: Option<Kinds>,
    /// CPU time since it started, in seconds.
    pub cpu_s: f64,
}

/// Resident memory of one process by what it is, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Memory {
    /// All of it.
    pub rss: Option<u64>,
    /// Private and anonymous.
    pub anon: Option<u64>,
    /// Pages of files.
    pub file: Option<u64>,
    /// Shared memory.
    pub shmem: Option<u64>,
    /// Not resident: private and anonymous, moved to swap.
    pub swap: Option<u64>,
}

/// How many file descriptors there are of each kind.
pub type Kinds = BTreeMap<String, u64>;

/// How closely to look at file descriptors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fds {
    /// How many.
    Count,
    /// What each of them is.
    Kinds,
}
