//! Does the target do the work itself, or does it pass connections on?
//!
//! Three ways to find out, none of which depends on a name:
//! - **By trial connections**, before any load: a few connections are opened to the port and nothing is sent. A process
//!   that opens as many connections to one other local listener, and closes them when ours close, passes connections
//!   on. A service that talks to a database has no reason to do so before it has read a request, and a pool that
//!   happens to fill at this moment stays open.
//! - **By its work**, under load: the scheduler counts how long its threads ran. Any process needs more than
//!   [`LEAST_WORK_S`] per request to accept, read and answer; one that used less did not give the answers, as when the
//!   kernel itself sends connections elsewhere.
//! - **By the bytes**, under load: most connections that clients use have a twin that the target opened to one other
//!   local listener, through which the same bytes went (`connection_bytes.rs`). This finds those that open the other
//!   side only when there is something to send, and needs no connections of our own.
//!
//! A proxy that reads requests before it opens or picks a connection does real work, and its sockets look like those of
//! a service with a database. It is not called a forwarder; its connections are reported instead.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use tokio::net::TcpStream;

use super::cpu_times::{CpuTimes, Work, work_between};
use super::endpoint::Endpoint;
use super::process_tree::ProcessTree;
use super::proxy_status::ProxyStatus;
use super::upstream::{KnownListeners, Outgoing, Upstream, count_by_listener};
use super::{processes, sockets};

/// Connections that are opened to the port before any load.
const TRIAL_CONNECTIONS: usize = 3;
/// How long a forwarder may take to open, or to close, the other side.
const REACTS_WITHIN: Duration = Duration::from_millis(400);
/// Time between two checks of the sockets while waiting for that.
const CHECK_EVERY: Duration = Duration::from_millis(20);
/// The least CPU time that any process needs to answer a request, in seconds. Two system calls that move a
/// message over loopback take about 10 µs; a fifth of that leaves room for requests that share a call.
pub const LEAST_WORK_S: f64 = 2e-6;
/// Fewer answers than this say nothing about work.
const ENOUGH_ANSWERS: u64 = 50;

/// What was observed of one target so far.
#[derive(Debug)]
pub struct ProxyCheck {
    endpoint: Option<Endpoint>,
    known: KnownListeners,
    start: Option<(u64, HashMap<u32, CpuTimes>)>,
    /// Once seen, it stays seen.
    forwards: Option<Upstream>,
}

impl ProxyCheck {
    /// For the target behind this endpoint, if it has one.
    pub fn new(endpoint: Option<Endpoint>) -> ProxyCheck {
        ProxyCheck { endpoint, known: KnownListeners::new(), start: None, forwards: None }
    }

    /// By trial connections; see the head of this file. Takes half a second where the answer is no.
    pub async fn check_before_load(&mut self, tree: &ProcessTree) -> ProxyStatus {
        let Some(endpoint) = self.endpoint else { return ProxyStatus::Unknown };
        let before: HashSet<u64> = self.outgoing(tree).iter().map(|o| o.inode).collect();
        let mut ours = Vec::new();
        for _ in 0..TRIAL_CONNECTIONS {
            let connect = TcpStream::connect((endpoint.address, endpoint.port));
            match tokio::time::timeout(REACTS_WITHIN, connect).await {
                Ok(Ok(stream)) => ours.push(stream),
                _ => return ProxyStatus::Unknown,
            }
        }
        let mut opened = None;
        let opened_all = self
            .wait_until(tree, |now| {
                opened = opened_for_each(now, &before);
                opened.is_some()
            })
            .await;
        drop(ours);
        let Some((to, inodes)) = opened.filter(|_| opened_all) else {
            return ProxyStatus::Service { upstreams: count_by_listener(&self.outgoing(tree)) };
        };
        // what stays open when ours are closed was not opened on their account
        let closed = self.wait_until(tree, |now| !now.iter().any(|o| inodes.contains(&o.inode))).await;
        if !closed {
            return ProxyStatus::Service { upstreams: vec![to] };
        }
        self.forwards = Some(to.clone());
        ProxyStatus::Forwards { to }
    }

    /// By its work since the first call, and by its bytes; see the head of this file.
    pub fn check_under_load(&mut self, tree: &ProcessTree, answered: u64) -> ProxyStatus {
        if let Some(to) = &self.forwards {
            return ProxyStatus::Forwards { to: to.clone() };
        }
        let now: HashMap<u32, CpuTimes> =
            tree.members().iter().filter_map(|m| Some((m.pid, processes::cpu_times(m.pid)?))).collect();
        let Some((answered_before, before)) = &self.start else {
            self.start = Some((answered, now));
            return ProxyStatus::Unknown;
        };
        let answers = answered.saturating_sub(*answered_before);
        if answers < ENOUGH_ANSWERS || now.is_empty() {
            // where no requests are counted, bytes may still be compared
            return match self.compare_bytes(tree) {
                ProxyStatus::Forwards { to } => ProxyStatus::Forwards { to },
                _ => ProxyStatus::Unknown,
            };
        }
        match work_between(before, &now) {
            Work::Seen(seconds) if seconds < LEAST_WORK_S * answers as f64 => {
                let to = self.endpoint.and_then(sockets::behind_translation);
                ProxyStatus::Idle { work_s: seconds / answers as f64, to }
            }
            Work::TooCoarse(seconds) if seconds < LEAST_WORK_S * answers as f64 => ProxyStatus::Unknown,
            _ => self.compare_bytes(tree),
        }
    }

    fn compare_bytes(&mut self, tree: &ProcessTree) -> ProxyStatus {
        let outgoing = self.outgoing(tree);
        match self.endpoint.and_then(|endpoint| sockets::relayed_to(tree, endpoint, &outgoing)) {
            Some(to) => {
                self.forwards = Some(to.clone());
                ProxyStatus::Forwards { to }
            }
            None => ProxyStatus::Service { upstreams: count_by_listener(&outgoing) },
        }
    }

    fn outgoing(&mut self, tree: &ProcessTree) -> Vec<Outgoing> {
        // a listener that ended may have been replaced by another
        let held = |to: &Option<Upstream>| to.as_ref().and_then(|to| to.pid);
        self.known.retain(|_, to| held(to).is_none_or(|pid| processes::identity(pid).is_some()));
        sockets::outgoing(tree, &mut self.known)
    }

    async fn wait_until(&mut self, tree: &ProcessTree, mut done: impl FnMut(&[Outgoing]) -> bool) -> bool {
        let patience = tokio::time::Instant::now() + REACTS_WITHIN;
        loop {
            if done(&self.outgoing(tree)) {
                return true;
            }
            if tokio::time::Instant::now() >= patience {
                return false;
            }
            tokio::time::sleep(CHECK_EVERY).await;
        }
    }
}

/// The listener to which a connection was opened for each of ours since `before`, and the sockets.
fn opened_for_each(now: &[Outgoing], before: &HashSet<u64>) -> Option<(Upstream, HashSet<u64>)> {
    let new: Vec<Outgoing> = now.iter().filter(|o| !before.contains(&o.inode)).cloned().collect();
    let most = count_by_listener(&new).into_iter().next().filter(|to| to.connections >= TRIAL_CONNECTIONS)?;
    let same = |o: &&Outgoing| (o.to.pid, o.to.port) == (most.pid, most.port);
    let inodes = new.iter().filter(same).map(|o| o.inode).collect();
    Some((most, inodes))
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests;
