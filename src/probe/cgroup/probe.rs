//! The target's own cgroup: memory and processes as its limits count them, and out-of-memory kills.
//!
//! What the kernel counts against a limit is more than RSS: files, sockets, page tables. It is shown beside RSS and has
//! no vote. The group of the whole machine, or one that soak itself is in, is not the target's and is not read.

use std::fs;
use std::path::Path;

use crate::evidence::{EventKind, SeriesId};
use crate::probe::cgroup::usage::CgroupUsage;
use crate::probe::cgroup::{v1, v2};
use crate::probe::sample::{Probe, ProbeError, ProbeFuture, Reading, Request};
use crate::target::Target;
use crate::target::cgroup::{self, OwnCgroup, SystemRoots};

/// Reads one group.
#[derive(Debug)]
pub struct Cgroup {
    own: OwnCgroup,
    series: Vec<SeriesId>,
    killed: u64,
    killed_before: u64,
}

impl Cgroup {
    /// That of this target.
    ///
    /// # Errors
    /// When it has none to itself, or none that can be seen.
    pub fn find(target: &Target) -> Result<Cgroup, ProbeError> {
        let pid = target.record.pid.ok_or_else(|| ProbeError("no process to read".into()))?;
        Cgroup::open(cgroup::own_cgroup(&SystemRoots::default(), pid, std::process::id()))
    }

    fn open(own: OwnCgroup) -> Result<Cgroup, ProbeError> {
        let no = |why: &str| Err(ProbeError(why.into()));
        match own {
            OwnCgroup::Machine => {
                return no("the target is in the root cgroup, which is the whole machine's");
            }
            OwnCgroup::Shared => return no("the target shares its cgroup with soak itself"),
            OwnCgroup::Hidden => return no("the target's cgroup cannot be seen from here"),
            OwnCgroup::Two(_) | OwnCgroup::One { .. } => {}
        }
        let usage = read(&own);
        let series: Vec<SeriesId> = values(&usage).map(|(id, _)| id).collect();
        if series.is_empty() {
            return no("its files cannot be read");
        }
        Ok(Cgroup { own, series, killed: 0, killed_before: usage.oom_kills.unwrap_or(0) })
    }

    fn sample(&mut self) -> Reading {
        let usage = read(&self.own);
        let values = values(&usage).filter(|(id, _)| self.series.contains(id)).collect();
        let count = usage.oom_kills.unwrap_or(0).saturating_sub(self.killed_before);
        let events = if count > self.killed { vec![EventKind::OomKill { count }] } else { Vec::new() };
        self.killed = self.killed.max(count);
        Reading { values, events, ..Reading::default() }
    }
}

impl Probe for Cgroup {
    fn name(&self) -> &'static str {
        "cgroup"
    }

    fn series(&self) -> Vec<SeriesId> {
        self.series.clone()
    }

    fn asks_target(&self) -> bool {
        false
    }

    fn ask(&mut self, request: Request) -> ProbeFuture<'_> {
        // four short files that wait for nothing
        let reading = if request == Request::Sample { self.sample() } else { Reading::default() };
        Box::pin(std::future::ready(Ok(reading)))
    }
}

fn read(own: &OwnCgroup) -> CgroupUsage {
    match own {
        OwnCgroup::Two(folder) => v2::read(folder, text),
        OwnCgroup::One { memory, pids } => v1::read(memory, pids.as_deref(), text),
        OwnCgroup::Machine | OwnCgroup::Shared | OwnCgroup::Hidden => CgroupUsage::default(),
    }
}

/// Looks for the group of `pid` below these roots, and takes `text` for what stands in each of its files.
#[cfg(feature = "fuzzing")]
pub fn count_values(roots: &SystemRoots, pid: u32, soak: u32, text: &str) -> usize {
    let of_file = |_: &Path, _: &str| Some(text.to_string());
    let found = usize::from(Cgroup::open(cgroup::own_cgroup(roots, pid, soak)).is_ok());
    let usages = [v2::read(Path::new(""), of_file), v1::read(Path::new(""), Some(Path::new("")), of_file)];
    found + usages.iter().flat_map(values).count()
}

