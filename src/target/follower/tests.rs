//! A target that ends, comes back or hands over its port is followed.

use super::*;
use crate::target::endpoint::{Endpoint, Endpoints};
use std::net::TcpListener;
use std::process::{Child, Command};
use std::sync::{Arc, Mutex};

fn holder(listener: &TcpListener) -> Child {
    let fd = std::os::fd::OwnedFd::from(listener.try_clone().unwrap());
    Command::new("sleep").arg("20").stdin(fd).spawn().unwrap()
}

fn end(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_target_that_goes_and_comes_back_is_reported() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap();
    let endpoints = Endpoints::Ports(vec![Endpoint { address: at.ip(), port: at.port() }]);
    let first = holder(&listener);
    let before = first.id();
    let roots: Roots = Arc::new(Mutex::new(vec![Identity::read(before).unwrap()]));
    let mut follower =
        Follower::new(Arc::clone(&roots), "sleep".into(), TargetSearch::Endpoints(endpoints), None);
    let now = Instant::now();
    assert_eq!(follower.tick(now), []);

    end(first);
    let reason = format!("sleep (pid {before}) is gone");
    let gone = EventKind::TargetGone { reason, who: Gone::Target };
    assert_eq!(follower.tick(now), [gone]);
    assert_eq!(follower.tick(now + Duration::from_millis(100)), [], "reported once");

    let second = holder(&listener);
    let after = second.id();
    assert_eq!(follower.tick(now + Duration::from_millis(200)), [], "not looked for at every tick");
    let restart = EventKind::Restart { pid_before: before, pid_after: after };
    assert_eq!(follower.tick(now + Duration::from_secs(1)), [restart]);
    assert_eq!(current(&roots)[0].pid, after);
    assert!(follower.tree().contains(after));

    // gone and back between two ticks is a restart and nothing else
    end(second);
    let third = holder(&listener);
    let restart = EventKind::Restart { pid_before: after, pid_after: third.id() };
    assert_eq!(follower.tick(now + Duration::from_secs(2)), [restart]);
    end(third);
    assert_eq!(follower.tick(now + Duration::from_secs(3)).len(), 1, "gone is reported once");
}

#[test]
fn a_child_that_takes_the_port_later_brings_back_a_target_reported_as_gone() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap();
    let endpoints = Endpoints::Ports(vec![Endpoint { address: at.ip(), port: at.port() }]);
    let first = holder(&listener);
    let before = first.id();
    let roots: Roots = Arc::new(Mutex::new(vec![Identity::read(before).unwrap()]));
    let mut follower = Follower::new(roots, "sleep".into(), TargetSearch::Endpoints(endpoints), None);
    let now = Instant::now();
    end(first);
    assert!(matches!(follower.tick(now)[..], [EventKind::TargetGone { who: Gone::Target, .. }]));

    // a process that the tree knows already, as it knows a child that was there before
    let child = holder(&listener);
    follower.tree.adopt(&[Identity::read(child.id()).unwrap()]);
    let restart = EventKind::Restart { pid_before: before, pid_after: child.id() };
    assert_eq!(follower.tick(now + Duration::from_secs(1)), [restart]);

    // one that follows at once is no restart: no end was reported
    let next = holder(&listener);
    follower.tree.adopt(&[Identity::read(next.id()).unwrap()]);
    end(child);
    assert_eq!(follower.tick(now + Duration::from_secs(2)), []);
    end(next);
}

#[test]
fn a_process_named_by_pid_has_no_successor() {
    let child = Command::new("sleep").arg("20").spawn().unwrap();
    let roots: Roots = Arc::new(Mutex::new(vec![Identity::read(child.id()).unwrap()]));
    let mut follower = Follower::new(roots, "sleep".into(), TargetSearch::Never, None);
    end(child);
    assert!(matches!(follower.tick(Instant::now())[..], [EventKind::TargetGone { .. }]));
    assert_eq!(follower.tick(Instant::now() + Duration::from_secs(60)), []);
}
