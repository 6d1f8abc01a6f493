//! What sysinfo tells of one process where there is no /proc. Compiled and untried: the function is that of
//! `usage.rs`.

use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

use crate::probe::process::usage::{Fds, Memory, ProcessUsage};
use crate::target::Identity;

/// Looks at a process; none if it has ended or its pid belongs to another.
pub fn read(identity: Identity, _want: Fds) -> Option<ProcessUsage> {
    let pid = Pid::from_u32(identity.pid);
    let kind = ProcessRefreshKind::nothing().with_memory().with_cpu();
    let mut system = System::new().ok()?;
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), true, kind);
    let process = system.process(pid)?;
    if process.status() == sysinfo::ProcessStatus::Zombie || process.start_time() != identity.start {
        return None;
    }
    Some(ProcessUsage {
        program: process.name().to_string_lossy().into_owned(),
        memory: Memory { rss: Some(process.memory()), ..Memory::default() },
        cpu_s: process.accumulated_cpu_time() as f64 / 1000.0,
        ..ProcessUsage::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_sees_this_test() {
        let pid = std::process::id();
        let mut system = System::new().unwrap();
        system.refresh_processes_specifics(
            ProcessesToUpdate::Some(&[Pid::from_u32(pid)]),
            true,
            ProcessRefreshKind::nothing(),
        );
        let start = system.process(Pid::from_u32(pid)).unwrap().start_time();
        let usage = read(Identity { start, pid }, Fds::Kinds).unwrap();
        assert!(usage.memory.rss.unwrap() > 100_000);
        assert_eq!(read(Identity { start: start + 9, pid }, Fds::Count), None);
    }
}
