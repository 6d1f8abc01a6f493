//! From a port, a name or a pid to the processes that are meant.
//!
//! Several holders of one listening socket are one target: an ancestor that holds it too, or that runs the same
//! executable, stands for all; those that have none in common are instances side by side. soak's own ancestors
//! never are.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;

use reqwest::Url;

use super::identity::{Identity, line_of, own_line};
use super::os;
use crate::error::{Error, Result};
use crate::plan::host_name;

/// Where the target listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Door {
    /// The address, as resolved.
    pub address: IpAddr,
    /// The port.
    pub port: u16,
}

/// Where the target listens, in all the ways that lead to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doors {
    /// The addresses behind a URL, in the order in which they are tried.
    Ports(Vec<Door>),
    /// A Unix socket, by its path.
    Socket(PathBuf),
}

impl Doors {
    /// Who holds the first of them that somebody holds; with the port, where it is one.
    ///
    /// # Errors
    /// A sentence that says why nobody can be named and what to do.
    pub fn behind(&self) -> std::result::Result<(Option<Door>, Vec<Identity>), String> {
        match self {
            Doors::Ports(doors) => behind(doors).map(|(door, roots)| (Some(door), roots)),
            Doors::Socket(path) => {
                let held = os::holding_socket(path);
                match standing(&held) {
                    roots if !roots.is_empty() => Ok((None, roots)),
                    _ => Err(nobody(Some(held), &self.to_string())),
                }
            }
        }
    }

    /// Who holds each of them.
    pub fn held(&self) -> Vec<Holding> {
        match self {
            Doors::Ports(doors) => doors.iter().map(|door| os::holding(door.address, door.port)).collect(),
            Doors::Socket(path) => vec![os::holding_socket(path)],
        }
    }
}

impl fmt::Display for Doors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Doors::Ports(doors) => f.write_str(&port_of(doors)),
            Doors::Socket(path) => write!(f, "socket {}", path.display()),
        }
    }
}

/// Who holds a listening socket, as far as soak may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holding {
    /// These, by pid.
    By(Vec<u32>),
    /// Somebody whose files soak may not see: this user.
    Forbidden(String),
    /// Somebody in another container, whose processes are not to be seen from here.
    OutOfSight,
    /// Nobody listens there.
    Nobody,
    /// The address belongs to another machine.
    Elsewhere,
}

/// The addresses behind a URL, in the order in which they are tried.
///
/// # Errors
/// When its host cannot be resolved.
pub async fn doors(url: &Url) -> Result<Vec<Door>> {
    let port = url.port_or_known_default().unwrap_or(80);
    let host = host_name(url);
    let found = tokio::net::lookup_host((host, port))
        .await
        .map_err(|e| Error::usage(format!("{host} cannot be resolved: {e}")))?;
    let mut doors: Vec<Door> = Vec::new();
    for address in found {
        let door = Door { address: connectable(address.ip()), port };
        if !doors.contains(&door) {
            doors.push(door);
        }
    }
    Ok(doors)
}

/// A connection to "all addresses" goes to this machine itself.
fn connectable(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) if v4.is_unspecified() => std::net::Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(v6) if v6.is_unspecified() => std::net::Ipv6Addr::LOCALHOST.into(),
        other => other,
    }
}

/// Who is behind the first of these doors that somebody holds.
///
/// # Errors
/// A sentence that says why nobody can be named and what to do.
pub fn behind(doors: &[Door]) -> std::result::Result<(Door, Vec<Identity>), String> {
    let mut why = None;
    for &door in doors {
        let held = os::holding(door.address, door.port);
        let alive = standing(&held);
        if !alive.is_empty() {
            return Ok((door, alive));
        }
        // an address where somebody is tells more than one where nobody is
        if why.is_none() || !matches!(held, Holding::Nobody | Holding::Elsewhere) {
            why = Some(held);
        }
    }
    Err(nobody(why, &port_of(doors)))
}

