//! What one process uses at a moment, put together from the files that tell it.

use std::collections::BTreeMap;

#[cfg(target_os = "linux")]
use crate::target::Identity;

/// One process. What could not be read is none, and a gap in that series alone.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Usage {
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

/// Looks at a process; none if it has ended or its pid belongs to another.
#[cfg(target_os = "linux")]
pub fn read(identity: Identity, want: Fds) -> Option<Usage> {
    use super::{cpu, fds, memory};
    // the folder stays that of this very process, whoever gets its pid
    let process = procfs::process::Process::new(i32::try_from(identity.pid).ok()?).ok()?;
    let (program, cpu_s) = cpu::read(&process, identity)?;
    let (memory, threads) = memory::read(&process)?;
    let kinds = if want == Fds::Kinds { fds::kinds(identity.pid) } else { None };
    let counted = kinds.as_ref().map(|kinds| kinds.values().sum());
    let fds = counted.or_else(|| process.fd_count().ok().map(|n| n as u64));
    if (fds.is_none() || kinds.is_none()) && want == Fds::Kinds && !identity.is_alive() {
        return None; // it ended while it was read: that is no want of permission
    }
    Some(Usage { program, memory, threads: Some(threads), fds, kinds, cpu_s })
}

#[cfg(not(target_os = "linux"))]
pub use super::portable::read;
