//! /proc/PID/cgroup and the files of a group of either version. The first line up to a NUL is the former, the rest
//! stands in each of the latter.
#![no_main]

use std::cell::RefCell;
use std::fs;

thread_local! {
    static TREE: RefCell<tempfile::TempDir> = RefCell::new(tree());
}

/// In memory where that can be had: it is written a thousand times a second.
fn tree() -> tempfile::TempDir {
    let dir = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a directory");
    for folder in ["proc/7", "proc/8", "cgroup/memory/a", "cgroup/a"] {
        fs::create_dir_all(dir.path().join(folder)).expect("a folder");
    }
    for file in ["cgroup/memory/a/memory.usage_in_bytes", "cgroup/a/memory.current"] {
        fs::write(dir.path().join(file), "1").expect("a file");
    }
    dir
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let (groups, text) = bytes.split_at(bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len()));
    TREE.with_borrow(|tree| {
        let at = tree.path();
        fs::write(at.join("proc/7/cgroup"), groups).expect("written");
        soak::probe::parsers::cgroup(at, 7, 8, text.get(1..).unwrap_or_default());
    });
});
