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
use crate::evidence::NoProcess;
use crate::plan::host_name;

impl Endpoints {
    /// The processes that listen at the first endpoint with a listener; with that endpoint, where it is a port.
    ///
    /// # Errors
    /// Why no process can be named.
    pub fn find_roots(&self) -> std::result::Result<(Option<Endpoint>, Vec<Identity>), NoProcess> {
        match self {
            Endpoints::Ports(endpoints) => {
                find_listeners(endpoints).map(|(endpoint, roots)| (Some(endpoint), roots))
            }
            Endpoints::Socket(path) => {
                let held = sockets::socket_holder(path);
                match find_alive_roots(&held) {
                    roots if !roots.is_empty() => Ok((None, roots)),
                    _ => Err(no_process(Some(held), self.to_string())),
                }
            }
        }
    }

    /// Who listens at each of them.
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
    let found =
        tokio::net::lookup_host((host, port)).await.map_err(|e| Error::usage(not_resolved(host, &e)))?;
    let mut endpoints: Vec<Endpoint> = Vec::new();
    for address in found {
        let endpoint = Endpoint { address: connectable(address.ip()), port };
        if !endpoints.contains(&endpoint) {
            endpoints.push(endpoint);
        }
    }
    Ok(endpoints)
}

/// That no host has this name. A word without a dot may be a mistyped command or path.
fn not_resolved(host: &str, error: &std::io::Error) -> String {
    let text = error.to_string();
    let reason = text.strip_prefix("failed to lookup address information: ").unwrap_or(&text);
    let commands = if host.contains('.') { "" } else { ", or a command: see soak --help" };
    format!("cannot find host '{host}' ({reason}): expected a URL such as http://127.0.0.1:8080/{commands}")
}

/// A connection to "all addresses" goes to this machine itself.
fn connectable(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) if v4.is_unspecified() => std::net::Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(v6) if v6.is_unspecified() => std::net::Ipv6Addr::LOCALHOST.into(),
        other => other,
    }
}

/// The processes that listen at the first of these endpoints with a listener.
///
/// # Errors
/// Why no process can be named.
pub fn find_listeners(endpoints: &[Endpoint]) -> std::result::Result<(Endpoint, Vec<Identity>), NoProcess> {
    let mut why = None;
    for &endpoint in endpoints {
        let held = sockets::listener_holder(endpoint.address, endpoint.port);
        let alive = find_alive_roots(&held);
        if !alive.is_empty() {
            return Ok((endpoint, alive));
        }
        // an address with a listener says more than one without
        if why.is_none() || !matches!(held, PortHolder::None | PortHolder::Elsewhere) {
            why = Some(held);
        }
    }
    Err(no_process(why, describe_port(endpoints)))
}

/// The processes that stand for these holders and are still alive.
fn find_alive_roots(held: &PortHolder) -> Vec<Identity> {
    match held {
        PortHolder::By(pids) => standing_for(pids),
        _ => Vec::new(),
    }
}

/// The processes that stand for these, without soak and its ancestors: see the head of this file.
pub fn standing_for(pids: &[u32]) -> Vec<Identity> {
    let roots =
        roots(pids, &own_ancestry(), &|pid| processes::parent(pid), &|pid| processes::executable(pid));
    roots.into_iter().filter_map(Identity::read).collect()
}

/// Why no process can be named at this place.
fn no_process(holder: Option<PortHolder>, place: String) -> NoProcess {
    match holder {
        Some(PortHolder::Forbidden(user)) => NoProcess::Forbidden { place, user },
        Some(PortHolder::OutOfSight) => NoProcess::OutOfSight { place },
        Some(PortHolder::Elsewhere) => NoProcess::OtherMachine,
        Some(PortHolder::By(_)) => NoProcess::OnlySoak { place },
        Some(PortHolder::None) | None => NoProcess::NotListening { place },
    }
}

/// The processes that stand for these holders: see the head of this file. `line` (soak and its ancestors) is never part
/// of a target.
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
            // every process descends from pid 1
            let Some(up) = parent(at).filter(|&up| up > 1 && !line.contains(&up)) else { break };
            // a chain of the same file is one service; the same interpreter further up belongs to another program
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
