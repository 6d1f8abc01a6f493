//! Does the target do the work itself, or does it pass connections on?
//!
//! Three ways to find out, none of which asks for a name:
//! - **By sounding**, before any load: a few connections are opened to the port and nothing is sent. Whoever opens
//!   as many connections to one other local listener, and closes them when ours close, passes connections on. A
//!   service that talks to a database has no reason to do so before it has read a request, and a pool that happens
//!   to fill at this moment stays open.
//! - **By its work**, under load: the scheduler tells how long its threads ran. To accept, read and answer takes
//!   any process more than [`LEAST_WORK_S`] a request; who used less had nothing to do with the answers, as when
//!   the kernel itself sends connections elsewhere.
//! - **By the bytes**, under load: most connections that clients use have a twin that the target opened to one other
//!   local listener, through which the same bytes went (`relayed.rs`). This finds those that open the other side
//!   only when there is something to send, and needs no connections of our own.
//!
//! A proxy that reads requests before it opens or picks a connection is a program that does work of its own, and
//! its sockets look like those of a service with a database. It is not called a forwarder; to whom it is connected
//! is told instead.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpStream;

use super::find::Door;
use super::os;
use super::tree::Tree;

/// How many connections are opened to sound.
const SOUNDED: usize = 3;
/// How long a forwarder may take to open, or to close, the other side.
const ECHO: Duration = Duration::from_millis(400);
/// Between two looks at the sockets while waiting for that.
const LOOK: Duration = Duration::from_millis(20);
/// The least CPU time that any answered request takes whoever answers it, in seconds. Two system calls that move a
/// message over loopback take about 10 µs; a fifth of that leaves room for requests that share a call.
pub const LEAST_WORK_S: f64 = 2e-6;
/// Fewer answers than this say nothing about work.
const ENOUGH: u64 = 50;
/// One clock tick, by which a count of ticks may be wrong.
const TICK_S: f64 = 0.01;

/// What is behind an address that the target is connected to; none if it is not on this machine.
pub type Listeners = HashMap<SocketAddr, Option<Upstream>>;

/// A local listener outside of the target to which it has connections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upstream {
    /// Who holds it; none where soak cannot see.
    pub pid: Option<u32>,
    /// The name of its executable.
    pub program: String,
    /// The port it listens on.
    pub port: u16,
    /// How many connections the target has to it.
    pub connections: usize,
}

/// One connection that the target has opened to such a listener.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The socket.
    pub inode: u64,
    /// Where it leads.
    pub to: Upstream,
}

/// Two counts of one process's CPU time.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct CpuTimes {
    /// From clock ticks, ended threads included, in seconds.
    pub ticks_s: f64,
    /// From the scheduler, living threads only, in seconds.
    pub scheduled_s: Option<f64>,
}

/// What was found out.
#[derive(Debug, Clone, PartialEq)]
pub enum ProxyStatus {
    /// Not enough was seen.
    Unknown,
    /// It does work of its own; it has connections to these, which judge nothing but may explain something.
    Service {
        /// Most connections first.
        upstreams: Vec<Upstream>,
    },
    /// It opens a connection to this one for each that it accepts.
    Forwards {
        /// Who is the service, unless that forwards too.
        to: Upstream,
    },
    /// Requests are answered and it does not run.
    Idle {
        /// CPU time of the whole target for each answered request, in seconds.
        work_s: f64,
        /// Who accepts the connections in truth, where it could be found.
        to: Option<Upstream>,
    },
}

/// Looks at one target, again and again.
#[derive(Debug)]
pub struct Lookout {
    door: Option<Door>,
    known: Listeners,
    start: Option<(u64, HashMap<u32, CpuTimes>)>,
    /// Once seen, it stays seen.
    forwards: Option<Upstream>,
}

impl Lookout {
    /// For the target behind this door, if it has one.
    pub fn new(door: Option<Door>) -> Lookout {
        Lookout { door, known: Listeners::new(), start: None, forwards: None }
    }

    /// By sounding; see the head of this file. Takes half a second where the answer is no.
    pub async fn sound(&mut self, tree: &Tree) -> ProxyStatus {
        let Some(door) = self.door else { return ProxyStatus::Unknown };
        let before: HashSet<u64> = self.outgoing(tree).iter().map(|o| o.inode).collect();
        let mut ours = Vec::new();
        for _ in 0..SOUNDED {
            let connect = TcpStream::connect((door.address, door.port));
            match tokio::time::timeout(ECHO, connect).await {
                Ok(Ok(stream)) => ours.push(stream),
                _ => return ProxyStatus::Unknown,
            }
        }
        let mut opened = None;
        let opened_all = self
            .until(tree, |now| {
                opened = one_for_each(now, &before);
                opened.is_some()
            })
            .await;
        drop(ours);
        let Some((to, inodes)) = opened.filter(|_| opened_all) else {
            return ProxyStatus::Service { upstreams: by_listener(&self.outgoing(tree)) };
        };
        // what stays open when ours are closed was not opened on their account
        let closed = self.until(tree, |now| !now.iter().any(|o| inodes.contains(&o.inode))).await;
        if !closed {
            return ProxyStatus::Service { upstreams: vec![to] };
        }
        self.forwards = Some(to.clone());
        ProxyStatus::Forwards { to }
    }

