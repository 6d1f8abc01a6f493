//! One process read whole: its usage put together from the files that tell it.

#[cfg(target_os = "linux")]
use crate::probe::process::usage::{Fds, ProcessUsage};
#[cfg(target_os = "linux")]
use crate::target::Identity;

#[cfg(not(target_os = "linux"))]
pub use crate::probe::process::portable::read;

/// Looks at a process; none if it has ended or its pid belongs to another.
#[cfg(target_os = "linux")]
pub fn read(identity: Identity, want: Fds) -> Option<ProcessUsage> {
    use crate::probe::process::{cpu, fds, memory};
    // the folder stays that of this very process, even when its pid is reused
    let process = procfs::process::Process::new(i32::try_from(identity.pid).ok()?).ok()?;
    let (program, cpu_s) = cpu::read(&process, identity)?;
    let (memory, threads) = memory::read(&process)?;
    let kinds = if want == Fds::Kinds { fds::kinds(identity.pid) } else { None };
    let counted = kinds.as_ref().map(|kinds| kinds.values().sum());
    let fds = counted.or_else(|| process.fd_count().ok().map(|n| n as u64));
    if (fds.is_none() || kinds.is_none()) && want == Fds::Kinds && !identity.is_alive() {
        return None; // it ended while it was read: that is no want of permission
    }
    Some(ProcessUsage { program, memory, threads: Some(threads), fds, kinds, cpu_s })
}
