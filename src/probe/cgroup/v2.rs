//! The files of a group of version 2 (Documentation/admin-guide/cgroup-v2.rst in the kernel's sources).

use std::path::Path;

use crate::probe::cgroup::usage::{CgroupUsage, field, number};

/// What they tell now, as `text` reads them.
pub fn read(folder: &Path, text: impl Fn(&Path, &str) -> Option<String>) -> CgroupUsage {
    let stat = text(folder, "memory.stat").unwrap_or_default();
    // before Linux 5.18 there is no sum of what the kernel holds
    let parts = || {
        let of = ["kernel_stack", "pagetables", "sock", "slab"].map(|name| field(&stat, name));
        of.into_iter().flatten().reduce(u64::saturating_add)
    };
    CgroupUsage {
        memory: number(text(folder, "memory.current")),
        anon: field(&stat, "anon"),
        kernel: field(&stat, "kernel").or_else(parts),
        pids: number(text(folder, "pids.current")),
        oom_kills: field(&text(folder, "memory.events").unwrap_or_default(), "oom_kill"),
    }
}
