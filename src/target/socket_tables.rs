//! Linux's tables of TCP sockets, one for each network namespace, and who holds which.
//!
//! A socket is known by its inode: /proc/PID/net/tcp lists inodes with their addresses, and /proc/PID/fd links to
//! them. A listener in a container is in another namespace and still on this machine.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::net::{IpAddr, SocketAddr, UdpSocket};

use procfs::net::{TcpNetEntry, TcpState};
use procfs::process::{FDTarget, Process};

use super::processes;

/// One network namespace, seen through a process that is in it.
#[derive(Debug, Clone)]
pub struct Namespace {
    /// The kernel's name for it: `net:[4026531840]`.
    id: String,
    /// A process inside.
    member: u32,
    /// Whether soak itself is in it.
    own: bool,
}

impl Namespace {
    /// The one that soak is in.
    pub fn of_soak() -> Namespace {
        let member = std::process::id();
        Namespace { id: namespace_id(member).unwrap_or_default(), member, own: true }
    }

    /// The one that a process is in; soak's own if that is unknown.
    pub fn of_process(pid: u32) -> Namespace {
        let own = Namespace::of_soak();
        match namespace_id(pid) {
            Some(id) if id != own.id => Namespace { id, member: pid, own: false },
            _ => own,
        }
    }

    /// All that soak can see, its own first.
    pub fn all_visible() -> Vec<Namespace> {
        let own = Namespace::of_soak();
        let mut seen = HashSet::from([own.id.clone()]);
        let mut all = vec![own];
        for pid in processes::pids() {
            if let Some(id) = namespace_id(pid)
                && seen.insert(id.clone())
            {
                all.push(Namespace { id, member: pid, own: false });
            }
        }
        all
    }

    /// Every TCP socket in it; mapped IPv4 addresses are given as IPv4.
    pub fn sockets(&self) -> Vec<Socket> {
        let Some(process) = i32::try_from(self.member).ok().and_then(|pid| Process::new(pid).ok()) else {
            return Vec::new();
        };
        // IPv6 may be switched off, and then its file is not there
        let (v4, v6) = (process.tcp().unwrap_or_default(), process.tcp6().unwrap_or_default());
        v4.iter().map(|e| Socket::from(e, false)).chain(v6.iter().map(|e| Socket::from(e, true))).collect()
    }

    /// Whether an address belongs to it.
    pub fn owns_address(&self, address: IpAddr) -> bool {
        if self.own {
            // the kernel refuses to bind an address of another machine
            return address.is_loopback() || UdpSocket::bind((address, 0)).is_ok();
        }
        let read =
            |file: &str| fs::read_to_string(format!("/proc/{}/net/{file}", self.member)).unwrap_or_default();
        match address {
            _ if address.is_loopback() => false,
            IpAddr::V4(_) => local_in_fib_trie(&read("fib_trie"), &address.to_string()),
            IpAddr::V6(v6) => {
                let hex: String = v6.octets().iter().map(|b| format!("{b:02x}")).collect();
                read("if_inet6").lines().any(|line| line.starts_with(&hex))
            }
        }
    }

    /// The inodes of the sockets that listen there: the exact address before all addresses, IPv4 before IPv6.
    pub fn listeners(&self, address: IpAddr, port: u16, sockets: &[Socket]) -> Vec<Socket> {
        let at = |wanted: &dyn Fn(&Socket) -> bool| -> Vec<Socket> {
            let fits = |s: &&Socket| s.listens && s.local.port() == port && wanted(s);
            sockets.iter().filter(fits).copied().collect()
        };
        let exact = at(&|s| s.local.ip() == address);
        if !exact.is_empty() {
            return exact;
        }
        let same_family = at(&|s| s.local.ip().is_unspecified() && s.local.is_ipv4() == address.is_ipv4());
        if !same_family.is_empty() || address.is_ipv6() {
            return same_family;
        }
        at(&|s| s.local.ip().is_unspecified() && s.v6)
    }
}

/// One TCP socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Socket {
    /// This end.
    pub local: SocketAddr,
    /// The other end.
    pub remote: SocketAddr,
    /// It waits for connections.
    pub listens: bool,
    /// It is connected, and neither end has closed.
    pub established: bool,
    /// It came from the table of IPv6.
    pub v6: bool,
    /// The user who made it.
    pub uid: u32,
    /// What file descriptors link to; 0 once no process holds it.
    pub inode: u64,
}

