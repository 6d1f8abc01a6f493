//! The container of a process and the limits on its memory, from its cgroups (version 1 and 2).
//!
//! A process's limit is the smallest on the way from its own group to the root of the hierarchy. Where the path
//! cannot be found below the mount, as inside a container that sees the host's path, the mount's root is its group.

use std::fs;
use std::path::{Path, PathBuf};

use procfs::FromBufRead;
use procfs::ProcessCGroups;

/// Where a system shows itself; a test has trees of its own.
#[derive(Debug, Clone)]
pub struct Roots {
    /// /proc.
    pub proc: PathBuf,
    /// /sys/fs/cgroup.
    pub cgroup: PathBuf,
}

impl Default for Roots {
    fn default() -> Roots {
        Roots { proc: "/proc".into(), cgroup: "/sys/fs/cgroup".into() }
    }
}

/// The id of the container that a process runs in: 64 hexadecimal digits somewhere in the path of its group.
pub fn container(roots: &Roots, pid: u32) -> Option<String> {
    let is_id = |part: &str| part.len() == 64 && part.bytes().all(|b| b.is_ascii_hexdigit());
    groups(roots, pid)
        .into_iter()
        .flat_map(|(_, path)| {
            path.split(|c: char| !c.is_ascii_alphanumeric()).map(str::to_string).collect::<Vec<_>>()
        })
        .find(|part| is_id(part))
}

/// The smallest limit that the cgroups of a process set on its memory, in bytes.
pub fn cgroup_memory(roots: &Roots, pid: u32) -> Option<u64> {
    let mut limits = Vec::new();
    for (version, path) in groups(roots, pid) {
        let (mounts, file) = match version {
            Version::Two => ([roots.cgroup.clone(), roots.cgroup.join("unified")], "memory.max"),
            Version::OneMemory => {
                ([roots.cgroup.join("memory"), roots.cgroup.clone()], "memory.limit_in_bytes")
            }
            Version::OneOther => continue,
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

/// Version 1 writes "no limit" as the largest multiple of a page in 63 bits; no machine has a quarter of that.
const UNLIMITED: u64 = 1 << 60;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    Two,
    OneMemory,
    OneOther,
}

fn groups(roots: &Roots, pid: u32) -> Vec<(Version, String)> {
    let path = roots.proc.join(pid.to_string()).join("cgroup");
    let Ok(bytes) = fs::read(path) else { return Vec::new() };
    let Ok(ProcessCGroups(groups)) = ProcessCGroups::from_buf_read(bytes.as_slice()) else {
        return Vec::new();
    };
    let version = |controllers: &[String]| match controllers {
        [] => Version::Two,
        some if some.iter().any(|name| name == "memory") => Version::OneMemory,
        _ => Version::OneOther,
    };
    groups.into_iter().map(|group| (version(&group.controllers), group.pathname)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "3b1a1c6f0d9e8b7a6f5e4d3c2b1a09f8e7d6c5b4a3928170f1e2d3c4b5a69788";

    /// A tree with these files in it, and pid 7's cgroup file.
    fn tree(cgroup: &str, files: &[(&str, &str)]) -> (tempfile::TempDir, Roots) {
        let dir = tempfile::tempdir().unwrap();
        let roots = Roots { proc: dir.path().join("proc"), cgroup: dir.path().join("cgroup") };
        let write = |path: PathBuf, text: &str| {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write(roots.proc.join("7/cgroup"), cgroup);
        for (path, text) in files {
            write(roots.cgroup.join(path), text);
        }
        (dir, roots)
    }

    #[test]
    fn version_2_takes_the_smallest_on_the_way_up() {
        let scope = format!("system.slice/docker-{ID}.scope");
        let (_dir, roots) = tree(
            &format!("0::/{scope}\n"),
            &[
                (&format!("{scope}/memory.max"), "536870912\n"),
                ("system.slice/memory.max", "268435456\n"),
                ("memory.max", "max\n"),
            ],
        );
        assert_eq!(cgroup_memory(&roots, 7), Some(256 << 20));
        assert_eq!(container(&roots, 7).as_deref(), Some(ID));
    }

    #[test]
    fn version_1_has_its_own_file_and_its_own_word_for_none() {
        let unlimited = "9223372036854771712\n";
        let (_dir, roots) = tree(
            &format!("9:name=systemd:/\n4:memory:/docker/{ID}\n1:cpu,cpuacct:/\n0::/\n"),
            &[
                (&format!("memory/docker/{ID}/memory.limit_in_bytes"), "104857600\n"),
                ("memory/memory.limit_in_bytes", unlimited),
            ],
        );
        assert_eq!(cgroup_memory(&roots, 7), Some(100 << 20));
        assert_eq!(container(&roots, 7).as_deref(), Some(ID));
        let (_dir, roots) = tree("4:memory:/\n", &[("memory/memory.limit_in_bytes", unlimited)]);
        assert_eq!(cgroup_memory(&roots, 7), None);
    }

    #[test]
    fn inside_a_container_the_mount_is_the_group() {
        let (_dir, roots) = tree("4:memory:/docker/abc\n", &[("memory/memory.limit_in_bytes", "67108864\n")]);
        assert_eq!(cgroup_memory(&roots, 7), Some(64 << 20));
        let (_dir, roots) = tree("0::/../../other\n", &[("memory.max", "67108864\n")]);
        assert_eq!(cgroup_memory(&roots, 7), Some(64 << 20));
    }

    #[test]
    fn nothing_known_is_nothing_said() {
        let (_dir, roots) = tree("0::/user.slice/session-1.scope\n", &[]);
        assert_eq!((cgroup_memory(&roots, 7), container(&roots, 7)), (None, None));
        assert_eq!((cgroup_memory(&roots, 8), container(&roots, 8)), (None, None));
    }
}
