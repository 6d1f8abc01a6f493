//! Where a process listens beside the port that is driven: for `--look-around`, and for V8's inspector.

use crate::plan::Plan;

/// Ports on which the process listens for TCP on this machine's loopback or on all addresses, without the driven one;
/// none where the system does not tell.
pub fn others(plan: &Plan, pid: u32) -> Vec<u16> {
    beside(driven(plan), &[pid]).into_iter().map(|(_, port)| port).collect()
}

/// The port that is driven.
pub fn driven(plan: &Plan) -> Option<u16> {
    plan.request.as_ref().and_then(|request| request.url.port_or_known_default())
}

/// The same for several processes, in their order, each port with who listens.
pub fn beside(driven: Option<u16>, pids: &[u32]) -> Vec<(u32, u16)> {
    let Ok(all) = listeners::get_all() else { return Vec::new() };
    let mut ports: Vec<(usize, u16)> = all
        .into_iter()
        .filter(|l| l.protocol == listeners::Protocol::TCP && l.state == listeners::SocketState::Listen)
        .filter(|l| l.socket.ip().is_loopback() || l.socket.ip().is_unspecified())
        .filter_map(|l| Some((pids.iter().position(|pid| *pid == l.process.pid)?, l.socket.port())))
        .filter(|(_, port)| Some(*port) != driven)
        .collect();
    ports.sort_unstable();
    ports.dedup();
    ports.into_iter().map(|(at, port)| (pids[at], port)).collect()
}
