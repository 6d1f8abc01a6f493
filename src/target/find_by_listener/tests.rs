//! From the processes that hold a listening socket to the roots of the target.

use super::*;
use std::collections::HashMap;
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::process::{Child, Command};

/// (pid, parent, executable) of every process, and who holds the socket.
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

/// Whether this becomes true within 5 s: while another test starts a process, that process holds every descriptor of this
/// one until its program is executed.
fn becomes_true(check: impl Fn() -> bool) -> bool {
    (0..250).any(|_| {
        check() || {
            std::thread::sleep(std::time::Duration::from_millis(20));
            false
        }
    })
}

fn pids(found: &[Identity]) -> Vec<u32> {
    found.iter().map(|identity| identity.pid).collect()
}

#[tokio::test]
async fn the_holder_of_the_port_is_found_and_this_test_is_not() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url: Url = format!("http://localhost:{}/", listener.local_addr().unwrap().port()).parse().unwrap();
    let endpoints = resolve(&url).await.unwrap();
    assert!(becomes_true(|| matches!(find_listeners(&endpoints), Err(NoProcess::OnlySoak { .. }))));
    let mut one = holder(&listener);
    assert!(becomes_true(|| pids(&find_listeners(&endpoints).unwrap().1) == [one.id()]));
    let (endpoint, _) = find_listeners(&endpoints).unwrap();
    assert!(endpoint.address.is_ipv4(), "no process listens on ::1");
    let mut two = holder(&listener);
    drop(listener);
    assert!(becomes_true(|| find_listeners(&endpoints).unwrap().1.len() == 2), "instances");
    for child in [&mut one, &mut two] {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert!(becomes_true(|| matches!(find_listeners(&endpoints), Err(NoProcess::NotListening { .. }))));
}

#[test]
#[cfg(target_os = "linux")]
fn the_listener_at_a_unix_socket_is_found_and_a_process_connected_to_it_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("service.sock");
    let endpoints = Endpoints::Socket(path.clone());
    assert_eq!(endpoints.find_roots(), Err(NoProcess::NotListening { place: endpoints.to_string() }));
    let listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
    let client = std::os::unix::net::UnixStream::connect(&path).unwrap();
    let sleeps = |fd: OwnedFd| Command::new("sleep").arg("20").stdin(fd).spawn().unwrap();
    let mut served = sleeps(listener.accept().unwrap().0.into());
    let mut holder = sleeps(listener.into());
    assert!(becomes_true(|| pids(&endpoints.find_roots().unwrap().1) == [holder.id()]));
    assert_eq!(endpoints.find_roots().unwrap().0, None);
    let run = dir.path().join("run");
    std::os::unix::fs::symlink(dir.path(), &run).unwrap();
    let linked = Endpoints::Socket(run.join("service.sock"));
    assert!(
        becomes_true(|| pids(&linked.find_roots().unwrap().1) == [holder.id()]),
        "as /var/run leads to /run"
    );
    drop(client);
    for child in [&mut served, &mut holder] {
        child.kill().unwrap();
        child.wait().unwrap();
    }
}

/// Where the test below leaves the port for itself, run as another user.
const FOREIGN_PORT: &str = "SOAK_TEST_FOREIGN_PORT";

#[test]
#[cfg(target_os = "linux")]
fn a_lack_of_permission_is_reported_as_such() {
    use std::os::unix::process::CommandExt;
    let local = std::net::Ipv4Addr::LOCALHOST.into();
    if let Some(port) = std::env::var(FOREIGN_PORT).ok().and_then(|port| port.parse().ok()) {
        println!("it says: {:?}", find_listeners(&[Endpoint { address: local, port }]).unwrap_err());
        return;
    }
    let listener = TcpListener::bind((local, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let name = "target::find_by_listener::tests::a_lack_of_permission_is_reported_as_such";
    let said = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(FOREIGN_PORT, port.to_string())
        .current_dir("/")
        .uid(65534)
        .output();
    let said = said.map(|out| String::from_utf8_lossy(&out.stdout).into_owned()).unwrap_or_default();
    let Some((_, line)) = said.split_once("it says: ") else {
        crate::testing::skipped("this test cannot become another user here");
        return;
    };
    assert!(line.contains("Forbidden"), "{line}");
}

#[tokio::test]
async fn another_machine_has_no_process_here() {
    let url: Url = "http://192.0.2.1:81/".parse().unwrap();
    assert_eq!(find_listeners(&resolve(&url).await.unwrap()), Err(NoProcess::OtherMachine));
}
