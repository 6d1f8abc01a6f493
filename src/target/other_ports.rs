//! Where a process listens apart from the port under load: for `--look-around`, and for V8's inspector.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use crate::plan::Plan;

/// Where on this machine's loopback the process can be reached over TCP, except at the port under load: one address per
/// port. Empty where the system does not show it.
pub fn loopback_addresses(plan: &Plan, pid: u32) -> Vec<SocketAddr> {
    other_listeners(driven_port(plan), &[pid]).into_iter().map(|(_, at)| at).collect()
}

/// The port under load.
pub fn driven_port(plan: &Plan) -> Option<u16> {
    plan.request().and_then(|request| request.url.port_or_known_default())
}

/// The same for several processes, in their order, each address with the process that listens there.
pub fn other_listeners(driven: Option<u16>, pids: &[u32]) -> Vec<(u32, SocketAddr)> {
    let Ok(all) = listeners::get_all() else { return Vec::new() };
    let mut found: Vec<(usize, u16, IpAddr)> = all
        .into_iter()
        .filter(|l| l.protocol == listeners::Protocol::TCP && l.state == listeners::SocketState::Listen)
        .filter(|l| Some(l.socket.port()) != driven)
        .filter_map(|l| {
            let at = pids.iter().position(|pid| *pid == l.process.pid)?;
            Some((at, l.socket.port(), on_loopback(l.socket.ip())?))
        })
        .collect();
    // of both kinds of addresses the older comes first, and does
    found.sort_unstable();
    found.dedup_by_key(|(at, port, _)| (*at, *port));
    found.into_iter().map(|(at, port, ip)| (pids[at], SocketAddr::new(ip, port))).collect()
}

/// By which address of the loopback a socket bound to this one is reached, if it is.
fn on_loopback(bound: IpAddr) -> Option<IpAddr> {
    match bound {
        _ if bound.is_loopback() => Some(bound),
        // one bound to [::] takes both
        _ if bound.is_unspecified() => Some(Ipv4Addr::LOCALHOST.into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_found_at_the_address_that_it_is_bound_to() {
        let sockets: Vec<std::net::TcpListener> = ["127.0.0.1:0", "[::1]:0", "0.0.0.0:0"]
            .into_iter()
            .filter_map(|at| std::net::TcpListener::bind(at).ok()) // there may be no IPv6
            .collect();
        let found = other_listeners(None, &[std::process::id()]);
        for socket in sockets {
            let mut at = socket.local_addr().unwrap();
            if at.ip().is_unspecified() {
                at.set_ip(Ipv4Addr::LOCALHOST.into());
            }
            assert!(found.contains(&(std::process::id(), at)), "{at}: {found:?}");
            assert!(
                !other_listeners(Some(at.port()), &[std::process::id()])
                    .iter()
                    .any(|(_, found)| *found == at)
            );
        }
    }
}
