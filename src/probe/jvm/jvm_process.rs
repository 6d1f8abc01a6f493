//! Which process of the target is the JVM, and where it keeps its files: `/tmp/hsperfdata_USER/PID` and
//! `/tmp/.java_pidPID`, by the pid that it has in its own container. A JVM's directory is `/tmp`, whatever TMPDIR says.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use procfs::process::Status;

use crate::evidence::Runtime;
use crate::probe::jvm::perfdata::{self, PerfData};
use crate::probe::sample::ProbeError;
use crate::target::{Identity, Members, Target, runtime_of};

/// The most that is read of hsperfdata, and a byte more.
const MOST_COUNTER_BYTES: u64 = perfdata::MOST_BYTES as u64 + 1;
/// "Signal Dispatcher", as much of it as the kernel keeps.
const SIGNAL_DISPATCHER: &str = "Signal Dispatch";

/// The JVM of a target: another one after a restart. Shared by those who look at it.
#[derive(Debug, Clone)]
pub struct Jvm(Arc<Mutex<KnownJvm>>);

#[derive(Debug)]
struct KnownJvm {
    members: Members,
    process: Option<JvmProcess>,
}

/// One JVM and where its files are, as soak sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JvmProcess {
    /// Who it is.
    pub identity: Identity,
    /// The pid that it has itself, in a container another one.
    pub own_pid: i32,
    /// The user that it runs as.
    pub uid: u32,
    /// Its /tmp.
    pub tmp: PathBuf,
    /// None where it was started with -XX:-UsePerfData.
    counters: Option<PathBuf>,
}

impl Jvm {
    /// The JVM among the target's processes; it need not run yet.
    pub fn new(target: &Target) -> Jvm {
        Jvm(Arc::new(Mutex::new(KnownJvm { members: target.members(), process: None })))
    }

    /// Where it is now. Reads files: not for a thread that must not wait.
    ///
    /// # Errors
    /// When there is none.
    pub fn process(&self) -> Result<JvmProcess, ProbeError> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(process) = known.process.as_ref().filter(|process| process.identity.is_alive()) {
            return Ok(process.clone());
        }
        known.process = None;
        let members = known.members.members();
        let is_jvm = |member: &&Identity| runtime_of(member.pid) == Runtime::Jvm;
        let jvm = members.iter().find(is_jvm).ok_or_else(|| ProbeError("no JVM is there".into()))?;
        let process = JvmProcess::find(*jvm)?;
        // one that has just begun may still make its counters
        known.process = Some(process.clone()).filter(|process| process.counters.is_some());
        Ok(process)
    }
}

impl JvmProcess {
    fn find(identity: Identity) -> Result<JvmProcess, ProbeError> {
        let status = status(identity.pid)?;
        let own_pid = status.nspid.as_ref().and_then(|pids| pids.last().copied()).unwrap_or(status.pid);
        // as the process sees its files, which may be those of a container
        let inside = PathBuf::from(format!("/proc/{}/root/tmp", identity.pid));
        let in_container = status.nspid.as_ref().is_some_and(|pids| pids.len() > 1);
        let places = std::iter::once(inside).chain((!in_container).then(|| PathBuf::from("/tmp")));
        let mut looked: Vec<(PathBuf, Option<PathBuf>)> = places
            .filter(|tmp| tmp.is_dir())
            .map(|tmp| (tmp.clone(), counters(&tmp, own_pid, status.euid)))
            .collect();
        // without counters its first /tmp is its own
        let at = looked.iter().position(|(_, counters)| counters.is_some()).unwrap_or(0);
        if looked.is_empty() {
            return Err(ProbeError(format!("the /tmp of the JVM of pid {} cannot be read", identity.pid)));
        }
        let (tmp, counters) = looked.swap_remove(at);
        Ok(JvmProcess { identity, own_pid, uid: status.euid, tmp, counters })
    }

    /// Its counters as they stand.
    ///
    /// # Errors
    /// When there are none, or they cannot be read.
    pub fn counters(&self) -> Result<PerfData, ProbeError> {
        use std::io::Read;
        let failed = |error: std::io::Error| ProbeError(format!("hsperfdata cannot be read: {error}"));
        let Identity { pid, .. } = self.identity;
        let path = self.counters.as_ref().ok_or_else(|| {
            ProbeError(format!("the JVM of pid {pid} has no /tmp/hsperfdata_USER/{}", self.own_pid))
        })?;
        let mut bytes = Vec::new();
        let file = fs::File::open(path).map_err(failed)?;
        file.take(MOST_COUNTER_BYTES).read_to_end(&mut bytes).map_err(failed)?;
        perfdata::parse(&bytes).map_err(ProbeError)
    }

