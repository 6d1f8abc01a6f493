//! Who holds a listening socket, as Linux shows it.

use std::collections::HashSet;
use std::fs;
use std::net::IpAddr;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use procfs::net::{UnixNetEntry, UnixState};

use super::endpoint::PortHolder;
use super::processes;
use super::socket_tables::{Namespace, Sight, holders};

/// Who listens at this address and port.
pub fn listener_holder(address: IpAddr, port: u16) -> PortHolder {
    let own = Namespace::of_soak();
    let namespaces = if own.owns_address(address) { vec![own] } else { Namespace::all_visible() };
    let mut local = false;
    for namespace in namespaces.iter().filter(|n| n.owns_address(address)) {
        local = true;
        let listening = namespace.listeners(address, port, &namespace.sockets());
        if let Some(first) = listening.first() {
            return held(&listening.iter().map(|s| s.inode).collect(), first.uid);
        }
    }
    if local { PortHolder::None } else { PortHolder::Elsewhere }
}

/// Who listens at the Unix socket of this path, by whatever path it was bound. Sockets of other
/// network namespaces are not seen.
pub fn socket_holder(path: &Path) -> PortHolder {
    let Ok(sockets) = procfs::net::unix() else { return PortHolder::OutOfSight };
    // one that is connected bears the path of the listener that accepted it
    let listens = |entry: &UnixNetEntry| matches!(entry.state, UnixState::UNCONNECTED);
    // the kernel shows the path as it was bound, and /var/run leads to /run
    let file = |path: &Path| fs::canonicalize(path).ok();
    let (wanted, name) = (file(path), path.file_name());
    let leads = |bound: &Path| bound.file_name() == name && wanted.is_some() && file(bound) == wanted;
    let here =
        |entry: &UnixNetEntry| entry.path.as_deref().is_some_and(|bound| bound == path || leads(bound));
    let inodes: HashSet<u64> =
        sockets.into_iter().filter(|e| listens(e) && here(e)).map(|entry| entry.inode).collect();
    match (inodes.is_empty(), fs::metadata(path)) {
        (false, file) => held(&inodes, file.map_or(0, |file| file.uid())),
        (true, _) => PortHolder::None,
    }
}

/// Who holds sockets with these inodes, which this user made.
fn held(inodes: &HashSet<u64>, uid: u32) -> PortHolder {
    let (found, sight) = holders(inodes);
    let mut pids: Vec<u32> = found.into_iter().map(|(pid, _)| pid).collect();
    pids.dedup();
    match (pids.is_empty(), sight) {
        (false, _) => PortHolder::By(pids),
        (true, Sight::Partial) => PortHolder::Forbidden(processes::user_name(uid, Path::new("/etc/passwd"))),
        (true, Sight::Whole) => PortHolder::OutOfSight,
    }
}
