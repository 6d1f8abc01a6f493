//! What is resident of a process beyond what its runtime knows of: memory that C code took, or mmap.
//!
//! Comes in: what the runtime holds of the kernel's memory, and a process. Goes out: native memory as it changes, see
//! [`NativeEstimator`], and what is resident of /proc/PID/status.

use super::ProbeError;
use crate::evidence::AccountPart;

/// What is resident of a process, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Resident {
    /// Private and anonymous.
    pub anon: u64,
    /// Files and shared memory.
    pub files: u64,
}

/// What is resident beyond the runtime's own account, in bytes: RssAnon − (Sys − HeapReleased).
///
/// What the runtime took and has not touched yet is in its account and not resident. It comes and goes with each
/// collection, by many MiB in a service that allocates much, and only ever lowers a reading. So the highest one since
/// the last collection but one stands for them all: what grows is highest at the end, and tells no less.
#[derive(Debug, Default)]
pub(super) struct NativeEstimator {
    highest: Option<f64>,
    highest_before: Option<f64>,
    /// Reserved and never touched, as of the first time this was told; zero or below.
    not_resident: Option<f64>,
}

impl NativeEstimator {
    /// What is resident beyond the account at this moment.
    pub fn see(&mut self, bytes: f64) {
        self.highest = Some(self.highest.map_or(bytes, |highest| highest.max(bytes)));
    }

    /// What was seen since this was last asked: native memory, and the constant that it counts from.
    pub fn take(&mut self) -> Option<[(AccountPart, f64); 2]> {
        let since_the_last = self.highest.take()?;
        let highest =
            since_the_last.max(self.highest_before.replace(since_the_last).unwrap_or(since_the_last));
        let not_resident = *self.not_resident.get_or_insert(highest.min(0.0));
        Some([(AccountPart::Native, highest - not_resident), (AccountPart::NotResident, not_resident)])
    }
}

#[cfg(target_os = "linux")]
pub(super) fn resident(pid: u32) -> Result<Resident, ProbeError> {
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
pub(super) fn resident(pid: u32) -> Result<Resident, ProbeError> {
    Err(ProbeError(format!("what is resident of process {pid} is told on Linux only")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn native_is_the_highest_reading_since_the_last_collection_but_one() {
        let mut beyond = NativeEstimator::default();
        assert_eq!(beyond.take(), None);
        let native = |beyond: &mut NativeEstimator| beyond.take().unwrap()[0].1;
        [-5.0, -3.0, -9.0].into_iter().for_each(|bytes| beyond.see(bytes));
        assert_eq!(native(&mut beyond), 0.0, "what is not resident at first stays so");
        [-8.0, -2.0].into_iter().for_each(|bytes| beyond.see(bytes));
        assert_eq!(native(&mut beyond), 1.0);
        beyond.see(-7.0);
        assert_eq!(native(&mut beyond), 1.0, "a dip is the runtime's own");
        beyond.see(-4.0);
        assert_eq!(native(&mut beyond), -1.0);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_is_resident_is_read_of_a_process_that_is_there() {
        let own = resident(std::process::id()).unwrap();
        assert!(own.anon > 0 && own.files > 0);
        assert!(resident(u32::MAX).is_err());
    }
}