    /// Whether a SIGQUIT would reach a handler and not end the process: bit 3 of the signals it catches.
    pub fn catches_quit(&self) -> bool {
        status(self.identity.pid).is_ok_and(|status| status.sigcgt & (1 << 2) != 0)
    }

    /// Whether the thread runs by which a JVM answers a SIGQUIT itself: with -Xrs it is missing,
    /// and some other code catches the signal. JVMs before 9 do not name it to the kernel.
    pub fn dispatches_signals(&self) -> bool {
        let threads =
            fs::read_dir(format!("/proc/{}/task", self.identity.pid)).into_iter().flatten().flatten();
        let name = |thread: fs::DirEntry| fs::read_to_string(thread.path().join("comm")).ok();
        threads.filter_map(name).any(|name| name.trim_end() == SIGNAL_DISPATCHER)
    }

    /// Whether this is one of its arguments.
    pub fn was_given(&self, argument: &str) -> bool {
        let line = fs::read(format!("/proc/{}/cmdline", self.identity.pid)).unwrap_or_default();
        line.split(|byte| *byte == 0).any(|given| given == argument.as_bytes())
    }
}

fn status(pid: u32) -> Result<Status, ProbeError> {
    let gone = || ProbeError(format!("process {pid} cannot be read"));
    let process = i32::try_from(pid).ok().and_then(|pid| procfs::process::Process::new(pid).ok());
    process.and_then(|process| process.status().ok()).ok_or_else(gone)
}

/// The file of this pid's counters, in any user's directory, if the process itself owns it: anybody may write to /tmp.
fn counters(tmp: &std::path::Path, pid: i32, uid: u32) -> Option<PathBuf> {
    let named = |entry: &fs::DirEntry| entry.file_name().to_string_lossy().starts_with("hsperfdata_");
    let files = fs::read_dir(tmp).ok()?.flatten().filter(named).map(|d| d.path().join(pid.to_string()));
    let own =
        |path: &PathBuf| fs::symlink_metadata(path).is_ok_and(|meta| meta.is_file() && meta.uid() == uid);
    files.into_iter().find(own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_counters_counts_only_if_the_process_owns_it() {
        let tmp = tempfile::tempdir().unwrap();
        let dir = tmp.path().join("hsperfdata_alice");
        fs::create_dir(&dir).unwrap();
        fs::write(dir.join("7"), "x").unwrap();
        let uid = fs::metadata(&dir).unwrap().uid();
        assert_eq!(counters(tmp.path(), 7, uid), Some(dir.join("7")));
        assert_eq!(counters(tmp.path(), 8, uid), None);
        assert_eq!(counters(tmp.path(), 7, uid + 1), None, "another user's");
        std::os::unix::fs::symlink(dir.join("7"), dir.join("9")).unwrap();
        assert_eq!(counters(tmp.path(), 9, uid), None, "a link leads anywhere");
    }

    #[test]
    fn a_process_that_would_die_of_a_signal_is_known_for_it() {
        let own = |pid: u32| JvmProcess {
            identity: Identity::read(pid).unwrap(),
            own_pid: 7,
            uid: 0,
            tmp: PathBuf::new(),
            counters: None,
        };
        let mut child = std::process::Command::new("sleep").arg("20").spawn().unwrap();
        let sleep = own(child.id());
        let begun = std::time::Instant::now();
        while !sleep.was_given("20") {
            // for a moment it is there without arguments
            assert!(begun.elapsed().as_secs() < 10, "it never ran");
            std::thread::yield_now();
        }
        assert!(!sleep.catches_quit() && !sleep.dispatches_signals(), "sleep catches nothing");
        assert!(!sleep.was_given("2"));
        assert!(sleep.counters().unwrap_err().0.contains("hsperfdata_USER/7"));
        child.kill().unwrap();
        child.wait().unwrap();
    }

    #[test]
    fn a_process_that_is_no_jvm_has_no_counters() {
        let jvm = Jvm::new(&crate::target::target_of(std::process::id()));
        assert!(jvm.process().unwrap_err().0.contains("no JVM"));
    }
}
