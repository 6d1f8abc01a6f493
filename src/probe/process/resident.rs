//! What is resident of one process, for those who hold it against what its runtime knows of.

use crate::probe::sample::ProbeError;

/// What is resident of a process, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resident {
    /// Private and anonymous.
    pub anon: u64,
    /// Files and shared memory.
    pub files: u64,
}

#[cfg(target_os = "linux")]
pub fn resident(pid: u32) -> Result<Resident, ProbeError> {
    let status = i32::try_from(pid)
        .ok()
        .and_then(|pid| procfs::process::Process::new(pid).ok())
        .and_then(|process| process.status().ok())
        .ok_or_else(|| ProbeError(format!("process {pid} cannot be read any more")))?;
    match (status.vmrss, status.rssanon) {
        (Some(rss), Some(anon)) => Ok(Resident { anon: anon * 1024, files: rss.saturating_sub(anon) * 1024 }),
        _ => Err(ProbeError(format!("process {pid} has no RssAnon"))),
    }
}

#[cfg(not(target_os = "linux"))]
pub fn resident(pid: u32) -> Result<Resident, ProbeError> {
    Err(ProbeError(format!("the resident memory of process {pid} can be read on Linux only")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn what_is_resident_is_read_of_a_process_that_is_there() {
        let own = resident(std::process::id()).unwrap();
        assert!(own.anon > 0 && own.files > 0);
        assert!(resident(u32::MAX).is_err());
    }
}