/// The doors of one URL have one port.
fn port_of(doors: &[Door]) -> String {
    format!("port {}", doors.first().map_or(0, |door| door.port))
}

/// The processes that stand for these holders and are still alive.
fn standing(held: &Holding) -> Vec<Identity> {
    let Holding::By(pids) = held else { return Vec::new() };
    let roots = roots(pids, &own_line(), &|pid| os::parent(pid), &|pid| os::executable(pid));
    roots.into_iter().filter_map(Identity::of).collect()
}

/// Why nobody can be named, and what to do.
fn nobody(why: Option<Holding>, place: &str) -> String {
    match why {
        Some(Holding::Forbidden(user)) => format!(
            "{place} is held by a process of user {user} that soak may not look at; run soak with sudo, \
             or name the process with --pid"
        ),
        Some(Holding::OutOfSight) => format!(
            "{place} is held by a process that cannot be seen from here, in another container perhaps; \
             run soak where the process is, or name it with --pid"
        ),
        Some(Holding::Elsewhere) => {
            "the URL leads to another machine, whose processes soak cannot see; run soak there, or name a \
             metrics page with --metrics"
                .into()
        }
        Some(Holding::By(_)) => {
            format!("{place} is held only by soak itself or by what started it; name the process with --pid")
        }
        Some(Holding::Nobody) | None => {
            format!("nobody listens on {place}; start the service, or name it with --pid")
        }
    }
}

/// The processes that stand for these holders: see the head of this file. `line` is never part of a target.
pub fn roots(
    holders: &[u32],
    line: &[u32],
    parent: &dyn Fn(u32) -> Option<u32>,
    executable: &dyn Fn(u32) -> Option<PathBuf>,
) -> Vec<u32> {
    let holders: Vec<u32> = holders.iter().copied().filter(|pid| !line.contains(pid)).collect();
    if holders.len() < 2 {
        return holders;
    }
    let mut roots: Vec<u32> = Vec::new();
    for &holder in &holders {
        let file = executable(holder);
        let (mut root, mut at, mut alike) = (holder, holder, true);
        for _ in 0..256 {
            // everybody descends from pid 1
            let Some(up) = parent(at).filter(|&up| up > 1 && !line.contains(&up)) else { break };
            // a chain of the same file is one service; the same interpreter further up is somebody else's
            alike = alike && file.is_some() && executable(up) == file;
            if alike || holders.contains(&up) {
                root = up;
            }
            at = up;
        }
        if !roots.contains(&root) {
            roots.push(root);
        }
    }
    roots
}

/// The one process of this name: of its executable, or its own short name.
///
/// # Errors
/// When there is none, or when several are not one another's ancestors; the line lists them.
pub fn named(name: &str) -> Result<Identity> {
    let line = own_line();
    let is = |pid: &u32| {
        os::program(*pid).as_deref() == Some(name) || os::short_name(*pid).as_deref() == Some(name)
    };
    let found: Vec<u32> = os::pids().into_iter().filter(|pid| !line.contains(pid)).filter(is).collect();
    // a master and its workers bear one name and are one target
    let heads: Vec<u32> =
        found.iter().copied().filter(|&pid| !line_of(pid)[1..].iter().any(|up| found.contains(up))).collect();
    match heads[..] {
        [] => Err(Error::usage(format!(
            "no process is named '{name}'; --process takes the name of an executable"
        ))),
        [pid] => {
            Identity::of(pid).ok_or_else(|| Error::usage(format!("the process named '{name}' has ended")))
        }
        _ => {
            let list: Vec<String> = heads
                .iter()
                .map(|&pid| format!("{pid} (user {})", os::user(pid).unwrap_or_else(|| "unknown".into())))
                .collect();
            Err(Error::usage(format!(
                "{} processes are named '{name}': {}; choose one with --pid",
                heads.len(),
                list.join(", ")
            )))
        }
    }
}

#[cfg(test)]
mod tests;
