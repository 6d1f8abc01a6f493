//! From a URL or a Unix socket to the processes that listen there.
//!
//! Several holders of one listening socket are one target: an ancestor that holds it too, or that runs the same
//! executable, stands for all; holders with no common ancestor are instances side by side. soak and its ancestors are
//! never a target.

use std::net::IpAddr;
use std::path::PathBuf;

use reqwest::Url;

use super::ancestry::own_ancestry;
use super::endpoint::{Endpoint, Endpoints, PortHolder, describe_port};
use super::identity::Identity;
use super::{processes, sockets};
use crate::error::{Error, Result};
use crate::plan::host_name;

impl Endpoints {
    /// Who holds the first of them that somebody holds; with the port, where it is one.
    ///
    /// # Errors
    /// A sentence that says why nobody can be named and what to do.
    pub fn find_roots(&self) -> std::result::Result<(Option<Endpoint>, Vec<Identity>), String> {
        match self {
            Endpoints::Ports(endpoints) => {
                find_listeners(endpoints).map(|(endpoint, roots)| (Some(endpoint), roots))
            }
            Endpoints::Socket(path) => {
                let held = sockets::socket_holder(path);
                match standing(&held) {
                    roots if !roots.is_empty() => Ok((None, roots)),
                    _ => Err(nobody(Some(held), &self.to_string())),
                }
            }
        }
    }

    /// Who holds each of them.
    pub fn holders(&self) -> Vec<PortHolder> {
        match self {
            Endpoints::Ports(endpoints) => endpoints
                .iter()
                .map(|endpoint| sockets::listener_holder(endpoint.address, endpoint.port))
                .collect(),
            Endpoints::Socket(path) => vec![sockets::socket_holder(path)],
        }
    }
}

/// The addresses behind a URL, in the order in which they are tried.
///
/// # Errors
/// When its host cannot be resolved.
pub async fn resolve(url: &Url) -> Result<Vec<Endpoint>> {
    let port = url.port_or_known_default().unwrap_or(80);
    let host = host_name(url);
    let found = tokio::net::lookup_host((host, port))
        .await
        .map_err(|e| Error::usage(format!("{host} cannot be resolved: {e}")))?;
    let mut endpoints: Vec<Endpoint> = Vec::new();
    for address in found {
        let endpoint = Endpoint { address: connectable(address.ip()), port };
        if !endpoints.contains(&endpoint) {
            endpoints.push(endpoint);
        }
    }
    Ok(endpoints)
}

/// A connection to "all addresses" goes to this machine itself.
fn connectable(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) if v4.is_unspecified() => std::net::Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(v6) if v6.is_unspecified() => std::net::Ipv6Addr::LOCALHOST.into(),
        other => other,
    }
}

/// Who is behind the first of these endpoints that somebody holds.
///
/// # Errors
/// A sentence that says why nobody can be named and what to do.
pub fn find_listeners(endpoints: &[Endpoint]) -> std::result::Result<(Endpoint, Vec<Identity>), String> {
    let mut why = None;
    for &endpoint in endpoints {
        let held = sockets::listener_holder(endpoint.address, endpoint.port);
        let alive = standing(&held);
        if !alive.is_empty() {
            return Ok((endpoint, alive));
        }
        // an address where somebody is tells more than one where nobody is
        if why.is_none() || !matches!(held, PortHolder::Nobody | PortHolder::Elsewhere) {
            why = Some(held);
        }
    }
    Err(nobody(why, &describe_port(endpoints)))
}

/// The processes that stand for these holders and are still alive.
fn standing(held: &PortHolder) -> Vec<Identity> {
    let PortHolder::By(pids) = held else { return Vec::new() };
    let roots =
        roots(pids, &own_ancestry(), &|pid| processes::parent(pid), &|pid| processes::executable(pid));
    roots.into_iter().filter_map(Identity::read).collect()
}

/// Why nobody can be named, and what to do.
fn nobody(why: Option<PortHolder>, place: &str) -> String {
    match why {
        Some(PortHolder::Forbidden(user)) => format!(
            "{place} is held by a process of user {user} that soak may not look at; run soak with sudo, \
             or name the process with --pid"
        ),
        Some(PortHolder::OutOfSight) => format!(
            "{place} is held by a process that cannot be seen from here, in another container perhaps; \
             run soak where the process is, or name it with --pid"
        ),
        Some(PortHolder::Elsewhere) => {
            "the URL leads to another machine, whose processes soak cannot see; run soak there, or name a \
             metrics page with --metrics"
                .into()
        }
        Some(PortHolder::By(_)) => {
            format!("{place} is held only by soak itself or by what started it; name the process with --pid")
        }
        Some(PortHolder::Nobody) | None => {
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

#[cfg(test)]
mod tests;
