//! The life of the target, checked with every sample: is it there, has it gone, is it back under another pid.

use std::sync::PoisonError;
use std::time::{Duration, Instant};

use super::identity::Identity;
use super::process_tree::ProcessTree;
use super::roots::{Roots, current};
use super::search::TargetSearch;
use super::started_command::Exit;
use crate::evidence::{EventKind, Gone};

/// How often a target that is gone is searched for, which lists every process.
const SEARCH_EVERY: Duration = Duration::from_millis(500);
/// The same while only one of several instances is missing.
const SEARCH_ONE_EVERY: Duration = Duration::from_secs(5);

/// Follows one target; [`Follower::tick`] is called with every sample.
#[derive(Debug)]
pub struct Follower {
    roots: Roots,
    program: String,
    search: TargetSearch,
    command: Option<Exit>,
    tree: ProcessTree,
    /// What was reported of this process's end, if it was.
    reported_gone: Option<Gone>,
    searched: Option<Instant>,
}

impl Follower {
    pub(super) fn new(
        roots: Roots,
        program: String,
        search: TargetSearch,
        command: Option<Exit>,
    ) -> Follower {
        let tree = ProcessTree::new(&current(&roots));
        Follower { roots, program, search, command, tree, reported_gone: None, searched: None }
    }

    /// All processes of the target.
    pub fn tree(&self) -> &ProcessTree {
        &self.tree
    }

    /// The processes that stand for the target now; all others are their descendants.
    pub fn roots(&self) -> Vec<Identity> {
        current(&self.roots)
    }

    /// Takes processes out of the tree that can no longer be read.
    pub fn forget(&mut self, gone: &[Identity]) {
        for &identity in gone {
            self.tree.forget(identity);
        }
    }

    /// What has happened since the last tick: a restart, or that the target is gone, which is reported once.
    pub fn tick(&mut self, now: Instant) -> Vec<EventKind> {
        let mut events = Vec::new();
        let roots = current(&self.roots);
        let (alive, dead): (Vec<Identity>, Vec<Identity>) = roots.iter().partition(|root| root.is_alive());
        // asked for after who lives, so that a command that ends in between has a status and is not merely gone
        if let Some(status) = self.command.as_ref().and_then(Exit::status) {
            self.command = None;
            self.reported_gone = Some(Gone::Command);
            let reason = format!("the started command ended: {status}");
            events.push(EventKind::TargetGone { reason, who: Gone::Command });
        }
        if !dead.is_empty() {
            events.extend(self.missing(&alive, &dead, now));
        }
        self.tree.refresh();
        events
    }

    fn missing(&mut self, alive: &[Identity], dead: &[Identity], now: Instant) -> Option<EventKind> {
        let pause = if alive.is_empty() { SEARCH_EVERY } else { SEARCH_ONE_EVERY };
        let found = if self.searched.is_none_or(|at| now.saturating_duration_since(at) >= pause) {
            self.searched = Some(now);
            self.search.find_again()
        } else {
            Vec::new()
        };
        let new: Vec<Identity> = found.into_iter().filter(|identity| !alive.contains(identity)).collect();
        if let (Some(&before), Some(&after)) = (dead.first(), new.first()) {
            // a child that goes on when its parent ends is no restart, unless the end was reported already: then the
            // events must say that the target is back
            let known = new.iter().all(|identity| self.tree.members().contains(identity));
            self.put(alive.iter().chain(&new).copied().collect());
            self.forget(dead);
            self.tree.adopt(&new);
            self.searched = None;
            let was_away = self.reported_gone.take() == Some(Gone::Target);
            return (!known || was_away)
                .then_some(EventKind::Restart { pid_before: before.pid, pid_after: after.pid });
        }
        if alive.is_empty() && self.reported_gone.is_none() {
            self.reported_gone = Some(Gone::Target);
            let pids: Vec<String> = dead.iter().map(|identity| identity.pid.to_string()).collect();
            let reason = format!("{} (pid {}) is gone", self.program, pids.join(", "));
            return Some(EventKind::TargetGone { reason, who: Gone::Target });
        }
        None
    }

    fn put(&self, roots: Vec<Identity>) {
        *self.roots.lock().unwrap_or_else(PoisonError::into_inner) = roots;
    }
}

#[cfg(test)]
mod tests;
