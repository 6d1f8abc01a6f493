//! What the target is connected to.

use std::collections::HashMap;
use std::net::SocketAddr;

/// What is behind an address that the target is connected to; none if it is not on this machine.
pub type KnownListeners = HashMap<SocketAddr, Option<Upstream>>;

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

/// Connections counted by where they lead, most first.
pub(super) fn count_by_listener(outgoing: &[Outgoing]) -> Vec<Upstream> {
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
