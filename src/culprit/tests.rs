//! Runs as they happen, and who is blamed for them.

use super::*;
use crate::evidence::{
    DrivenPlan, Event, EventKind, Frame, GroupCount, Ids, Moment, Phase, PlanRecord, Recording, TaskSnapshot,
};
use crate::findings::Estimate;

/// A run at 50/s: warmup to 5 s, steady to 35 s, settle to 45 s; one sample each half second.
struct Run {
    evidence: Evidence,
}

impl Run {
    fn new() -> Run {
        let mut recording = Recording::default();
        for i in 0..90 {
            let t = f64::from(i) * 0.5;
            recording.elapsed_s.push(t);
            recording.phases.push(match t {
                t if t < 5.0 => Phase::Warmup,
                t if t < 35.0 => Phase::Steady,
                _ => Phase::Settle,
            });
            recording.requests_total.push(Some(50.0 * t.min(35.0)).into());
        }
        Run { evidence: Evidence { recording, ..Evidence::default() } }
    }

    fn group(
        mut self,
        kind: GroupKind,
        id: &str,
        frames: &[&str],
        state: &str,
        count: impl Fn(f64) -> f64,
    ) -> Run {
        for t in self.evidence.recording.elapsed_s.clone() {
            let row = GroupCount { elapsed_s: t, kind, group: id.into(), count: count(t) };
            self.evidence.groups.push(row);
        }
        let stack: Vec<Frame> =
            frames.iter().map(|func| Frame { func: func.to_string(), file: None, line: Some(7) }).collect();
        let name = frames.first().copied().unwrap_or(id).to_string();
        let state = Some(state.to_string()).filter(|state| !state.is_empty());
        self.evidence.group_names.push(TaskGroup {
            id: id.into(),
            kind,
            name,
            state,
            stack,
            created_by: None,
        });
        self
    }

    fn goroutines(self, id: &str, frames: &[&str], state: &str, count: impl Fn(f64) -> f64) -> Run {
        self.group(GroupKind::Goroutine, id, frames, state, count)
    }

    /// Snapshots of what is there, with these of them proven to be stuck.
    fn snapshots(mut self, proven: &[&str]) -> Run {
        let moments = [(5.0, Moment::SteadyStart), (34.5, Moment::SteadyEnd), (44.5, Moment::Settled)];
        for (elapsed_s, moment) in moments {
            let counts: Vec<(String, u64)> = self
                .evidence
                .groups
                .iter()
                .filter(|row| row.elapsed_s == elapsed_s)
                .map(|row| (row.group.clone(), row.count as u64))
                .collect();
            let proven = counts.iter().filter(|(id, _)| proven.contains(&id.as_str())).cloned().collect();
            let groups = self.evidence.group_names.clone();
            let longest_wait_s = vec![];
            let snapshot = TaskSnapshot {
                elapsed_s,
                moment,
                counts,
                proven: Some(proven),
                longest_wait_s,
                labels: Vec::new(),
                ids: Ids::NotRead,
                times: Vec::new(),
                groups,
            };
            self.evidence.snapshots.push(snapshot);
        }
        self
    }

    fn first(&self) -> Candidate {
        rank(&self.evidence).tasks.into_iter().next().expect("a group grew")
    }
}

const SERVE: &str = "net/http.(*conn).serve";

/// How many stand there at `t` if each request starts one that stays for `hold` seconds.
fn held(t: f64, hold: f64) -> f64 {
    let started = |t: f64| 50.0 * t.clamp(0.0, 35.0);
    started(t) - started(t - hold)
}

#[test]
fn one_stuck_goroutine_a_request_is_named_sized_and_proven() {
    let run = Run::new()
        .goroutines("a", &["main.produce.func1"], "chan send", |t| held(t, 1e9))
        .goroutines("b", &["internal/poll.runtime_pollWait", SERVE], "IO wait", |t| 12.0 + t.rem_euclid(3.0))
        .snapshots(&["a"]);
    let found = run.first();
    assert!(found.stands());
    let culprit = &found.culprit;
    assert_eq!((culprit.name.as_str(), culprit.state.as_deref()), ("main.produce.func1", Some("chan send")));
    assert_eq!(
        (culprit.count_start, culprit.count_end, culprit.count_settled),
        (250.0, 1725.0, Some(1750.0))
    );
    assert!((culprit.per_request.unwrap().value - 1.0).abs() < 0.01, "{:?}", culprit.per_request);
    assert_eq!(
        (culprit.proven, found.proof),
        (Some(1475.0), Proof::Proven(1475.0)),
        "no more than grew in steady"
    );
    assert!(found.share > 0.99 && found.recovered == Some(0.0));
}