    /// By its work since the first call, and by its bytes; see the head of this file.
    pub fn look(&mut self, tree: &Tree, answered: u64) -> ProxyStatus {
        if let Some(to) = &self.forwards {
            return ProxyStatus::Forwards { to: to.clone() };
        }
        let now: HashMap<u32, CpuTimes> =
            tree.members().iter().filter_map(|m| Some((m.pid, os::cpu_times(m.pid)?))).collect();
        let Some((answered_before, before)) = &self.start else {
            self.start = Some((answered, now));
            return ProxyStatus::Unknown;
        };
        let answers = answered.saturating_sub(*answered_before);
        if answers < ENOUGH || now.is_empty() {
            // where nobody counts requests there may still be bytes
            return match self.by_bytes(tree) {
                ProxyStatus::Forwards { to } => ProxyStatus::Forwards { to },
                _ => ProxyStatus::Unknown,
            };
        }
        match work(before, &now) {
            Work::Seen(seconds) if seconds < LEAST_WORK_S * answers as f64 => {
                let to = self.door.and_then(os::behind_translation);
                ProxyStatus::Idle { work_s: seconds / answers as f64, to }
            }
            Work::TooCoarse(seconds) if seconds < LEAST_WORK_S * answers as f64 => ProxyStatus::Unknown,
            _ => self.by_bytes(tree),
        }
    }

    fn by_bytes(&mut self, tree: &Tree) -> ProxyStatus {
        let outgoing = self.outgoing(tree);
        match self.door.and_then(|door| os::relayed_to(tree, door, &outgoing)) {
            Some(to) => {
                self.forwards = Some(to.clone());
                ProxyStatus::Forwards { to }
            }
            None => ProxyStatus::Service { upstreams: by_listener(&outgoing) },
        }
    }

    fn outgoing(&mut self, tree: &Tree) -> Vec<Outgoing> {
        // a listener that ended may have been replaced by another
        let held = |to: &Option<Upstream>| to.as_ref().and_then(|to| to.pid);
        self.known.retain(|_, to| held(to).is_none_or(|pid| os::identity(pid).is_some()));
        os::outgoing(tree, &mut self.known)
    }

    async fn until(&mut self, tree: &Tree, mut done: impl FnMut(&[Outgoing]) -> bool) -> bool {
        let patience = tokio::time::Instant::now() + ECHO;
        loop {
            if done(&self.outgoing(tree)) {
                return true;
            }
            if tokio::time::Instant::now() >= patience {
                return false;
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}

/// The listener to which a connection was opened for each of ours since `before`, and the sockets.
fn one_for_each(now: &[Outgoing], before: &HashSet<u64>) -> Option<(Upstream, HashSet<u64>)> {
    let new: Vec<Outgoing> = now.iter().filter(|o| !before.contains(&o.inode)).cloned().collect();
    let most = by_listener(&new).into_iter().next().filter(|to| to.connections >= SOUNDED)?;
    let same = |o: &&Outgoing| (o.to.pid, o.to.port) == (most.pid, most.port);
    let inodes = new.iter().filter(same).map(|o| o.inode).collect();
    Some((most, inodes))
}

/// Connections counted by where they lead, most first.
fn by_listener(outgoing: &[Outgoing]) -> Vec<Upstream> {
    let mut counted: Vec<Upstream> = Vec::new();
    for Outgoing { to, .. } in outgoing {
        match counted.iter_mut().find(|other| (other.pid, other.port) == (to.pid, to.port)) {
            Some(other) => other.connections += 1,
            None => counted.push(Upstream { connections: 1, ..to.clone() }),
        }
    }
    counted.sort_by_key(|to| (std::cmp::Reverse(to.connections), to.port));
    counted
}

/// CPU time between two looks at a tree, in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Work {
    /// As the scheduler counts.
    Seen(f64),
    /// In clock ticks, which miss what is short.
    TooCoarse(f64),
}

/// The scheduler forgets threads that ended, ticks forget nobody but may be wrong by one: the larger is a lower
/// bound either way. Who was not there before counts in full, and so does who used a pid again.
fn work(before: &HashMap<u32, CpuTimes>, now: &HashMap<u32, CpuTimes>) -> Work {
    let (mut seconds, mut coarse) = (0.0, false);
    for (pid, after) in now {
        let earlier = before.get(pid).copied().unwrap_or_default();
        let ticks = (after.ticks_s - earlier.ticks_s - TICK_S).max(0.0);
        let scheduled = after.scheduled_s.map(|s| s - earlier.scheduled_s.unwrap_or(0.0));
        coarse |= scheduled.is_none();
        seconds += ticks.max(scheduled.unwrap_or(0.0));
    }
    if coarse { Work::TooCoarse(seconds) } else { Work::Seen(seconds) }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests;
