//! Who a process is: its pid and the time it started, since pids are reused.

/// One process, for as long as it lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identity {
    /// When it started, in the system's own unit (clock ticks since boot on Linux, seconds elsewhere). First, so
    /// that the oldest sorts first.
    pub start: u64,
    /// Its process id.
    pub pid: u32,
}
