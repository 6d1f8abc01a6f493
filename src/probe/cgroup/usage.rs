//! What a group uses, and how its files write it.

/// What a group tells at a moment; what it does not tell is none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CgroupUsage {
    /// All that counts against the limit, in bytes.
    pub memory: Option<u64>,
    /// Of it, private and anonymous.
    pub anon: Option<u64>,
    /// Of it, what the kernel holds on behalf of the group: stacks, page tables, sockets.
    pub kernel: Option<u64>,
    /// Processes and threads.
    pub pids: Option<u64>,
    /// How often the kernel killed in it because memory ran out, since it was made.
    pub oom_kills: Option<u64>,
}

/// The one number that a file holds.
pub fn number(text: Option<String>) -> Option<u64> {
    text?.trim().parse().ok()
}

/// The number that stands behind a name.
pub fn field(text: &str, name: &str) -> Option<u64> {
    let value = |line: &str| line.strip_prefix(name)?.strip_prefix(' ')?.trim().parse().ok();
    text.lines().find_map(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_begins_like_another_is_not_it() {
        assert_eq!(field("oom 1\noom_kill 2\noom_group_kill 3\n", "oom_kill"), Some(2));
        assert_eq!(field("file_mapped 7\nfile 5\n", "file"), Some(5));
        assert_eq!(field("anon x\n", "anon"), None);
    }
}
