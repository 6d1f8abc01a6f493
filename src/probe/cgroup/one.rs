//! The files of a group of version 1 (Documentation/admin-guide/cgroup-v1/memory.rst in the kernel's sources).

use std::path::Path;

use super::{Usage, field, lines, number};

/// What they tell now: with all groups below, as the limit counts.
pub fn read(memory: &Path, pids: Option<&Path>) -> Usage {
    let stat = lines(memory, "memory.stat");
    Usage {
        memory: number(memory, "memory.usage_in_bytes"),
        anon: field(&stat, "total_rss"),
        kernel: number(memory, "memory.kmem.usage_in_bytes"),
        pids: pids.and_then(|folder| number(folder, "pids.current")),
        // since Linux 4.13
        oom_kills: field(&lines(memory, "memory.oom_control"), "oom_kill"),
    }
}