impl Socket {
    fn from(entry: &TcpNetEntry, v6: bool) -> Socket {
        Socket {
            local: canonical(entry.local_address),
            remote: canonical(entry.remote_address),
            listens: entry.state == TcpState::Listen,
            established: entry.state == TcpState::Established,
            v6,
            uid: entry.uid,
            inode: entry.inode,
        }
    }
}

/// Which processes hold these inodes, by pid, and whether soak could look at every process.
pub fn holders(inodes: &HashSet<u64>) -> (Vec<(u32, u64)>, Sight) {
    let mut found = Vec::new();
    let mut sight = Sight::Whole;
    for pid in processes::pids() {
        match sockets_of(pid) {
            Ok(held) => found.extend(held.into_iter().filter(|i| inodes.contains(i)).map(|i| (pid, i))),
            Err(Unseen::Forbidden) => sight = Sight::Partial,
            Err(Unseen::Gone) => {}
        }
    }
    found.sort_unstable();
    found.dedup();
    (found, sight)
}

/// Whether soak could look at every process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// All of them.
    Whole,
    /// Some belong to others, and soak may not look.
    Partial,
}

/// Why the file descriptors of a process could not be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unseen {
    /// It belongs to another user.
    Forbidden,
    /// It has ended.
    Gone,
}

/// The inodes of the sockets that a process holds.
///
/// # Errors
/// When soak may not look, or the process has ended.
pub fn sockets_of(pid: u32) -> Result<HashSet<u64>, Unseen> {
    let unseen = |e: procfs::ProcError| match e {
        procfs::ProcError::PermissionDenied(_) => Unseen::Forbidden,
        _ => Unseen::Gone,
    };
    let process = Process::new(i32::try_from(pid).map_err(|_| Unseen::Gone)?).map_err(unseen)?;
    let socket = |fd: procfs::process::FDInfo| match fd.target {
        FDTarget::Socket(inode) => Some(inode),
        _ => None,
    };
    Ok(process.fd().map_err(unseen)?.flatten().filter_map(socket).collect())
}

/// Which process of these holds each socket.
pub fn owners(pids: impl IntoIterator<Item = u32>) -> HashMap<u64, u32> {
    let of = |pid| sockets_of(pid).unwrap_or_default().into_iter().map(move |inode| (inode, pid));
    pids.into_iter().flat_map(of).collect()
}

fn namespace_id(pid: u32) -> Option<String> {
    Some(fs::read_link(format!("/proc/{pid}/ns/net")).ok()?.to_str()?.to_string())
}

fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

/// Whether fib_trie names an address as one of the namespace's own: the line after it says `/32 host LOCAL`.
fn local_in_fib_trie(text: &str, address: &str) -> bool {
    let mut named = false;
    for line in text.lines().map(str::trim) {
        if named && line.starts_with("/32 host LOCAL") {
            return true;
        }
        named = line.strip_prefix("|-- ") == Some(address);
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn a_listener_is_found_by_its_address_and_owner() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        let namespace = Namespace::of_soak();
        let sockets = namespace.sockets();
        let found = namespace.listeners(at.ip(), at.port(), &sockets);
        assert_eq!(found.len(), 1);
        let (who, _) = holders(&HashSet::from([found[0].inode]));
        assert!(who.contains(&(std::process::id(), found[0].inode)));
        assert!(namespace.listeners("127.0.0.2".parse().unwrap(), at.port(), &sockets).is_empty());
    }

    #[test]
    fn all_addresses_include_this_one() {
        let Ok(listener) = TcpListener::bind("[::]:0") else {
            crate::testing::skipped("this machine has no IPv6");
            return;
        };
        let port = listener.local_addr().unwrap().port();
        let namespace = Namespace::of_soak();
        let sockets = namespace.sockets();
        for address in ["127.0.0.1", "::1"] {
            assert_eq!(namespace.listeners(address.parse().unwrap(), port, &sockets).len(), 1, "{address}");
        }
    }

    #[test]
    fn a_local_address_is_recognised() {
        assert!(Namespace::of_soak().owns_address("127.0.0.1".parse().unwrap()));
        assert!(
            !Namespace::of_soak().owns_address("192.0.2.1".parse().unwrap()),
            "TEST-NET-1 belongs to no machine"
        );
        let trie = "Local:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 172.17.0.0\n        /16 link UNICAST\n     \
                    |-- 172.17.0.2\n        /32 host LOCAL\n     |-- 172.17.255.255\n        /32 link BROADCAST\n";
        assert!(local_in_fib_trie(trie, "172.17.0.2"));
        assert!(!local_in_fib_trie(trie, "172.17.0.0"));
        assert!(!local_in_fib_trie(trie, "172.17.255.255"));
    }
}