#[test]
fn what_is_held_for_a_time_and_let_go_does_not_stand() {
    let run = Run::new().goroutines("a", &["main.hold"], "select", |t| held(t, 8.0)).snapshots(&[]);
    let found = run.first();
    assert_eq!(found.proof, Proof::NotListed);
    assert!(found.recovered.unwrap() > 0.9 && !found.stands());
}

#[test]
fn what_is_held_for_longer_than_the_run_grows_and_is_not_proven() {
    let run = Run::new().goroutines("a", &["main.hold"], "select", |t| held(t, 60.0)).snapshots(&[]);
    let found = run.first();
    assert!(found.stands() && found.culprit.proven.is_none());
    assert!((29.0..31.0).contains(&found.culprit.seen_for_s), "for the judge to hold against --max-hold");
}

#[test]
fn a_pool_that_fills_does_not_stand() {
    let run = Run::new().goroutines("a", &["main.worker"], "chan receive", |t| (t * 20.0).min(300.0));
    assert!(!run.first().stands());
}

#[test]
fn workers_that_change_their_state_are_no_growth_of_a_group() {
    let run = Run::new()
        .goroutines("a", &["main.take", "main.worker"], "chan receive", |t| 500.0 - 10.0 * t)
        .goroutines("b", &["main.put", "main.worker"], "chan send", |t| 10.0 * t);
    assert!(rank(&run.evidence).tasks.is_empty());
}

#[test]
fn tasks_that_a_servers_library_spawns_for_connections_do_not_stand() {
    let stands = |file: &str| {
        let mut run =
            Run::new().group(GroupKind::Task, "a", &["tokio::spawn"], "idle", |t| 4.0 + t.min(36.0));
        run.evidence.group_names[0].stack[0].file = Some(file.into());
        run.evidence.plan = Some(PlanRecord::example());
        run.first().stands()
    };
    assert!(!stands("registry/axum-0.8.9/src/serve/mod.rs"));
    assert!(stands("src/main.rs"), "still there after the load");
}

#[test]
fn connections_of_the_load_itself_do_not_stand() {
    let mut run = Run::new()
        .goroutines("a", &["internal/poll.runtime_pollWait", SERVE], "IO wait", |t| 4.0 + t.min(36.0))
        .snapshots(&[]);
    run.evidence.plan = Some(PlanRecord::example());
    let found = run.first();
    assert!(found.is_connection && found.within_connections && !found.stands());
}

#[test]
fn one_in_twenty_is_found_next_to_a_hundred_at_once() {
    let run = Run::new().goroutines("a", &["main.many"], "chan send", |t| 100.0 * held(t, 1e9)).goroutines(
        "b",
        &["main.few"],
        "select",
        |t| (0.05 * held(t, 1e9)).floor(),
    );
    let ranked = rank(&run.evidence).tasks;
    let per_request = |name: &str| {
        ranked
            .iter()
            .find(|c| c.culprit.name == name && c.stands())
            .and_then(|c| c.culprit.per_request)
            .map(|each| each.value)
            .unwrap()
    };
    assert!((per_request("main.many") - 100.0).abs() < 1.0);
    assert!((per_request("main.few") - 0.05).abs() < 0.005);
}

#[test]
fn snapshots_alone_are_enough_for_a_proof() {
    let mut run = Run::new().goroutines("a", &["main.f"], "chan send", |t| held(t, 1e9)).snapshots(&["a"]);
    run.evidence.groups.clear();
    let found = run.first();
    assert!(found.culprit.proven.is_some() && found.stands());
    let Estimate { lo, hi, .. } = found.culprit.per_request.unwrap();
    assert!(lo < 1.0 && 1.0 < hi && hi - lo < 0.2);
}

#[test]
fn heap_is_ranked_apart_with_the_doubt_of_its_sampling() {
    let mib = f64::from(1 << 20);
    let run = Run::new()
        .group(GroupKind::Heap, "h", &["main.keep"], "", |t| t * mib)
        .group(GroupKind::Heap, "i", &["main.odd"], "", |t| if t > 20.0 { 0.5 * mib } else { 0.0 })
        .group(GroupKind::Heap, "r", &["runtime.malg", "runtime.systemstack"], "", |t| t * mib)
        .group(GroupKind::Fd, "sockets", &[], "", |t| 10.0 + held(t, 1e9));
    let ranked = rank(&run.evidence);
    assert_eq!(ranked.heap.len(), 2, "what the runtime takes for itself is no candidate");
    assert_eq!(ranked.tasks[0].culprit.name, "sockets");
    assert_eq!(ranked.heap[0].culprit.name, "main.keep");
    assert!(ranked.heap[0].stands());
    let Estimate { lo, hi, .. } = ranked.heap[0].culprit.per_request.unwrap();
    assert!(lo < mib / 50.0 && mib / 50.0 < hi && lo > 0.0);
    assert_eq!(ranked.heap[1].direction, Direction::Stable, "one sampled object is no leak");
}

