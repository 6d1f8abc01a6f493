//! The files of a group of version 1 (Documentation/admin-guide/cgroup-v1/memory.rst in the kernel's sources).

use std::path::Path;

use crate::probe::cgroup::usage::{CgroupUsage, field, number};

/// What they tell now, as `text` reads them: with all groups below, as the limit counts.
pub fn read(memory: &Path, pids: Option<&Path>, text: impl Fn(&Path, &str) -> Option<String>) -> CgroupUsage {
    let stat = text(memory, "memory.stat").unwrap_or_default();
    CgroupUsage {
        memory: number(text(memory, "memory.usage_in_bytes")),
        anon: field(&stat, "total_rss"),
        kernel: number(text(memory, "memory.kmem.usage_in_bytes")),
        pids: pids.and_then(|folder| number(text(folder, "pids.current"))),
        // since Linux 4.13
        oom_kills: field(&text(memory, "memory.oom_control").unwrap_or_default(), "oom_kill"),
    }
}
