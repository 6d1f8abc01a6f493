//! What sysinfo shows of processes where there is no /proc. Compiled and untested: the functions are
//! those of `linux.rs`.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System, UpdateKind};

use super::cpu_times::CpuTimes;
use super::identity::Identity;
use crate::error::{Error, Result};

/// The process with this pid, unless it has ended.
pub fn identity(pid: u32) -> Option<Identity> {
    look(pid, ProcessRefreshKind::nothing(), |process| Identity { start: process.start_time(), pid })
}

/// When a process started, in seconds since 1970.
#[allow(clippy::unnecessary_wraps)] // as on Linux, where it may be unknown
pub fn started_s(identity: Identity) -> Option<f64> {
    Some(identity.start as f64)
}

/// The parent of a process.
pub fn parent(pid: u32) -> Option<u32> {
    look(pid, ProcessRefreshKind::nothing(), |process| process.parent().map(Pid::as_u32)).flatten()
}

/// The parents of these; who has ended is left out.
pub fn parents(pids: &[u32]) -> HashMap<u32, u32> {
    let wanted: Vec<Pid> = pids.iter().map(|&pid| Pid::from_u32(pid)).collect();
    let system = looked(ProcessesToUpdate::Some(&wanted), ProcessRefreshKind::nothing());
    let of = |(pid, process): (&Pid, &sysinfo::Process)| Some((pid.as_u32(), process.parent()?.as_u32()));
    system.iter().flat_map(System::processes).filter_map(of).collect()
}

/// Every pid there is.
pub fn pids() -> Vec<u32> {
    let system = looked(ProcessesToUpdate::All, ProcessRefreshKind::nothing());
    system.iter().flat_map(|s| s.processes().keys()).map(|pid| pid.as_u32()).collect()
}

/// Not known here, so a refresh always lists all processes.
pub fn newest_pid() -> Option<u32> {
    None
}

/// The path of a process's executable.
pub fn executable(pid: u32) -> Option<PathBuf> {
    let kind = ProcessRefreshKind::nothing().with_exe(UpdateKind::Always);
    look(pid, kind, |process| process.exe().map(PathBuf::from)).flatten()
}

/// The name of a process's executable, or its own short name.
pub fn program(pid: u32) -> Option<String> {
    let of_path = executable(pid).and_then(|path| Some(path.file_name()?.to_str()?.to_string()));
    of_path.or_else(|| short_name(pid))
}

/// Its short name.
pub fn short_name(pid: u32) -> Option<String> {
    look(pid, ProcessRefreshKind::nothing(), |process| process.name().to_string_lossy().into_owned())
}

/// The user it runs as, as a number or whatever this system identifies users by.
pub fn user(pid: u32) -> Option<String> {
    let kind = ProcessRefreshKind::nothing().with_user(UpdateKind::Always);
    look(pid, kind, |process| process.user_id().map(|uid| uid.to_string())).flatten()
}

/// All memory of this machine, in bytes.
pub fn ram_bytes() -> Option<u64> {
    let mut system = System::new().ok()?;
    system.refresh_memory();
    Some(system.total_memory()).filter(|&bytes| bytes > 0)
}

/// Not known here.
///
/// # Errors
/// Always.
pub fn find_by_container(_id: &str) -> Result<Identity> {
    Err(Error::usage("--container works on Linux only: pass --pid"))
}

/// Not known here.
pub fn container(_pid: u32) -> Option<String> {
    None
}

/// Not known here.
pub fn cgroup_memory(_pid: u32) -> Option<u64> {
    None
}

/// Not known here finely enough to say that a process does nothing.
pub fn cpu_times(_pid: u32) -> Option<CpuTimes> {
    None
}

/// Not known here.
pub fn threads_ran(_pid: u32, _most: usize) -> Option<Vec<(u32, Duration)>> {
    None
}

fn look<T>(pid: u32, kind: ProcessRefreshKind, read: impl FnOnce(&sysinfo::Process) -> T) -> Option<T> {
    let pid = Pid::from_u32(pid);
    let system = looked(ProcessesToUpdate::Some(&[pid]), kind)?;
    let process = system.process(pid)?;
    (process.status() != sysinfo::ProcessStatus::Zombie).then(|| read(process))
}

fn looked(who: ProcessesToUpdate<'_>, kind: ProcessRefreshKind) -> Option<System> {
    let mut system = System::new().ok()?;
    system.refresh_processes_specifics(who, true, kind);
    Some(system)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_sees_this_test_and_its_listener() {
        let own = std::process::id();
        let identity = identity(own).expect("this test runs");
        assert_eq!(identity.pid, own);
        assert!(pids().contains(&own));
        assert!(parents(&[own]).contains_key(&own));
    }
}
