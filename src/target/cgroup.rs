//! The container of a process, the cgroup it has to itself, and the limits on its memory (version 1 and 2).
//!
//! A process's limit is the smallest on the way from its own group to the root of the hierarchy. Where the path
//! cannot be found below the mount, as inside a container that sees the host's path, the mount's root is its group.

use std::fs;
use std::path::{Path, PathBuf};

use procfs::FromBufRead;
use procfs::ProcessCGroups;

/// Where /proc and the cgroups are; tests have their own.
#[derive(Debug, Clone)]
pub struct SystemRoots {
    /// /proc.
    pub proc: PathBuf,
    /// /sys/fs/cgroup.
    pub cgroup: PathBuf,
}

impl Default for SystemRoots {
    fn default() -> SystemRoots {
        SystemRoots { proc: "/proc".into(), cgroup: "/sys/fs/cgroup".into() }
    }
}

/// The id of the container that a process runs in: of nested ones the innermost.
pub fn container(roots: &SystemRoots, pid: u32) -> Option<String> {
    containers(roots, pid).pop()
}

/// The ids of all containers that a process runs in, the outermost first.
///
/// An id is 64 hexadecimal digits in the path of its group: `docker-ID.scope`, `/docker/ID`, `libpod-ID.scope`,
/// `cri-containerd-ID.scope`, `crio-ID.scope`, `kubepods/…/ID`. A `conmon-ID` is the monitor that stands outside of its
/// container, and a `pod_ID` is a pod, which is no container itself.
pub fn containers(roots: &SystemRoots, pid: u32) -> Vec<String> {
    let mut all = groups(roots, pid).into_iter().map(|(_, path)| ids(&path));
    all.find(|ids| !ids.is_empty()).unwrap_or_default()
}

fn ids(path: &str) -> Vec<String> {
    const LENGTH: usize = 64;
    let of_part = |part: &str| {
        let name = part.trim_end_matches(".scope").trim_end_matches(".slice");
        let (before, id) = name.split_at_checked(name.len().checked_sub(LENGTH)?)?;
        let is_id = id.bytes().all(|b| b.is_ascii_hexdigit());
        let apart = before.is_empty() || before.ends_with(['-', ':', '_']);
        let other = before.ends_with("conmon-") || before.ends_with("pod_");
        (is_id && apart && !other).then(|| id.to_string())
    };
    path.split('/').filter_map(of_part).collect()
}

/// The smallest limit that the cgroups of a process set on its memory, in bytes.
pub fn cgroup_memory(roots: &SystemRoots, pid: u32) -> Option<u64> {
    let mut limits = Vec::new();
    for (version, path) in groups(roots, pid) {
        let (mounts, file) = match version {
            Version::Two => ([roots.cgroup.clone(), roots.cgroup.join("unified")], "memory.max"),
            Version::OneMemory => {
                ([roots.cgroup.join("memory"), roots.cgroup.clone()], "memory.limit_in_bytes")
            }
            Version::OnePids | Version::OneOther => continue,
        };
        let relative = Path::new(path.trim_start_matches('/'));
        // a group outside of one's own namespace begins with ".." and is not to be seen
        let relative = if path.contains("..") { Path::new("") } else { relative };
        for (mount, group) in mounts.iter().flat_map(|m| relative.ancestors().map(move |g| (m, g))) {
            let text = fs::read_to_string(mount.join(group).join(file)).unwrap_or_default();
            limits.extend(text.trim().parse::<u64>().ok().filter(|&bytes| bytes < UNLIMITED));
        }
    }
    limits.into_iter().min()
}

/// Whether a target has a cgroup to itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OwnCgroup {
    /// Version 2: the folder of its group.
    Two(PathBuf),
    /// Version 1: the folders of its group below the memory and, where there is one, the pids controller.
    One {
        /// Below the memory controller.
        memory: PathBuf,
        /// Below the pids controller.
        pids: Option<PathBuf>,
    },
    /// It is in the root, which is the whole machine.
    Machine,
    /// soak is in the same group, and perhaps others are.
    Shared,
    /// It cannot be seen from here.
    Hidden,
}

/// The group of a process, unless it is that of `soak` (a pid) as well or the machine's.
pub fn own_cgroup(roots: &SystemRoots, pid: u32, soak: u32) -> OwnCgroup {
    let all = groups(roots, pid);
    let path_of = |all: &[(Version, String)], wanted: Version| {
        all.iter().find(|(version, _)| *version == wanted).map(|(_, path)| path.clone())
    };
    // where version 1 has the memory controller, version 2 does not
    let version = if path_of(&all, Version::OneMemory).is_some() { Version::OneMemory } else { Version::Two };
    let Some(path) = path_of(&all, version) else { return OwnCgroup::Hidden };
    if path.contains("..") {
        return OwnCgroup::Hidden;
    }
    let shared = path_of(&groups(roots, soak), version).as_ref() == Some(&path);
    let folder = |mounts: &[PathBuf], path: &str, holds: &str| {
        let below = path.trim_start_matches('/');
        // inside a container the path is the host's and the mount itself is the group
        let places = mounts.iter().map(|mount| mount.join(below)).chain(mounts.iter().cloned());
        places.into_iter().find(|place| place.join(holds).exists())
    };
    let own = match version {
        Version::Two => {
            let mounts = [roots.cgroup.clone(), roots.cgroup.join("unified")];
            // the root group has no such file
            let Some(folder) = folder(&mounts, &path, "memory.current") else {
                return if path == "/" { OwnCgroup::Machine } else { OwnCgroup::Hidden };
            };
            OwnCgroup::Two(folder)
        }
        _ => {
            let mounts = [roots.cgroup.join("memory")];
            let Some(memory) = folder(&mounts, &path, "memory.usage_in_bytes") else {
                return OwnCgroup::Hidden;
            };
            // only the root of a hierarchy has one
            if memory.join("release_agent").exists() {
                return OwnCgroup::Machine;
            }
            let pids = all.iter().find(|(version, _)| *version == Version::OnePids);
            let pids = pids.and_then(|(_, path)| folder(&[roots.cgroup.join("pids")], path, "pids.current"));
            OwnCgroup::One { memory, pids }
        }
    };
    if shared { OwnCgroup::Shared } else { own }
}

/// Version 1 writes "no limit" as the largest multiple of a page in 63 bits; no machine has a quarter of that.
const UNLIMITED: u64 = 1 << 60;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    Two,
    OneMemory,
    OnePids,
    OneOther,
}

fn groups(roots: &SystemRoots, pid: u32) -> Vec<(Version, String)> {
    let path = roots.proc.join(pid.to_string()).join("cgroup");
    let Ok(bytes) = fs::read(path) else { return Vec::new() };
    let Ok(ProcessCGroups(groups)) = ProcessCGroups::from_buf_read(bytes.as_slice()) else {
        return Vec::new();
    };
    let version = |controllers: &[String]| match controllers {
        [] => Version::Two,
        some if some.iter().any(|name| name == "memory") => Version::OneMemory,
        some if some.iter().any(|name| name == "pids") => Version::OnePids,
        _ => Version::OneOther,
    };
    groups.into_iter().map(|group| (version(&group.controllers), group.pathname)).collect()
}

#[cfg(test)]
mod tests;
