//! What the kernel shows of real processes: memory, descriptors, children, CPU time and their end.

use super::*;
use crate::evidence::EventKind;
use crate::target::target_of;
use std::process::{Child, Command, Stdio};

fn value(reading: &Reading, name: &str) -> Option<f64> {
    reading.values.iter().find(|(n, _)| n == name).map(|(_, v)| *v)
}

fn group(reading: &Reading, kind: GroupKind, name: &str) -> Option<f64> {
    reading.groups.iter().find(|(k, n, _)| *k == kind && n == name).map(|(_, _, v)| *v)
}

fn shell(script: &str) -> Child {
    Command::new("sh").args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap()
}

fn sampled(probe: &Process, now: Instant) -> Reading {
    probe.state.lock().unwrap().sample(now)
}

#[test]
fn a_tree_is_sampled_as_one_and_a_dead_child_costs_nothing() {
    use std::io::{BufRead, BufReader};
    let mut root = shell("sleep 20 & echo $!; sleep 20 & echo $!; read _");
    let mut lines = BufReader::new(root.stdout.take().unwrap()).lines();
    let children: Vec<String> = (0..2).map(|_| lines.next().unwrap().unwrap()).collect();
    let target = target_of(root.id());
    let probe = Process::new(&target);
    let now = Instant::now();
    let first = sampled(&probe, now);
    assert_eq!(value(&first, "threads"), Some(3.0));
    assert_eq!(value(&first, "children"), Some(2.0));
    assert!(value(&first, "rss_anon_bytes").unwrap() > 100_000.0);
    assert_eq!(value(&first, "cpu_ratio"), None, "there is nothing to compare the first with");
    let reported = probe.series();
    assert!(first.values.iter().all(|(name, _)| reported.contains(name)));
    let each = |kind| first.groups.iter().filter(|(k, ..)| *k == kind).map(|(.., v)| v).sum::<f64>();
    assert_eq!(each(GroupKind::ProcessMemory), value(&first, "rss_anon_bytes").unwrap(), "each on its own");
    assert_eq!(each(GroupKind::Fd), value(&first, "fds").unwrap(), "every descriptor has a kind");
    assert_eq!(first.new_groups.len(), 3);
    assert!(group(&first, GroupKind::ProcessThreads, &children[0]).is_some());
    assert!(Command::new("kill").args(["-9", &children[0]]).status().unwrap().success());
    std::thread::sleep(Duration::from_millis(50));
    let second = sampled(&probe, now + Duration::from_secs(1));
    assert_eq!((value(&second, "threads"), value(&second, "children")), (Some(2.0), Some(1.0)));
    assert!(value(&second, "cpu_ratio").unwrap() < 0.2);
    assert_eq!(second.events, []);
    Command::new("kill").arg(&children[1]).status().unwrap();
    root.kill().unwrap();
    root.wait().unwrap();
    let last = sampled(&probe, now + Duration::from_secs(2));
    assert!(matches!(last.events[..], [EventKind::TargetGone { .. }]), "{last:?}");
    assert!(sampled(&probe, now + Duration::from_secs(3)).events.is_empty());
}

#[test]
fn work_shows_as_cores() {
    let mut busy = shell("while :; do :; done");
    let probe = Process::new(&target_of(busy.id()));
    sampled(&probe, Instant::now());
    std::thread::sleep(Duration::from_millis(400));
    let ratio = value(&sampled(&probe, Instant::now()), "cpu_ratio").unwrap();
    busy.kill().unwrap();
    busy.wait().unwrap();
    assert!(ratio > 0.05 && ratio < 1.3, "{ratio} of a core, on a machine that others use too");
}

#[test]
fn children_are_counted_by_program_and_none_is_a_moment_too() {
    use std::io::{BufRead, BufReader};
    let mut root = shell("sleep 20 & echo $!; sleep 20 & echo $!; read _");
    let mut lines = BufReader::new(root.stdout.take().unwrap()).lines();
    let children: Vec<String> = (0..2).map(|_| lines.next().unwrap().unwrap()).collect();
    let probe = Process::new(&target_of(root.id()));
    let now = Instant::now();
    // a child may not have become its program yet
    let counted = (0..50).find_map(|_| {
        std::thread::sleep(Duration::from_millis(20));
        group(&sampled(&probe, now), GroupKind::Child, "sleep").filter(|n| *n == 2.0)
    });
    assert!(Command::new("kill").arg("-9").args(&children).status().unwrap().success());
    std::thread::sleep(Duration::from_millis(50));
    let none = sampled(&probe, now);
    root.kill().unwrap();
    root.wait().unwrap();
    assert_eq!(counted, Some(2.0));
    assert_eq!(group(&none, GroupKind::Child, "@others"), Some(0.0), "{none:?}");
}

#[tokio::test]
async fn it_answers_like_any_probe() {
    let mut child = Command::new("sleep").arg("20").spawn().unwrap();
    let mut probe = Process::new(&target_of(child.id()));
    let reading = probe.ask(Request::Sample).await.unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(value(&reading, "rss_bytes").is_some());
    assert!(
        group(&reading, GroupKind::ProcessMemory, &child.id().to_string()).is_none(),
        "a lone one has no rows"
    );
    assert!(probe.ask(Request::Collect).await.unwrap().values.is_empty());
}
