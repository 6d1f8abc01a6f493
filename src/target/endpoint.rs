//! Where a target listens, and who holds that.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;

/// Where the target listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Endpoint {
    /// The address, as resolved.
    pub address: IpAddr,
    /// The port.
    pub port: u16,
}

/// Where the target listens, in all the ways that lead to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoints {
    /// The addresses behind a URL, in the order in which they are tried.
    Ports(Vec<Endpoint>),
    /// A Unix socket, by its path.
    Socket(PathBuf),
}

impl fmt::Display for Endpoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Endpoints::Ports(endpoints) => f.write_str(&describe_port(endpoints)),
            Endpoints::Socket(path) => write!(f, "socket {}", path.display()),
        }
    }
}

/// The endpoints of one URL have one port.
pub(super) fn describe_port(endpoints: &[Endpoint]) -> String {
    format!("port {}", endpoints.first().map_or(0, |endpoint| endpoint.port))
}

/// Who holds a listening socket, as far as soak may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PortHolder {
    /// These, by pid.
    By(Vec<u32>),
    /// A process whose files soak may not see, of this user.
    Forbidden(String),
    /// A process in another container, which is not visible from here.
    OutOfSight,
    /// No process listens there.
    None,
    /// The address belongs to another machine.
    Elsewhere,
}
