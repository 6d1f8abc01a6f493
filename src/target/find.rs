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
            Doors::Ports(doors) => write!(f, "port {}", doors.first().map_or(0, |door| door.port)),
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
    let host = url.host_str().unwrap_or_default();
    // an IPv6 address stands in brackets in a URL
    let name = host.trim_start_matches('[').trim_end_matches(']');
    let found = tokio::net::lookup_host((name, port))
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
    Err(nobody(why, &format!("port {}", doors.first().map_or(0, |door| door.port))))
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
mod tests {
    use super::*;
    use std::collections::HashMap;
    use std::net::TcpListener;
    use std::os::fd::OwnedFd;
    use std::process::{Child, Command};

    /// (pid, parent, executable) of everybody, and who holds the socket.
    fn roots_in(world: &[(u32, u32, &str)], holders: &[u32]) -> Vec<u32> {
        let parents: HashMap<u32, u32> = world.iter().map(|&(pid, up, _)| (pid, up)).collect();
        let files: HashMap<u32, PathBuf> = world.iter().map(|&(pid, _, f)| (pid, f.into())).collect();
        let soak_line = [900, 800, 1];
        roots(holders, &soak_line, &|p| parents.get(&p).copied(), &|p| files.get(&p).cloned())
    }

    #[test]
    fn holders_that_belong_together_have_one_root() {
        let forked = [(10, 1, "nginx"), (11, 10, "nginx"), (12, 10, "nginx")];
        assert_eq!(roots_in(&forked, &[10, 11, 12]), [10], "a master that holds the socket too");
        assert_eq!(roots_in(&forked, &[11, 12]), [10], "a master of the same executable that closed it");
        assert_eq!(roots_in(&forked, &[11]), [11], "a single holder stands for itself");
        let wrapped = [(10, 1, "master"), (11, 10, "sh"), (12, 11, "worker"), (13, 11, "worker")];
        assert_eq!(roots_in(&wrapped, &[10, 12, 13]), [10], "an ancestor that holds it, at any distance");
    }

    #[test]
    fn holders_with_nothing_in_common_are_instances() {
        let two = [(10, 1, "server"), (20, 1, "server")];
        assert_eq!(roots_in(&two, &[10, 20]), [10, 20]);
        let far = [(5, 1, "python"), (6, 5, "sh"), (10, 6, "python"), (11, 6, "python")];
        assert_eq!(roots_in(&far, &[10, 11]), [10, 11], "the interpreter behind a shell is another program");
    }

    #[test]
    fn no_ancestor_of_soaks_is_ever_a_target() {
        let world = [(800, 1, "python"), (900, 800, "soak"), (10, 800, "python"), (11, 800, "python")];
        assert_eq!(roots_in(&world, &[10, 11, 800]), [10, 11]);
        assert_eq!(roots_in(&world, &[800, 1]), [0_u32; 0]);
    }

    /// A process that holds the listening socket and does nothing with it.
    fn holder(listener: &TcpListener) -> Child {
        let fd = OwnedFd::from(listener.try_clone().unwrap());
        Command::new("sleep").arg("20").stdin(fd).spawn().unwrap()
    }

