//! Where on this machine the target's own connections lead: Linux's socket tables followed to the other end.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, SocketAddr};

use super::connection_bytes;
use super::endpoint::Endpoint;
use super::process_tree::ProcessTree;
use super::processes;
use super::socket_tables::{Namespace, Socket, holders, owners};
use super::upstream::{KnownListeners, Outgoing, Upstream};

/// How often connections are compared before they count as different.
const MOST_COMPARISONS: usize = 3;

/// The connections that the tree's processes have opened to local listeners outside of the tree.
///
/// `known` remembers what was found behind an address, since finding out takes a look at every process.
pub fn outgoing(tree: &ProcessTree, known: &mut KnownListeners) -> Vec<Outgoing> {
    let Some(first) = tree.members().first() else { return Vec::new() };
    let here = Namespace::of_process(first.pid);
    let sockets = here.sockets();
    let held = owners(tree.members().iter().map(|member| member.pid));
    let own_ports: HashSet<u16> =
        sockets.iter().filter(|s| s.listens && held.contains_key(&s.inode)).map(|s| s.local.port()).collect();
    let opened =
        |s: &&Socket| s.established && held.contains_key(&s.inode) && !own_ports.contains(&s.local.port());
    let mut found = Vec::new();
    for socket in sockets.iter().filter(opened) {
        let to = known.entry(socket.remote).or_insert_with(|| listener(&here, &sockets, socket.remote));
        // the holder may belong to the tree: a service that talks to itself or to its children
        if let Some(to) = to
            && !to.pid.is_some_and(|pid| tree.contains(pid))
        {
            found.push(Outgoing { inode: socket.inode, to: to.clone() });
        }
    }
    found
}

/// The listener to which the tree passes on, byte for byte, what it accepts at its endpoint: most of the connections
/// that clients use have a twin among those that the tree opened, all of them to this listener.
pub fn relayed_to(tree: &ProcessTree, endpoint: Endpoint, outgoing: &[Outgoing]) -> Option<Upstream> {
    let opened: HashMap<u64, &Upstream> = outgoing.iter().map(|o| (o.inode, &o.to)).collect();
    if opened.is_empty() {
        return None;
    }
    let owned: HashSet<u64> = owners(tree.members().iter().map(|member| member.pid)).into_keys().collect();
    // bytes that are under way differ for a moment, so a difference is checked again
    for _ in 0..MOST_COMPARISONS {
        let (pairs, compared) =
            connection_bytes::passed_on(&owned, endpoint.port, &opened.keys().copied().collect())?;
        let to = pairs.first().and_then(|(_, twin)| opened.get(twin).copied());
        let same = |(_, twin): &&(u64, u64)| {
            opened.get(twin).map(|o| (o.pid, o.port)) == to.map(|t| (t.pid, t.port))
        };
        let twins = pairs.iter().filter(same).count();
        if twins > 0 && twins * 2 >= compared {
            return to.map(|to| Upstream { connections: twins, ..to.clone() });
        }
    }
    None
}

/// The listener at the far end, if that is on this machine.
fn listener(here: &Namespace, sockets: &[Socket], at: SocketAddr) -> Option<Upstream> {
    if here.owns_address(at.ip()) {
        return holder(&here.listeners(at.ip(), at.port(), sockets), at.port());
    }
    let there =
        Namespace::all_visible().into_iter().find(|n| n.owns_address(at.ip()) && !at.ip().is_loopback())?;
    holder(&there.listeners(at.ip(), at.port(), &there.sockets()), at.port())
}

/// The process that holds the first of these listening sockets; without a pid if it cannot be seen.
fn holder(listening: &[Socket], port: u16) -> Option<Upstream> {
    let inode = listening.first()?.inode;
    let (found, _) = holders(&HashSet::from([inode]));
    // of a master and its workers the oldest
    let pid =
        found.iter().map(|&(pid, _)| pid).filter_map(processes::identity).min().map(|identity| identity.pid);
    let program = pid.and_then(processes::program).unwrap_or_else(|| "a process out of sight".into());
    Some(Upstream { pid, program, port, connections: 1 })
}

/// Who really accepts the connections that clients on this machine believe to have with `endpoint`: the kernel may
/// translate addresses on the way, as it does for published ports of containers, and keeps the client's port.
pub fn behind_translation(endpoint: Endpoint) -> Option<Upstream> {
    let own = Namespace::of_soak();
    let at = SocketAddr::new(endpoint.address, endpoint.port);
    let clients: HashSet<u16> =
        own.sockets().iter().filter(|s| s.established && s.remote == at).map(|s| s.local.port()).collect();
    let mut votes: HashMap<(usize, IpAddr, u16), usize> = HashMap::new();
    let namespaces: Vec<(Namespace, Vec<Socket>)> =
        Namespace::all_visible().into_iter().map(|n| (n.clone(), n.sockets())).collect();
    for (i, (_, sockets)) in namespaces.iter().enumerate() {
        let ports: HashSet<u16> = sockets.iter().filter(|s| s.listens).map(|s| s.local.port()).collect();
        for s in sockets.iter().filter(|s| s.established && s.local != at) {
            if clients.contains(&s.remote.port()) && ports.contains(&s.local.port()) {
                *votes.entry((i, s.local.ip(), s.local.port())).or_default() += 1;
            }
        }
    }
    // a client's port may be in use elsewhere by chance, but hardly most of them
    let (&(i, ip, port), &count) = votes.iter().max_by_key(|(_, count)| **count)?;
    if count * 2 <= clients.len() {
        return None;
    }
    let (namespace, sockets) = &namespaces[i];
    holder(&namespace.listeners(ip, port, sockets), port).map(|to| Upstream { connections: count, ..to })
}
