//! The target of a run, once it is found.

use std::sync::Arc;

use super::follower::Follower;
use super::identity::Identity;
use super::members::Members;
use super::process_tree::ProcessTree;
use super::proxy_check::ProxyCheck;
use super::proxy_status::ProxyStatus;
use super::roots::{self, Roots};
use super::search::TargetSearch;
use super::started_command::Exit;
use crate::evidence::{NoProcess, TargetRecord};

/// What the search came to.
#[derive(Debug)]
pub enum Found {
    /// This is what will be judged.
    Here(Box<Target>),
    /// No process can be observed, and why.
    NoProcess(NoProcess),
}

impl Found {
    /// The target, or why there is none.
    pub fn into_parts(self) -> (Option<Target>, Option<NoProcess>) {
        match self {
            Found::Here(target) => (Some(*target), None),
            Found::NoProcess(why) => (None, Some(why)),
        }
    }
}

/// The processes that are judged as one.
#[derive(Debug)]
pub struct Target {
    /// What is recorded of it.
    pub record: TargetRecord,
    pub(super) roots: Roots,
    pub(super) search: TargetSearch,
    /// Of a command that soak started.
    pub(super) exit: Option<Exit>,
    /// None where the user named the process by its pid.
    pub(super) proxy_check: Option<ProxyCheck>,
}

impl Target {
    /// The processes that stand for it now: one, or its instances; another after a restart.
    pub fn roots(&self) -> Vec<Identity> {
        roots::current(&self.roots)
    }

    /// A follower of its life, for the probe that samples it.
    pub fn follower(&self) -> Follower {
        // one that put itself into the background has ended already, and well
        let command = self.exit.clone().filter(|exit| exit.status().is_none());
        Follower::new(Arc::clone(&self.roots), self.record.program.clone(), self.search.clone(), command)
    }

    /// Its processes, for a probe that does not follow its life.
    pub fn members(&self) -> Members {
        Members::new(Arc::clone(&self.roots))
    }

    /// Before any load: whether it passes connections on. Opens three connections to the port for a moment,
    /// without sending anything, so it is not for `watch`. Unknown where the user named the pid.
    pub async fn check_before_load(&mut self) -> ProxyStatus {
        let tree = ProcessTree::new(&self.roots());
        match &mut self.proxy_check {
            Some(proxy_check) => proxy_check.check_before_load(&tree).await,
            None => ProxyStatus::Unknown,
        }
    }

    /// Under load: whether it does the work itself. The first call only notes where it stands; `answered` is how
    /// many requests were answered since the run began. Call it some seconds apart. Unknown where the user named the
    /// pid.
    pub fn check_under_load(&mut self, answered: u64) -> ProxyStatus {
        let tree = ProcessTree::new(&self.roots());
        self.proxy_check
            .as_mut()
            .map_or(ProxyStatus::Unknown, |proxy_check| proxy_check.check_under_load(&tree, answered))
    }
}