    #[tokio::test]
    async fn whoever_holds_the_port_is_found_and_this_test_is_not() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url: Url =
            format!("http://localhost:{}/", listener.local_addr().unwrap().port()).parse().unwrap();
        let doors = doors(&url).await.unwrap();
        assert!(behind(&doors).unwrap_err().contains("only by soak itself"));
        let mut one = holder(&listener);
        let (door, found) = behind(&doors).unwrap();
        assert!(door.address.is_ipv4(), "nobody listens on ::1");
        assert_eq!(found.iter().map(|i| i.pid).collect::<Vec<_>>(), [one.id()]);
        let mut two = holder(&listener);
        drop(listener);
        assert_eq!(behind(&doors).unwrap().1.len(), 2, "instances");
        for child in [&mut one, &mut two] {
            child.kill().unwrap();
            child.wait().unwrap();
        }
        assert!(behind(&doors).unwrap_err().contains("nobody listens"));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn whoever_listens_at_a_unix_socket_is_found_and_who_is_connected_to_it_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("service.sock");
        let doors = Doors::Socket(path.clone());
        assert!(doors.behind().unwrap_err().contains(&format!("nobody listens on {doors}")));
        let listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
        let client = std::os::unix::net::UnixStream::connect(&path).unwrap();
        let sleeps = |fd: OwnedFd| Command::new("sleep").arg("20").stdin(fd).spawn().unwrap();
        let mut served = sleeps(listener.accept().unwrap().0.into());
        let mut holder = sleeps(listener.into());
        let (door, found) = doors.behind().unwrap();
        assert_eq!((door, found.iter().map(|i| i.pid).collect::<Vec<_>>()), (None, vec![holder.id()]));
        drop(client);
        for child in [&mut served, &mut holder] {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    #[test]
    fn every_reason_why_nobody_is_named_says_what_to_do() {
        let table = [
            (
                Some(Holding::Forbidden("web".into())),
                "user web that soak may not look at; run soak with sudo",
            ),
            (Some(Holding::OutOfSight), "in another container perhaps; run soak where the process is"),
            (Some(Holding::Elsewhere), "another machine, whose processes soak cannot see; run soak there"),
            (Some(Holding::By(vec![7])), "only by soak itself or by what started it; name the process"),
            (Some(Holding::Nobody), "nobody listens on port 81; start the service"),
            (None, "nobody listens on port 81; start the service"),
        ];
        for (why, says) in table {
            let line = nobody(why.clone(), "port 81");
            assert!(line.contains(says), "{why:?}: {line}");
        }
    }

    /// Where the test below leaves the port for itself, run as somebody else.
    const FOREIGN_PORT: &str = "SOAK_TEST_FOREIGN_PORT";

    #[test]
    #[cfg(target_os = "linux")]
    fn want_of_permission_is_told_as_such() {
        use std::os::unix::process::CommandExt;
        let local = std::net::Ipv4Addr::LOCALHOST.into();
        if let Some(port) = std::env::var(FOREIGN_PORT).ok().and_then(|port| port.parse().ok()) {
            println!("it says: {}", behind(&[Door { address: local, port }]).unwrap_err());
            return;
        }
        let listener = TcpListener::bind((local, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let name = "target::find::tests::want_of_permission_is_told_as_such";
        let said = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", name, "--nocapture"])
            .env(FOREIGN_PORT, port.to_string())
            .current_dir("/")
            .uid(65534)
            .output();
        let said = said.map(|out| String::from_utf8_lossy(&out.stdout).into_owned()).unwrap_or_default();
        let Some((_, line)) = said.split_once("it says: ") else {
            eprintln!("SKIPPED: this test cannot become another user here");
            return;
        };
        assert!(line.contains("that soak may not look at; run soak with sudo"), "{line}");
    }

    #[tokio::test]
    async fn another_machine_has_no_process_here() {
        let url: Url = "http://192.0.2.1:81/".parse().unwrap();
        assert!(behind(&doors(&url).await.unwrap()).unwrap_err().contains("another machine"));
    }

    #[test]
    fn a_name_means_one_process_or_none() {
        assert!(named("no-such-program-here").unwrap_err().to_string().contains("no process is named"));
        let dir = tempfile::tempdir().unwrap();
        // a name of its own, so that no other test's children are found
        let name = format!("nm{}", std::process::id());
        let path = dir.path().join(&name);
        std::os::unix::fs::symlink("/bin/sleep", &path).unwrap();
        let start = || Command::new(&path).arg("20").spawn().unwrap();
        let mut one = start();
        assert_eq!(named(&name).unwrap().pid, one.id());
        let mut two = start();
        let line = named(&name).unwrap_err().to_string();
        assert!(line.contains(&one.id().to_string()) && line.contains(&two.id().to_string()), "{line}");
        for child in [&mut one, &mut two] {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}
