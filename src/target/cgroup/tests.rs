//! A process's cgroup, its memory limit and container id, on saved trees of both versions.

use super::*;

const ID: &str = "3b1a1c6f0d9e8b7a6f5e4d3c2b1a09f8e7d6c5b4a3928170f1e2d3c4b5a69788";

/// A tree with these files in it, and pid 7's cgroup file.
fn tree(cgroup: &str, files: &[(&str, &str)]) -> (tempfile::TempDir, SystemRoots) {
    let dir = tempfile::tempdir().unwrap();
    let roots = SystemRoots { proc: dir.path().join("proc"), cgroup: dir.path().join("cgroup") };
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
fn every_engine_writes_the_id_in_another_way() {
    let other = ID.replace('3', "c");
    let paths = [
        (format!("/system.slice/docker-{ID}.scope"), vec![ID]),
        (format!("/docker/{ID}/init.scope"), vec![ID]),
        (
            format!("/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-{ID}.scope/container"),
            vec![ID],
        ),
        (format!("/machine.slice/machine-libpod_pod_{other}.slice/libpod-{ID}.scope"), vec![ID]),
        (
            format!(
                "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod0d9e8b7a_6f5e.slice/cri-containerd-{ID}.scope"
            ),
            vec![ID],
        ),
        (format!("/kubepods/besteffort/pod0d9e8b7a-6f5e/{ID}"), vec![ID]),
        (format!("/kubepods.slice/kubepods-pod1.slice/crio-{ID}.scope"), vec![ID]),
        (format!("/system.slice/containerd.service/kubepods-pod1.slice:cri-containerd:{ID}"), vec![ID]),
        (format!("/docker/{other}/kubelet/kubepods/{ID}"), vec![other.as_str(), ID]),
        (format!("/../{ID}"), vec![ID]),
        (format!("/machine.slice/libpod-conmon-{ID}.scope"), vec![]),
        (format!("/crio-conmon-{ID}.scope"), vec![]),
        (format!("/docker/{ID}0"), vec![]),
        ("/user.slice/ünïcode.scope".into(), vec![]),
    ];
    for (path, wanted) in paths {
        assert_eq!(ids(&path), wanted, "{path}");
    }
}

#[test]
fn version_1_has_another_file_and_another_value_for_no_limit() {
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

/// A tree that was saved: soak is 300 (inside a container 7).
fn saved(name: &str) -> SystemRoots {
    let at = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/cgroup").join(name);
    SystemRoots { proc: at.join("proc"), cgroup: at.join("cgroup") }
}

#[test]
fn a_target_has_a_group_to_itself_or_not() {
    let two = saved("v2");
    let OwnCgroup::Two(folder) = own_cgroup(&two, 4711, 300) else {
        panic!("{:?}", own_cgroup(&two, 4711, 300))
    };
    assert!(folder.ends_with(format!("docker-{ID}.scope")), "{folder:?}");
    assert_eq!(own_cgroup(&two, 301, 300), OwnCgroup::Shared, "a session holds whatever its user runs");
    assert_eq!(own_cgroup(&two, 5, 300), OwnCgroup::Machine);
    assert_eq!(own_cgroup(&two, 6, 300), OwnCgroup::Hidden, "outside of soak's own namespace");
    assert_eq!(own_cgroup(&two, 9, 300), OwnCgroup::Hidden, "no such process");
    assert_eq!(cgroup_memory(&two, 4711), Some(512 << 20));
    let one = saved("v1");
    let OwnCgroup::One { memory, pids: Some(pids) } = own_cgroup(&one, 4711, 300) else { panic!() };
    assert!(memory.ends_with(format!("memory/docker/{ID}")) && pids.ends_with(format!("pids/docker/{ID}")));
    assert_eq!(own_cgroup(&one, 5, 300), OwnCgroup::Machine);
    assert_eq!(cgroup_memory(&one, 4711), Some(100 << 20));
    let inside = saved("v1-inside");
    assert_eq!(own_cgroup(&inside, 8, 7), OwnCgroup::Shared, "soak runs in the same container");
    let OwnCgroup::One { memory, pids: None } = own_cgroup(&inside, 8, 1) else { panic!() };
    assert!(memory.ends_with("cgroup/memory"), "the mount is the group");
    assert_eq!(cgroup_memory(&inside, 8), Some(64 << 20));
}

#[test]
fn what_is_not_known_is_left_out() {
    let (_dir, roots) = tree("0::/user.slice/session-1.scope\n", &[]);
    assert_eq!((cgroup_memory(&roots, 7), container(&roots, 7)), (None, None));
    assert_eq!((cgroup_memory(&roots, 8), container(&roots, 8)), (None, None));
}
