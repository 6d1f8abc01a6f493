//! Whether a process still runs, and its ancestors.

use super::identity::Identity;
use super::processes;

impl Identity {
    /// The process with this pid now; none if there is none, or if it has ended and only waits to be reaped.
    pub fn read(pid: u32) -> Option<Identity> {
        processes::identity(pid)
    }

    /// When it started, in seconds since 1970.
    pub fn started_s(self) -> Option<f64> {
        processes::started_s(self)
    }

    /// Whether this very process still runs.
    pub fn is_alive(self) -> bool {
        Identity::read(self.pid) == Some(self)
    }
}

/// soak's own pid and those of its ancestors: none of them is ever a target.
pub fn own_ancestry() -> Vec<u32> {
    ancestry_of(std::process::id())
}

/// A process and its ancestors, nearest first.
pub fn ancestry_of(pid: u32) -> Vec<u32> {
    let mut line = vec![pid];
    let mut at = pid;
    // bounded, because pids that are reused meanwhile could form a ring
    while let Some(parent) = processes::parent(at)
        && parent != 0
        && line.len() < 256
        && !line.contains(&parent)
    {
        line.push(parent);
        at = parent;
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_itself_until_it_ends() {
        let mut child = std::process::Command::new("sleep").arg("20").spawn().unwrap();
        let identity = Identity::read(child.id()).expect("it runs");
        assert!(identity.is_alive());
        assert!(
            !Identity { start: identity.start + 1, ..identity }.is_alive(),
            "another start time, another process"
        );
        assert!(ancestry_of(child.id()).contains(&std::process::id()), "its ancestors include this test");
        child.kill().unwrap();
        let zombie_or_gone = (0..100).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(5));
            !identity.is_alive()
        });
        assert!(zombie_or_gone, "a killed child counts as gone before it is waited for");
        child.wait().unwrap();
        assert!(!identity.is_alive());
    }
}
