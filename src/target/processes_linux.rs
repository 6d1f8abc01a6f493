//! What Linux shows of processes: /proc, read through the procfs crate. `processes_portable.rs` has the same functions
//! elsewhere. A process that vanishes half-way yields none and never an error.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use procfs::process::{ProcState, Process, Stat};

use super::cgroup;
use super::cpu_times::CpuTimes;
use super::identity::Identity;

/// The process with this pid, unless it has ended.
pub fn identity(pid: u32) -> Option<Identity> {
    let stat = stat(pid)?;
    Some(Identity { start: stat.starttime, pid })
}

/// When a process started, in seconds since 1970, to the hundredth that the kernel counts.
pub fn started_s(identity: Identity) -> Option<f64> {
    let ticks = procfs::ticks_per_second() as f64;
    Some(procfs::boot_time_secs().ok()? as f64 + identity.start as f64 / ticks)
}

/// The parent of a process.
pub fn parent(pid: u32) -> Option<u32> {
    u32::try_from(stat(pid)?.ppid).ok()
}

/// The parents of these; who has ended is left out.
pub fn parents(pids: &[u32]) -> HashMap<u32, u32> {
    pids.iter().filter_map(|&pid| Some((pid, parent(pid)?))).collect()
}

/// Every pid there is, straight from the directory and without looking at any of them.
pub fn pids() -> Vec<u32> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

/// The pid given out last: while it stays the same, no process and no thread was started.
pub fn newest_pid() -> Option<u32> {
    fs::read_to_string("/proc/loadavg").ok()?.split_whitespace().last()?.parse().ok()
}

/// The path of a process's executable; none if it has ended or soak may not see it.
pub fn executable(pid: u32) -> Option<PathBuf> {
    fs::read_link(format!("/proc/{pid}/exe")).ok()
}

/// The name of a process's executable, or its own short name where that cannot be read.
pub fn program(pid: u32) -> Option<String> {
    let of_path = executable(pid).and_then(|path| {
        let name = path.file_name()?.to_str()?.to_string();
        Some(name.strip_suffix(" (deleted)").map(str::to_string).unwrap_or(name))
    });
    of_path.or_else(|| Some(stat(pid)?.comm))
}

/// Its short name, which programs may set themselves.
pub fn short_name(pid: u32) -> Option<String> {
    Some(stat(pid)?.comm)
}

/// The user it runs as: a name if /etc/passwd has one, else the number.
pub fn user(pid: u32) -> Option<String> {
    let uid = Process::new(i32::try_from(pid).ok()?).ok()?.status().ok()?.euid;
    Some(user_name(uid, Path::new("/etc/passwd")))
}

/// The name of a user id after this passwd file, or the number.
pub fn user_name(uid: u32, passwd: &Path) -> String {
    let name = fs::read_to_string(passwd).ok().and_then(|text| {
        text.lines().find_map(|line| {
            let mut fields = line.split(':');
            let name = fields.next()?;
            (fields.nth(1)?.parse() == Ok(uid)).then(|| name.to_string())
        })
    });
    name.unwrap_or_else(|| uid.to_string())
}

/// CPU time in seconds, as finely as this kernel counts it.
///
/// The scheduler's own count is in nanoseconds but forgets threads that have ended; the count of ticks keeps
/// them but is coarse. Each is a lower bound, so the larger of their growths is what was used.
pub fn cpu_times(pid: u32) -> Option<CpuTimes> {
    let process = Process::new(i32::try_from(pid).ok()?).ok()?;
    let stat = process.stat().ok()?;
    let scheduled: Option<u64> = process
        .tasks()
        .ok()
        .map(|tasks| tasks.flatten().filter_map(|task| Some(task.schedstat().ok()?.sum_exec_runtime)).sum());
    Some(CpuTimes {
        ticks_s: (stat.utime + stat.stime) as f64 / procfs::ticks_per_second() as f64,
        // a kernel without CONFIG_SCHED_INFO has no such file, and a sum over nothing says nothing
        scheduled_s: scheduled.filter(|&ns| ns > 0).map(|ns| ns as f64 * 1e-9),
    })
}

/// How long each thread of a process has run, by its id; none if it has more than `most`, or this kernel does not count
/// it.
pub fn threads_ran(pid: u32, most: usize) -> Option<Vec<(u32, Duration)>> {
    let process = Process::new(i32::try_from(pid).ok()?).ok()?;
    let mut ran = Vec::new();
    for task in process.tasks().ok()? {
        // one that ended meanwhile is missing
        let Some((task, stat)) = task.ok().and_then(|task| Some((task.tid, task.schedstat().ok()?))) else {
            continue;
        };
        if ran.len() == most {
            return None;
        }
        ran.push((u32::try_from(task).ok()?, Duration::from_nanos(stat.sum_exec_runtime)));
    }
    // a kernel without CONFIG_SCHED_INFO counts nothing
    ran.iter().any(|(_, ran)| !ran.is_zero()).then_some(ran)
}

/// All memory of this machine, in bytes.
pub fn ram_bytes() -> Option<u64> {
    use procfs::FromBufRead;
    let file = fs::File::open("/proc/meminfo").ok()?;
    Some(procfs::Meminfo::from_buf_read(std::io::BufReader::new(file)).ok()?.mem_total)
}

/// The container it runs in, by id.
pub fn container(pid: u32) -> Option<String> {
    cgroup::container(&cgroup::SystemRoots::default(), pid)
}

/// The smallest limit that its cgroups set on its memory, in bytes.
pub fn cgroup_memory(pid: u32) -> Option<u64> {
    cgroup::cgroup_memory(&cgroup::SystemRoots::default(), pid)
}

fn stat(pid: u32) -> Option<Stat> {
    Process::new(i32::try_from(pid).ok()?).ok()?.stat().ok().filter(lives)
}

/// Whether a process with this stat has not ended.
pub fn lives(stat: &Stat) -> bool {
    !matches!(stat.state(), Ok(ProcState::Zombie | ProcState::Dead))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_have_names_where_passwd_has_them() {
        let dir = tempfile::tempdir().unwrap();
        let passwd = dir.path().join("passwd");
        fs::write(&passwd, "root:x:0:0:root:/root:/bin/sh\nbroken\nweb:x:1001:1001::/srv:/bin/false\n")
            .unwrap();
        assert_eq!(user_name(1001, &passwd), "web");
        assert_eq!(user_name(4711, &passwd), "4711");
        assert_eq!(user_name(0, Path::new("/nonexistent")), "0");
    }

    #[test]
    fn work_is_seen_in_the_scheduler_before_it_makes_a_tick() {
        let pid = std::process::id();
        let mut x = 1_u64;
        // threads of other tests end meanwhile, and what they have used goes with them: once is enough
        let seen = (0..50).any(|_| {
            let before = cpu_times(pid).unwrap();
            for i in 0..3_000_000_u64 {
                x = std::hint::black_box(x.wrapping_mul(i | 1));
            }
            let after = cpu_times(pid).unwrap();
            assert!(after.ticks_s >= before.ticks_s);
            match (before.scheduled_s, after.scheduled_s) {
                (Some(a), Some(b)) => b > a,
                _ => true,
            }
        });
        assert!(seen, "work leaves no trace");
    }
}
