//! The sockets are real: this test's process stands for the target, and a process that only holds a listening
//! socket (the kernel completes connections to it) stands for the service behind it.

use super::*;
use crate::target::identity::Identity;
use std::net::{SocketAddr, TcpListener, TcpStream as Std};
use std::process::{Child, Command};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// All these tests look at the connections of one process, which is that of them all: one at a time.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// The listener of another process.
fn service() -> (Child, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap();
    let fd = std::os::fd::OwnedFd::from(listener);
    (Command::new("sleep").arg("20").stdin(fd).spawn().unwrap(), at)
}

/// A tree that holds this process alone, although it has children.
fn this_process_alone(service: u32) -> ProcessTree {
    let mut tree = ProcessTree::new(&[Identity::read(std::process::id()).unwrap()]);
    if let Some(child) = Identity::read(service) {
        tree.forget(child);
    }
    tree
}

/// What the target does with a connection it accepts.
#[derive(Clone, Copy, PartialEq)]
enum Does {
    /// Opens one to the service and closes it when the client does.
    Forward,
    /// Opens one to the service and keeps it for others.
    Pool,
    /// Answers by itself.
    Serve,
    /// Opens one to the service when the client has sent something.
    ForwardLate,
    /// Asks the service in the course of each request, in other words.
    Ask,
}

/// A target in this process, which listens until it is dropped.
struct Front {
    endpoint: Endpoint,
    stop: Arc<AtomicBool>,
    _pool: Arc<Mutex<Vec<Std>>>,
}

impl Drop for Front {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = Std::connect((self.endpoint.address, self.endpoint.port)); // wakes the accept
    }
}

fn front(does: Does, service: SocketAddr) -> Front {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap();
    let (stop, pool) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Vec::new())));
    let (stopped, kept) = (Arc::clone(&stop), Arc::clone(&pool));
    std::thread::spawn(move || {
        while let Ok((mut client, _)) = listener.accept() {
            if stopped.load(Ordering::SeqCst) {
                return;
            }
            match does {
                Does::Serve => {}
                Does::ForwardLate | Does::Ask => {
                    std::thread::spawn(move || one_by_one(does, client, service));
                    continue;
                }
                Does::Pool => kept.lock().unwrap().push(Std::connect(service).unwrap()),
                Does::Forward => {
                    let to = Std::connect(service).unwrap();
                    let (mut there, mut back) = (to.try_clone().unwrap(), client.try_clone().unwrap());
                    std::thread::spawn(move || std::io::copy(&mut there, &mut back));
                    std::thread::spawn(move || {
                        let _ = std::io::copy(&mut client, &mut &to);
                        let _ = to.shutdown(std::net::Shutdown::Write);
                    });
                    continue;
                }
            }
            std::thread::spawn(move || std::io::copy(&mut client, &mut std::io::sink()));
        }
    });
    Front { endpoint: Endpoint { address: at.ip(), port: at.port() }, stop, _pool: pool }
}

/// Reads a message, has the service echo it, and gives the echo back; a service of its own adds a byte to what it
/// asks and takes it off what it hears.
fn one_by_one(does: Does, mut client: Std, service: SocketAddr) {
    use std::io::{Read, Write};
    let extra = usize::from(does == Does::Ask);
    let (mut to, mut buffer) = (None, [0; 1000]);
    while let Ok(n) = client.read(&mut buffer) {
        if n == 0 {
            return;
        }
        let to = to.get_or_insert_with(|| Std::connect(service).unwrap());
        to.write_all(&buffer[..n + extra]).unwrap();
        to.read_exact(&mut buffer[..n + extra]).unwrap();
        client.write_all(&buffer[..n]).unwrap();
    }
}

/// Another process that echoes what it is sent; none without python3.
fn echo() -> Option<(Child, SocketAddr)> {
    let script = "import socket, threading\ndef echo(c):\n  while b := c.recv(65536): c.sendall(b)\n\
                  s = socket.socket(fileno=0)\nwhile True: threading.Thread(target=echo, args=(s.accept()[0],)).start()";
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap();
    let fd = std::os::fd::OwnedFd::from(listener);
    let child = Command::new("python3").args(["-c", script]).stdin(fd).spawn();
    if child.is_err() {
        crate::testing::skipped("there is no python3 on PATH for the service behind");
    }
    Some((child.ok()?, at))
}

/// What a look under load says, after ten messages of 200 bytes over each of three connections.
fn checked_under_load(does: Does) -> Option<ProxyStatus> {
    use std::io::{Read, Write};
    let _alone = ALONE.blocking_lock();
    let (mut child, at) = echo()?;
    let front = front(does, at);
    let tree = this_process_alone(child.id());
    let mut check = ProxyCheck::new(Some(front.endpoint));
    check.check_under_load(&tree, 0);
    let mut clients: Vec<Std> =
        (0..3).map(|_| Std::connect((front.endpoint.address, front.endpoint.port)).unwrap()).collect();
    for _ in 0..10 {
        for client in &mut clients {
            client.write_all(&[7; 200]).unwrap();
            client.read_exact(&mut [0; 200]).unwrap();
        }
    }
    let status = check.check_under_load(&tree, 30);
    child.kill().unwrap();
    child.wait().unwrap();
    if crate::target::connection_bytes::read_all().is_none() {
        crate::testing::skipped("this kernel does not count the bytes of connections");
        return None;
    }
    Some(status)
}

