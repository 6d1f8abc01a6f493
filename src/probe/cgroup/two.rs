//! The files of a group of version 2 (Documentation/admin-guide/cgroup-v2.rst in the kernel's sources).

use std::path::Path;

use super::{Usage, field, lines, number};

/// What they tell now.
pub fn read(folder: &Path) -> Usage {
    let stat = lines(folder, "memory.stat");
    // before Linux 5.18 there is no sum of what the kernel holds
    let parts = || {
        let of = ["kernel_stack", "pagetables", "sock", "slab"].map(|name| field(&stat, name));
        of.into_iter().flatten().reduce(|a, b| a + b)
    };
    Usage {
        memory: number(folder, "memory.current"),
        anon: field(&stat, "anon"),
        kernel: field(&stat, "kernel").or_else(parts),
        pids: number(folder, "pids.current"),
        oom_kills: field(&lines(folder, "memory.events"), "oom_kill"),
    }
}
