//! From a container's id to the process that its other processes descend from.
//!
//! Comes in: the beginning of an id, and where /proc is. Goes out: the one process whose parent is outside of the
//! container; of several such (`docker exec` adds some) the oldest, which the container began with. No daemon is asked,
//! so the name that a daemon gave a container is unknown here.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use procfs::FromRead;
use procfs::process::Stat;

use super::ancestry::own_ancestry;
use super::cgroup::{self, SystemRoots};
use super::identity::Identity;
use super::processes;
use crate::error::{Error, Result};

/// The first process of the container whose id begins with this.
///
/// # Errors
/// When there is none, when several containers are meant, or when it is soak's own and holds no other process.
pub fn find_by_container(id: &str) -> Result<Identity> {
    find_in(&SystemRoots::default(), id, &own_ancestry())
}

/// One process of a container.
struct Member {
    identity: Identity,
    parent: u32,
}

fn find_in(roots: &SystemRoots, id: &str, line: &[u32]) -> Result<Identity> {
    let no = |text: String| Err(Error::usage(text));
    let all = pids(&roots.proc);
    let mut found: BTreeMap<String, Vec<Member>> = BTreeMap::new();
    for &pid in &all {
        for container in cgroup::containers(roots, pid).into_iter().filter(|known| known.starts_with(id)) {
            found.entry(container).or_default().extend(member(&roots.proc, pid));
        }
    }
    let mut found = found.into_iter();
    let members = match (found.next(), found.next()) {
        (None, _) if hidden(&roots.proc, &all) => {
            return no(format!(
                "no container {id} among the processes that soak may look at, and others are hidden from it; \
                 run soak with sudo"
            ));
        }
        (None, _) => {
            return no(format!(
                "no process here is in container {id}: it may have ended, or soak runs in another container"
            ));
        }
        (Some((one, _)), Some((other, _))) => {
            return no(format!(
                "{id} is the beginning of several containers' ids: {one}, {other}{}; give more of it",
                if found.next().is_some() { ", …" } else { "" }
            ));
        }
        (Some((_, members)), None) => members,
    };
    let inside = |pid: u32| members.iter().any(|member| member.identity.pid == pid);
    let first = members.iter().filter(|member| !inside(member.parent)).map(|member| member.identity).min();
    match first {
        Some(first) if !line.contains(&first.pid) => Ok(first),
        Some(_) => {
            no(format!("container {id} was started by what started soak; name the process with --pid"))
        }
        None => no(format!("the processes of container {id} have ended")),
    }
}

fn pids(proc: &Path) -> Vec<u32> {
    let Ok(entries) = fs::read_dir(proc) else { return Vec::new() };
    entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

/// None if it has ended meanwhile.
fn member(proc: &Path, pid: u32) -> Option<Member> {
    let stat = Stat::from_read(fs::read(proc.join(pid.to_string()).join("stat")).ok()?.as_slice()).ok()?;
    let identity = Identity { start: stat.starttime, pid };
    processes::lives(&stat).then(|| Some(Member { identity, parent: u32::try_from(stat.ppid).ok()? }))?
}

/// Whether /proc keeps processes of others from soak (mount option hidepid): their files, or all of them, the first of
/// the machine included.
fn hidden(proc: &Path, all: &[u32]) -> bool {
    let refused = |pid: &u32| {
        let read = fs::File::open(proc.join(pid.to_string()).join("cgroup"));
        read.is_err_and(|error| error.kind() == ErrorKind::PermissionDenied)
    };
    !all.contains(&1) || all.iter().any(refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "3b1a1c6f0d9e8b7a6f5e4d3c2b1a09f8e7d6c5b4a3928170f1e2d3c4b5a69788";
    const TWO: &str = "3b1a1c6f0d9e0000000000000000000000000000000000000000000000000000";

    /// A /proc of these: pid, parent, start, state, path of the group.
    fn world(processes: &[(u32, u32, u64, char, &str)]) -> (tempfile::TempDir, SystemRoots) {
        let dir = tempfile::tempdir().unwrap();
        let roots = SystemRoots { proc: dir.path().join("proc"), cgroup: dir.path().join("cgroup") };
        for (pid, parent, start, state, group) in processes {
            let own = roots.proc.join(pid.to_string());
            fs::create_dir_all(&own).unwrap();
            let stat = format!(
                "{pid} (a) b) {state} {parent} 1 1 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 {start} 1 1 {} 1 1 0 0 0 0 0 0 \
                 0 0 0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 0 0\n",
                u64::MAX
            );
            fs::write(own.join("stat"), stat).unwrap();
            fs::write(own.join("cgroup"), format!("0::{group}\n")).unwrap();
        }
        (dir, roots)
    }

    #[test]
    fn the_first_process_stands_for_its_container() {
        let (docker, other) = (format!("/system.slice/docker-{ONE}.scope"), format!("/docker/{TWO}"));
        let conmon = format!("/machine.slice/libpod-conmon-{ONE}.scope");
        let (_dir, roots) = world(&[
            (1, 0, 1, 'S', "/init.scope"),
            (50, 1, 5, 'S', "/system.slice/containerd.service"),
            (60, 1, 5, 'S', &conmon),
            (900, 50, 90, 'S', &docker), // docker exec, under a pid that was given out anew
            (901, 900, 91, 'S', &docker),
            (4711, 50, 40, 'S', &docker),
            (4712, 4711, 41, 'S', &docker),
            (4713, 50, 30, 'Z', &docker),
            (5000, 50, 20, 'S', &other),
        ]);
        for id in [ONE, &ONE[..13]] {
            assert_eq!(find_in(&roots, id, &[7]).unwrap(), Identity { pid: 4711, start: 40 });
        }
        let error = |id: &str, line: &[u32]| find_in(&roots, id, line).unwrap_err().to_string();
        let several = error(&ONE[..12], &[7]);
        assert!(several.contains(ONE) && several.contains(TWO) && several.contains("give more"), "{several}");
        assert!(error("ffffffffffff", &[7]).contains("no process here is in container ffffffffffff"));
        assert!(error(ONE, &[901, 4711, 1]).contains("name the process with --pid"));
        assert!(!several.contains('\n'));
    }

    #[test]
    fn of_nested_containers_each_can_be_named() {
        let (outer, inner) = (format!("/docker/{TWO}"), format!("/docker/{TWO}/kubelet/{ONE}"));
        let (_dir, roots) = world(&[
            (1, 0, 1, 'S', "/"),
            (10, 1, 2, 'S', &outer),
            (11, 10, 3, 'S', &inner),
            (12, 11, 4, 'S', &inner),
        ]);
        assert_eq!(find_in(&roots, TWO, &[]).unwrap().pid, 10);
        assert_eq!(find_in(&roots, ONE, &[]).unwrap().pid, 11);
    }

    #[test]
    fn a_lack_of_permission_is_reported_as_such() {
        // hidepid=2 as soak sees it: its own processes alone
        let (_dir, roots) = world(&[(300, 1, 1, 'S', "/user.slice")]);
        let line = find_in(&roots, ONE, &[300]).unwrap_err().to_string();
        assert!(line.contains("run soak with sudo"), "{line}");
    }

    #[test]
    fn a_container_whose_processes_have_ended_is_reported() {
        let group = format!("/docker/{ONE}");
        let (_dir, roots) = world(&[(1, 0, 1, 'S', "/"), (10, 1, 2, 'Z', &group)]);
        assert!(find_in(&roots, ONE, &[]).unwrap_err().to_string().contains("have ended"));
    }
}