#[test]
fn the_same_bytes_on_both_sides_are_a_forwarder() {
    for does in [Does::Forward, Does::ForwardLate] {
        let Some(status) = checked_under_load(does) else { return };
        assert!(matches!(status, ProxyStatus::Forwards { ref to } if to.connections == 3), "{status:?}");
    }
}

#[test]
fn a_service_that_asks_another_in_its_own_words_is_not() {
    let Some(status) = checked_under_load(Does::Ask) else { return };
    assert!(!matches!(status, ProxyStatus::Forwards { .. }), "{status:?}");
}

async fn sounded(does: Does) -> (ProxyStatus, u32, u16) {
    let _alone = ALONE.lock().await;
    let (mut child, at) = service();
    let front = front(does, at);
    let tree = this_process_alone(child.id());
    let status = ProxyCheck::new(Some(front.endpoint)).check_before_load(&tree).await;
    child.kill().unwrap();
    child.wait().unwrap();
    (status, child.id(), at.port())
}

#[tokio::test]
async fn one_connection_out_for_each_one_in_is_a_forwarder() {
    let (status, pid, port) = sounded(Does::Forward).await;
    let ProxyStatus::Forwards { to } = status else { panic!("{status:?}") };
    assert_eq!((to.pid, to.port, to.program.as_str()), (Some(pid), port, "sleep"));
}

#[tokio::test]
async fn a_pool_that_fills_at_that_moment_is_not() {
    let (status, pid, _) = sounded(Does::Pool).await;
    let ProxyStatus::Service { upstreams } = status else { panic!("{status:?}") };
    assert_eq!((upstreams.len(), upstreams[0].pid), (1, Some(pid)), "but it is reported");
}

#[tokio::test]
async fn a_process_that_answers_by_itself_is_a_service() {
    let (status, ..) = sounded(Does::Serve).await;
    assert!(matches!(status, ProxyStatus::Service { .. }), "{status:?}");
    let without_target = ProxyCheck::new(None).check_before_load(&ProcessTree::default()).await;
    assert_eq!(without_target, ProxyStatus::Unknown);
}

#[test]
fn answers_without_work_come_from_another_process() {
    let mut idle = Command::new("sleep").arg("20").spawn().unwrap();
    let tree = ProcessTree::new(&[Identity::read(idle.id()).unwrap()]);
    let mut check = ProxyCheck::new(None);
    assert_eq!(check.check_under_load(&tree, 100), ProxyStatus::Unknown, "the first look only notes");
    assert_eq!(check.check_under_load(&tree, 120), ProxyStatus::Unknown, "20 answers say nothing");
    if check.start.as_ref().unwrap().1[&idle.id()].scheduled_s.is_none() {
        crate::testing::skipped("this kernel has no schedstat");
    } else {
        assert!(matches!(check.check_under_load(&tree, 5000), ProxyStatus::Idle { to: None, .. }));
    }
    idle.kill().unwrap();
    idle.wait().unwrap();
}

#[test]
fn work_counts_threads_that_ended_and_processes_that_are_new() {
    let times = |ticks_s, scheduled_s| CpuTimes { ticks_s, scheduled_s };
    let of = |list: &[(u32, CpuTimes)]| list.iter().copied().collect::<HashMap<_, _>>();
    let before = of(&[(1, times(5.0, Some(5.0)))]);
    let near = |work: Work, wanted: f64| matches!(work, Work::Seen(s) if (s - wanted).abs() < 1e-9);
    assert!(
        near(super::work_between(&before, &of(&[(1, times(5.01, Some(5.0)))])), 0.0),
        "one tick may be rounding"
    );
    assert!(
        near(super::work_between(&before, &of(&[(1, times(5.51, Some(4.0)))])), 0.5),
        "threads that ended worked"
    );
    assert!(near(
        super::work_between(&before, &of(&[(1, times(5.0, Some(5.0))), (2, times(0.1, Some(0.1)))])),
        0.1
    ));
    assert_eq!(super::work_between(&before, &of(&[(1, times(5.0, None))])), Work::TooCoarse(0.0));
}

#[test]
fn connections_are_counted_by_where_they_lead() {
    let to = |pid, port| Upstream { pid: Some(pid), program: "x".into(), port, connections: 1 };
    let all: Vec<Outgoing> = [(1, to(7, 80)), (2, to(8, 90)), (3, to(8, 90)), (4, to(8, 90))]
        .into_iter()
        .map(|(inode, to)| Outgoing { inode, to })
        .collect();
    assert_eq!(count_by_listener(&all)[0], Upstream { connections: 3, ..to(8, 90) });
    let (most, inodes) = opened_for_each(&all, &HashSet::from([1])).unwrap();
    assert_eq!((most.pid, inodes), (Some(8), HashSet::from([2, 3, 4])));
    assert!(opened_for_each(&all, &HashSet::from([2])).is_none(), "two for three is no rule");
}