#[test]
fn each_kind_of_descriptor_stands_for_itself_and_the_loads_own_for_none() {
    let run = Run::new()
        .group(GroupKind::Fd, "@load", &[], "", |t| t * 2.0)
        .group(GroupKind::Fd, "sockets", &[], "", |_| 7.0)
        .group(GroupKind::Fd, "pipes", &[], "", |t| 2.0 * held(t, 1e9))
        .group(GroupKind::Child, "convert", &[], "", |t| 4.0 + held(t, 0.5));
    let ranked = rank(&run.evidence).tasks;
    let names: Vec<&str> = ranked.iter().map(|c| c.culprit.name.as_str()).collect();
    assert_eq!(names, ["pipes"], "children that come and go with requests are no growth");
    assert!(ranked[0].stands());
    assert!(ranked[0].share > 0.9, "{}", ranked[0].share);
    let per_request = ranked[0].culprit.per_request.unwrap().value;
    assert!((per_request - 2.0).abs() < 0.05, "{per_request}");
}

#[test]
fn nothing_seen_has_no_culprit() {
    assert_eq!(rank(&Evidence::default()), Ranked::default());
}

#[test]
fn a_leak_is_named_and_proven_though_the_target_began_anew() {
    let leaks =
        |began: f64| move |t: f64| if t < began { 50.0 * t } else { 50.0 * (t - began).min(35.0 - began) };
    let mut run =
        Run::new().goroutines("stuck", &["main.leak"], "chan send", leaks(25.0)).snapshots(&["stuck"]);
    let restart = EventKind::Restart { pid_before: 1, pid_after: 2 };
    run.evidence.events.push(Event { elapsed_s: 25.0, kind: restart });
    let first = run.first();
    // 250 at the start, 1,250 before the restart, 475 at the end, of which the last life proves its own
    let culprit = &first.culprit;
    assert_eq!((culprit.count_start, culprit.count_end), (250.0, 475.0));
    assert!(culprit.per_request.is_some_and(|each| (0.9..1.1).contains(&each.value)), "{culprit:?}");
    assert!(matches!(first.proof, Proof::Proven(n) if (475.0..=500.0).contains(&n)), "{:?}", first.proof);
}

#[test]
fn live_objects_are_compared_by_the_snapshots_alone() {
    let run = Run::new()
        .group(GroupKind::Class, "byte[]", &[], "", |t| 1e6 + 2000.0 * 50.0 * t.min(35.0))
        .group(GroupKind::Class, "Session", &[], "", |t| 16.0 * 50.0 * t.min(35.0))
        .group(GroupKind::Class, "java.lang.String", &[], "", |_| 5e6)
        .snapshots(&[]);
    let ranked = rank(&run.evidence);
    assert!(ranked.tasks.is_empty());
    let named: Vec<&str> = ranked.heap.iter().map(|c| c.culprit.name.as_str()).collect();
    assert_eq!(named, ["byte[]", "Session"], "what does not grow is no candidate");
    let bytes = &ranked.heap[0];
    let each = bytes.culprit.per_request.unwrap().value;
    assert!((1990.0..2010.0).contains(&each), "{each}");
    assert_eq!(bytes.direction, Direction::Inconclusive, "two ends never say that it goes on");
    assert!(bytes.share > 0.98 && bytes.culprit.share > 0.98, "{bytes:?}");
}

/// Of 50 requests per second one in ten leaves a goroutine: all of them come in two of each six seconds, as blocks deal
/// them.
fn dealt(t: f64) -> f64 {
    const FULL: [[usize; 2]; 6] = [[0, 3], [4, 5], [0, 1], [2, 5], [1, 4], [0, 2]];
    let t = t.min(35.0);
    let block = |second: usize| {
        let is_full = FULL[second / 6 % 6].contains(&(second % 6));
        if is_full { 15.0 } else { 0.0 }
    };
    let since_warmup = (t - 5.0).max(0.0);
    let whole = since_warmup as usize;
    let left: f64 = (0..whole).map(block).sum();
    (5.0 * t.min(5.0) + left + block(whole) * since_warmup.fract()).floor()
}

#[test]
fn growth_by_dealt_requests_is_that_between_the_ends() {
    let mut run = Run::new().goroutines("a", &["main.wait"], "chan send", dealt).snapshots(&[]);
    let width = |run: &Run| {
        let each = run.first().culprit.per_request.unwrap();
        assert!(each.lo <= 0.1 && 0.1 <= each.hi, "{each:?}");
        (each.hi - each.lo, each.value)
    };
    let (by_line, _) = width(&run);
    run.evidence.plan = Some(PlanRecord::example_of(DrivenPlan::example_in_blocks()));
    let (by_ends, each) = width(&run);
    assert!((each - 0.1).abs() < 0.002, "{each} per request");
    assert!(by_ends <= by_line && by_ends < 0.04, "{by_ends} wide, by a line {by_line}");
}
