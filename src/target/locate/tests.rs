//! A target is located by port, pid, name or command, and each failure says what to do.

use super::*;
use std::net::{IpAddr, Ipv4Addr, TcpListener};
use std::process::Command;

const LOCAL: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// A port without a listener; another process could take it, but not in the time of a test.
fn free_endpoint() -> Endpoint {
    let port = TcpListener::bind((LOCAL, 0)).unwrap().local_addr().unwrap().port();
    Endpoint { address: LOCAL, port }
}

fn python() -> bool {
    let there = Command::new("python3").arg("--version").output().is_ok_and(|o| o.status.success());
    if !there {
        crate::testing::skipped("there is no python3 on PATH to start a small server");
    }
    there
}

/// A command that waits a little, says something and listens on this port.
fn listening(port: u16, first: &str) -> Vec<String> {
    let script = format!(
        "import socket, os, time\n{first}\ns = socket.create_server(('127.0.0.1', {port}))\nprint('up', flush=True)\ntime.sleep(30)"
    );
    vec!["python3".into(), "-c".into(), script]
}

async fn found(plan: &TargetPlan, endpoint: Endpoint) -> Result<Found> {
    find_at(plan, Some(Ok(Endpoints::Ports(vec![endpoint]))), None, &mut None).await
}

/// The caller keeps the command that was started, or it ends.
async fn here(plan: &TargetPlan, endpoint: Endpoint, command: &mut Option<Started>) -> Target {
    match find_at(plan, Some(Ok(Endpoints::Ports(vec![endpoint]))), None, command).await {
        Ok(Found::Here(target)) => *target,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_command_is_started_awaited_and_ended() {
    if !python() {
        return;
    }
    let endpoint = free_endpoint();
    let mut command = None;
    let target = here(&TargetPlan::Command(listening(endpoint.port, "")), endpoint, &mut command).await;
    let root = target.roots()[0];
    assert_eq!(target.record.pid, Some(root.pid));
    assert_eq!(target.record.found_by, "started");
    assert!(target.record.program.starts_with("python"), "{:?}", target.record);
    assert!(target.record.memory_limit_bytes.unwrap() > 1 << 20);
    let same = here(&TargetPlan::Port, endpoint, &mut None).await;
    assert_eq!(same.roots(), [root]);
    assert_eq!(same.record.found_by, "listens on the port");
    let taken =
        found(&TargetPlan::Command(listening(endpoint.port, "")), endpoint).await.unwrap_err().to_string();
    assert!(taken.contains(&format!("already used by pid {}", root.pid)), "{taken}");
    command.unwrap().end().await;
    assert!(!root.is_alive());
}

#[tokio::test]
async fn a_command_that_is_still_awaited_is_the_callers_to_end() {
    let endpoint = free_endpoint();
    let mut command = None;
    let plan = TargetPlan::Command(vec!["sleep".into(), "30".into()]);
    let never = find_at(&plan, Some(Ok(Endpoints::Ports(vec![endpoint]))), None, &mut command);
    assert!(tokio::time::timeout(Duration::from_millis(200), never).await.is_err());
    let mut command = command.expect("it was started");
    assert!(command.exit().status().is_none());
    command.end().await;
    assert!(command.exit().status().is_some());
}

#[tokio::test]
async fn a_command_that_ends_early_says_why() {
    if !python() {
        return;
    }
    let endpoint = free_endpoint();
    let command = listening(endpoint.port, "raise SystemExit('no configuration')");
    let line = found(&TargetPlan::Command(command), endpoint).await.unwrap_err().to_string();
    assert!(line.contains("ended before it listened") && line.contains("no configuration"), "{line}");
}

#[tokio::test]
async fn a_command_that_ends_later_is_reported_with_its_status() {
    if !python() {
        return;
    }
    let endpoint = free_endpoint();
    let script = format!(
        "import socket, time\ns = socket.create_server(('127.0.0.1', {}))\ntime.sleep(2)\nraise SystemExit(7)",
        endpoint.port
    );
    let plan = TargetPlan::Command(vec!["python3".into(), "-c".into(), script]);
    let mut command = None;
    let target = here(&plan, endpoint, &mut command).await;
    let mut follower = target.follower();
    let begun = Instant::now();
    let events = loop {
        let events = follower.tick(Instant::now());
        if !events.is_empty() || begun.elapsed() > Duration::from_secs(15) {
            break events;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let [crate::evidence::EventKind::TargetGone { reason, who: crate::evidence::Gone::Command }] =
        &events[..]
    else {
        panic!("{events:?}")
    };
    assert!(reason.contains("exit status: 7"), "{reason}");
    assert_eq!(follower.tick(Instant::now() + Duration::from_secs(9)), [], "reported once");
}

#[tokio::test]
async fn a_pid_is_believed_if_it_exists() {
    let endpoint = free_endpoint();
    let mut child = Command::new("sleep").arg("20").spawn().unwrap();
    let target = here(&TargetPlan::Pid(child.id()), endpoint, &mut None).await;
    assert_eq!((target.record.pid, target.record.program.as_str()), (Some(child.id()), "sleep"));
    assert_eq!(target.record.found_by, "--pid");
    child.kill().unwrap();
    child.wait().unwrap();
    let line = found(&TargetPlan::Pid(child.id()), endpoint).await.unwrap_err().to_string();
    assert!(line.contains(&format!("no process has pid {}", child.id())), "{line}");
}

#[tokio::test]
async fn no_process_behind_the_port_is_no_error_yet() {
    let endpoint = free_endpoint();
    let Found::NoProcess(why) = found(&TargetPlan::Port, endpoint).await.unwrap() else {
        panic!("a process")
    };
    assert_eq!(why, NoProcess::NotListening { place: format!("port {}", endpoint.port) });
}
