//! Trees of processes as they happen, and which process is named.

use super::*;
use crate::evidence::{GroupCount, Recording, TaskGroup};
use crate::findings::Direction;

const MIB: f64 = 1048576.0;

/// A process: its id, when it lived, and its memory in MiB.
type Worker<'a> = (&'a str, std::ops::Range<f64>, &'a dyn Fn(f64) -> f64);

/// At 50/s: warmup to 5 s, steady to 35 s, settle to 45 s.
fn run(processes: &[Worker<'_>]) -> Evidence {
    let mut recording = Recording::default();
    let mut instances = Vec::new();
    for i in 0..90 {
        let t = f64::from(i) * 0.5;
        recording.elapsed_s.push(t);
        recording.phases.push(match t {
            t if t < 5.0 => Phase::Warmup,
            t if t < 35.0 => Phase::Steady,
            _ => Phase::Settle,
        });
        recording.requests_total.push(Some(50.0 * t.min(35.0)).into());
        for (id, _, mib) in processes.iter().filter(|(_, life, _)| life.contains(&t)) {
            let count = mib(t) * MIB + 4096.0 * f64::from(i * 7 % 5);
            let kind = GroupKind::ProcessMemory;
            instances.push(GroupCount { elapsed_s: t, kind, group: id.to_string(), count });
        }
    }
    let name = |id: &&str| TaskGroup {
        id: id.to_string(),
        kind: GroupKind::ProcessMemory,
        name: format!("python3 (pid {id})"),
        state: None,
        stack: Vec::new(),
        created_by: None,
    };
    let group_names = processes.iter().map(|(id, ..)| name(id)).collect();
    Evidence { recording, instances, group_names, ..Evidence::default() }
}

const ALWAYS: std::ops::Range<f64> = 0.0..99.0;

fn flat(_: f64) -> f64 {
    20.0
}

fn leaking(t: f64) -> f64 {
    20.0 + t.min(35.0)
}

#[test]
fn the_one_worker_that_leaks_is_named() {
    let evidence =
        run(&[("1", ALWAYS, &flat), ("2", ALWAYS, &flat), ("3", ALWAYS, &leaking), ("4", ALWAYS, &flat)]);
    let found = standing_out(&evidence, GroupKind::ProcessMemory);
    assert_eq!(found.len(), 1);
    let culprit = &found[0].culprit;
    assert_eq!(culprit.name, "python3 (pid 3)");
    assert!(found[0].direction == Direction::Growing && found[0].stands(), "{found:?}");
    let per_request = culprit.per_request.unwrap().value;
    assert!((per_request / (MIB / 50.0) - 1.0).abs() < 0.05, "{per_request}");
    assert!(culprit.count_settled.is_some() && culprit.recovered.is_some_and(|share| share < 0.05));
    assert_eq!(standing_out(&evidence, GroupKind::ProcessFds), []);
}

#[test]
fn workers_that_grow_alike_single_out_none() {
    let evidence = run(&[
        ("1", ALWAYS, &flat),
        ("2", ALWAYS, &leaking),
        ("3", ALWAYS, &leaking),
        ("4", ALWAYS, &leaking),
    ]);
    assert_eq!(standing_out(&evidence, GroupKind::ProcessMemory), []);
}

#[test]
fn two_workers_that_grow_alike_next_to_their_idle_master_single_out_none() {
    let evidence = run(&[("1", ALWAYS, &flat), ("2", ALWAYS, &leaking), ("3", ALWAYS, &leaking)]);
    assert_eq!(standing_out(&evidence, GroupKind::ProcessMemory), []);
    let evidence = run(&[("1", ALWAYS, &flat), ("2", ALWAYS, &flat), ("3", ALWAYS, &leaking)]);
    assert_eq!(standing_out(&evidence, GroupKind::ProcessMemory).len(), 1);
}

#[test]
fn a_pool_that_is_recycled_names_no_worker() {
    let young = |since: f64| move |t: f64| 20.0 + (t - since);
    let (a, b, c, d) = (young(0.0), young(12.0), young(24.0), young(36.0));
    let pool: [Worker<'_>; 5] = [
        ("1", ALWAYS, &flat),
        ("2", 0.0..12.0, &a),
        ("3", 12.0..24.0, &b),
        ("4", 24.0..36.0, &c),
        ("5", 36.0..99.0, &d),
    ];
    assert_eq!(standing_out(&run(&pool), GroupKind::ProcessMemory), []);
}

#[test]
fn a_worker_that_ends_in_settle_lets_go() {
    let evidence = run(&[("1", ALWAYS, &flat), ("2", 0.0..40.0, &leaking)]);
    let found = standing_out(&evidence, GroupKind::ProcessMemory);
    assert!(found.iter().all(|c| c.recovered == Some(1.0) && !c.stands()), "{found:?}");
}

#[test]
fn a_worker_that_fills_a_cache_does_not_stand() {
    let fills = |t: f64| 20.0 + 10.0 * (t / 15.0).min(1.0);
    let evidence = run(&[("1", ALWAYS, &flat), ("2", ALWAYS, &fills), ("3", ALWAYS, &flat)]);
    assert!(!standing_out(&evidence, GroupKind::ProcessMemory).iter().any(Candidate::stands));
}
