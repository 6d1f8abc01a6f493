//! Where a process listens beside the port that is driven: for `--look-around`.

use crate::plan::Plan;

/// Ports on which the process listens for TCP on this machine's loopback or on all addresses, without the driven one;
/// none where the system does not tell.
pub fn others(plan: &Plan, pid: u32) -> Vec<u16> {
    let driven = plan.request.as_ref().and_then(|request| request.url.port_or_known_default());
    let Ok(all) = listeners::get_all() else { return Vec::new() };
    let mut ports: Vec<u16> = all
        .into_iter()
        .filter(|l| l.process.pid == pid)
        .filter(|l| l.protocol == listeners::Protocol::TCP && l.state == listeners::SocketState::Listen)
        .filter(|l| l.socket.ip().is_loopback() || l.socket.ip().is_unspecified())
        .map(|l| l.socket.port())
        .filter(|port| Some(*port) != driven)
        .collect();
    ports.sort_unstable();
    ports.dedup();
    ports
}
