//! soak's own memory and CPU, recorded with the load it sends.

/// Resident memory of this process in bytes; 0 where it cannot be read.
pub fn own_rss_bytes() -> u64 {
    #[cfg(target_os = "linux")]
    {
        let page = rustix::param::page_size() as u64;
        procfs::process::Process::myself().and_then(|me| me.statm()).map_or(0, |m| m.resident * page)
    }
    #[cfg(not(target_os = "linux"))]
    {
        use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, System};
        let Ok(pid) = sysinfo::get_current_pid() else { return 0 };
        let Ok(mut system) = System::new() else { return 0 };
        let memory = ProcessRefreshKind::nothing().with_memory();
        system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), false, memory);
        system.process(pid).map_or(0, |p| p.memory())
    }
}

/// CPU time that this process has used since it started, in seconds.
pub fn own_cpu_s() -> f64 {
    #[cfg(unix)]
    {
        let used = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
        used.tv_sec as f64 + used.tv_nsec as f64 / 1e9
    }
    #[cfg(not(unix))]
    {
        0.0
    }
}
