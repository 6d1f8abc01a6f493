//! Who listens where, as the `listeners` crate shows it where there is no /proc. Compiled and untested: the functions
//! are those of the Linux files.

use std::net::IpAddr;
use std::path::Path;

use super::endpoint::{Endpoint, PortHolder};
use super::process_tree::ProcessTree;
use super::upstream::{KnownListeners, Outgoing, Upstream};

/// Who listens at this address and port.
pub fn listener_holder(address: IpAddr, port: u16) -> PortHolder {
    // the system refuses to bind an address of another machine
    if !address.is_loopback() && std::net::UdpSocket::bind((address, 0)).is_err() {
        return PortHolder::Elsewhere;
    }
    let pids = listening(address, port);
    if pids.is_empty() { PortHolder::None } else { PortHolder::By(pids) }
}

/// Who listens at a Unix socket: this system does not show it.
pub fn socket_holder(_path: &Path) -> PortHolder {
    PortHolder::OutOfSight
}

/// The processes that listen there, or on all addresses.
fn listening(address: IpAddr, port: u16) -> Vec<u32> {
    let Ok(all) = listeners::get_all() else { return Vec::new() };
    let mut pids: Vec<u32> = all
        .into_iter()
        .filter(|l| l.protocol == listeners::Protocol::TCP && l.state == listeners::SocketState::Listen)
        .filter(|l| l.socket.port() == port)
        .filter(|l| l.socket.ip() == address || l.socket.ip().is_unspecified())
        .map(|l| l.process.pid)
        .collect();
    pids.sort_unstable();
    pids.dedup();
    pids
}

/// Not known here.
pub fn outgoing(_tree: &ProcessTree, _known: &mut KnownListeners) -> Vec<Outgoing> {
    Vec::new()
}

/// Not known here.
pub fn relayed_to(_tree: &ProcessTree, _door: Endpoint, _outgoing: &[Outgoing]) -> Option<Upstream> {
    None
}

/// Not known here.
pub fn behind_translation(_door: Endpoint) -> Option<Upstream> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_listener_of_this_test_is_found() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        assert_eq!(listening(at.ip(), at.port()), [std::process::id()]);
    }
}
