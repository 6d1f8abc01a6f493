//! The processes that belong to the target, for a probe that does not follow its life.

use std::collections::HashMap;
use std::time::Duration;

use super::identity::Identity;
use super::process_tree::ProcessTree;
use super::processes::threads_ran;
use super::roots::{Roots, current};

/// The processes of the target at any moment.
#[derive(Debug)]
pub struct Members {
    roots: Roots,
    seen: Vec<Identity>,
    tree: ProcessTree,
}

impl Members {
    pub(super) fn new(roots: Roots) -> Members {
        Members { roots, seen: Vec::new(), tree: ProcessTree::default() }
    }

    /// The processes that belong to it now.
    pub fn members(&mut self) -> Vec<Identity> {
        let roots = current(&self.roots);
        if roots != self.seen {
            self.tree = ProcessTree::new(&roots);
            self.seen = roots;
        } else {
            self.tree.refresh();
        }
        let (alive, gone): (Vec<Identity>, Vec<Identity>) =
            self.tree.members().iter().partition(|member| member.is_alive());
        for identity in gone {
            self.tree.forget(identity);
        }
        alive
    }

    /// How long each of their threads has run, by pid and thread; none where that is unknown for one of them, or where
    /// there are more than `most` threads.
    pub fn ran(&mut self, most: usize) -> Option<HashMap<(u32, u32), Duration>> {
        let mut all = HashMap::new();
        for member in self.members() {
            let threads = threads_ran(member.pid, most.saturating_sub(all.len()))?;
            all.extend(threads.into_iter().map(|(thread, ran)| ((member.pid, thread), ran)));
        }
        Some(all)
    }
}