fn values(usage: &CgroupUsage) -> impl Iterator<Item = (SeriesId, f64)> + use<> {
    let values = [
        (SeriesId::CgroupMemory, usage.memory),
        (SeriesId::CgroupAnon, usage.anon),
        (SeriesId::CgroupKernel, usage.kernel),
        (SeriesId::CgroupPids, usage.pids),
    ];
    values.into_iter().filter_map(|(id, value)| Some((id, value? as f64)))
}

/// A file of a group; none where it cannot be read.
fn text(folder: &Path, file: &str) -> Option<String> {
    fs::read_to_string(folder.join(file)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    const MIB: f64 = 1048576.0;

    fn saved(name: &str) -> SystemRoots {
        let at = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/cgroup").join(name);
        SystemRoots { proc: at.join("proc"), cgroup: at.join("cgroup") }
    }

    fn value(reading: &Reading, name: &str) -> Option<f64> {
        reading.values.iter().find(|(n, _)| n == name).map(|(_, v)| *v)
    }

    #[test]
    fn both_versions_tell_the_same_things() {
        for (version, memory, anon, kernel, pids) in
            [("v2", 128.0, 100.0, 6.0, 17.0), ("v1", 80.0, 64.0, 3.0, 9.0)]
        {
            let mut cgroup = Cgroup::open(cgroup::own_cgroup(&saved(version), 4711, 300)).unwrap();
            let reading = cgroup.sample();
            assert_eq!(value(&reading, "cgroup_memory_bytes"), Some(memory * MIB), "{version}");
            assert_eq!(value(&reading, "cgroup_anon_bytes"), Some(anon * MIB));
            assert_eq!(value(&reading, "cgroup_kernel_bytes"), Some(kernel * MIB));
            assert_eq!(value(&reading, "cgroup_pids"), Some(pids));
            assert_eq!(reading.events, [], "kills before the run are not its own");
        }
    }

    #[test]
    fn the_machines_group_and_soaks_own_are_not_the_targets() {
        for (version, pid) in [("v2", 5), ("v1", 5)] {
            let why = Cgroup::open(cgroup::own_cgroup(&saved(version), pid, 300)).unwrap_err().0;
            assert!(why.contains("whole machine"), "{why}");
        }
        let why = Cgroup::open(cgroup::own_cgroup(&saved("v2"), 301, 300)).unwrap_err().0;
        assert!(why.contains("soak itself"), "{why}");
    }

    #[test]
    fn kills_since_the_start_are_reported_as_they_happen() {
        let dir = tempfile::tempdir().unwrap();
        let kills = |n: u64| fs::write(dir.path().join("memory.events"), format!("oom {n}\noom_kill {n}\n"));
        kills(4).unwrap();
        fs::write(dir.path().join("memory.current"), "4096\n").unwrap();
        let mut cgroup = Cgroup::open(OwnCgroup::Two(PathBuf::from(dir.path()))).unwrap();
        assert_eq!(cgroup.sample().events, []);
        kills(6).unwrap();
        assert_eq!(cgroup.sample().events, [EventKind::OomKill { count: 2 }]);
        assert_eq!(cgroup.sample().events, [], "reported once");
        drop(dir);
        let gone = cgroup.sample();
        assert!(gone.values.is_empty() && gone.events.is_empty(), "a group that was removed is a gap");
    }

    #[test]
    fn parts_beyond_all_bounds_add_up_to_no_more_than_there_is() {
        let text = |_: &Path, _: &str| Some(format!("sock {0}\nslab {0}\n", u64::MAX));
        assert_eq!(v2::read(Path::new(""), text).kernel, Some(u64::MAX));
    }
}
