//! The processes of the target: its roots with all their descendants, cheap to refresh.
//!
//! No parent is read twice. A refresh lists /proc only if a process or thread was started since the last one (the
//! newest pid shows that), and then reads only processes it has not seen. A process that once belonged to the tree
//! stays in it until it ends, even when its parent ends first.

use std::collections::{HashMap, HashSet};

use super::identity::Identity;
use super::processes;

/// Roots and their descendants.
#[derive(Debug, Default)]
pub struct ProcessTree {
    members: Vec<Identity>,
    pids: HashSet<u32>,
    /// The parents of all other processes, as last seen.
    strangers: HashMap<u32, u32>,
    newest: Option<u32>,
}

impl ProcessTree {
    /// The tree below these roots, as it is now.
    pub fn new(roots: &[Identity]) -> ProcessTree {
        let mut tree = ProcessTree::default();
        tree.adopt(roots);
        tree.refresh();
        tree
    }

    /// Adds further roots; their descendants come with the next [`ProcessTree::refresh`].
    pub fn adopt(&mut self, roots: &[Identity]) {
        for &root in roots {
            self.add(root);
        }
        // strangers may descend from the new root
        self.strangers.clear();
        self.newest = None;
    }

    /// Its processes, roots first.
    pub fn members(&self) -> &[Identity] {
        &self.members
    }

    /// Whether this pid is in it.
    pub fn contains(&self, pid: u32) -> bool {
        self.pids.contains(&pid)
    }

    /// Takes out a process that has ended.
    pub fn forget(&mut self, gone: Identity) {
        self.members.retain(|member| *member != gone);
        self.pids.remove(&gone.pid);
    }

    /// Finds the processes that were started since the last refresh.
    pub fn refresh(&mut self) {
        // read before the list, so that a process that starts in between is found next time
        let newest = processes::newest_pid();
        if newest.is_some() && newest == self.newest {
            return;
        }
        self.newest = newest;
        let all = processes::pids();
        let new: Vec<u32> = all
            .iter()
            .copied()
            .filter(|p| !self.pids.contains(p) && !self.strangers.contains_key(p))
            .collect();
        let alive: HashSet<u32> = all.into_iter().collect();
        self.strangers.retain(|pid, _| alive.contains(pid));
        self.strangers.extend(processes::parents(&new));
        // a child may have been listed before its parent, so go on until no process joins
        loop {
            let joining: Vec<u32> =
                self.strangers.iter().filter(|(_, up)| self.pids.contains(up)).map(|(pid, _)| *pid).collect();
            if joining.is_empty() {
                return;
            }
            for pid in joining {
                self.strangers.remove(&pid);
                if let Some(identity) = Identity::read(pid) {
                    self.add(identity);
                }
            }
        }
    }

    fn add(&mut self, identity: Identity) {
        // a pid that a new child reuses replaces the process that had it
        self.members.retain(|member| member.pid != identity.pid);
        self.members.push(identity);
        self.pids.insert(identity.pid);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};

    #[test]
    fn descendants_belong_to_it_also_when_orphaned() {
        // a shell that starts two sleepers, one of them through a shell that ends at once
        let script = "sleep 20 & echo $!; sh -c 'sleep 20 & echo $!'; read _; sleep 20 & echo $!; read _";
        let mut shell = Command::new("sh")
            .args(["-c", script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let root = Identity::read(shell.id()).unwrap();
        let mut tree = ProcessTree::new(&[root]);
        let mut said = BufReader::new(shell.stdout.take().unwrap()).lines();
        let child: u32 = said.next().unwrap().unwrap().parse().unwrap();
        let orphan: u32 = said.next().unwrap().unwrap().parse().unwrap();
        tree.refresh();
        assert!(tree.contains(child), "{tree:?}");
        assert!(!tree.contains(std::process::id()));
        let before = tree.members().len();
        use std::io::Write;
        shell.stdin.as_mut().unwrap().write_all(b"\n").unwrap();
        let later: u32 = said.next().unwrap().unwrap().parse().unwrap();
        tree.refresh();
        assert!(tree.contains(later), "who was started since");
        assert_eq!(tree.members().len(), before + 1);
        assert_eq!(tree.members()[0], root);
        shell.kill().unwrap();
        shell.wait().unwrap();
        tree.refresh();
        assert!(tree.contains(child), "orphans stay");
        for pid in [child, orphan, later] {
            Command::new("kill").arg(pid.to_string()).status().unwrap();
        }
        tree.forget(root);
        assert!(!tree.contains(root.pid));
    }
}
