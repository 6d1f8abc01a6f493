//! Services whose workers are replaced, from the evidence to the verdict: leaks that recycling hides, warm-ups, and
//! what is no recycling.

use super::*;
use crate::evidence::{
    Aspect, DrivenPlan, Environment, Event, EventKind, Gate, GateLimit, GroupCount, Phase, PhasePlan,
    PlanRecord, Quantity, Recording, Runtime, Sample, Series, TaskGroup,
};
use crate::findings::{Findings, GateReason, GateResult, Measured, Note, Reason, Verdict};
use crate::judge::judge;
use crate::units::{Rate, Span};

const MIB: f64 = 1024.0 * 1024.0;
const KIB: f64 = 1024.0;

/// A master with workers, at 50/s and with five samples per second: 5 s of warm-up, then steady.
struct Service {
    workers: usize,
    /// After how many requests the n-th worker that was started is replaced.
    replaced_after: fn(usize) -> f64,
    /// What a worker has after so many requests.
    memory: fn(f64) -> f64,
    steady_s: f64,
    runtime: Runtime,
}

impl Default for Service {
    fn default() -> Service {
        Service {
            workers: 1,
            replaced_after: |_| 600.0,
            memory: |requests| 5.0 * MIB + 64.0 * KIB * requests,
            steady_s: 60.0,
            runtime: Runtime::Python,
        }
    }
}

/// One worker that runs.
struct Running {
    pid: usize,
    answered: f64,
    ends_after: f64,
}

/// Between -0.5 and 0.5, the same in every run of the test.
fn noise(n: usize) -> f64 {
    let mixed = (n as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(31);
    (mixed.wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
}

impl Service {
    fn evidence(&self) -> Evidence {
        let mut environment = Environment::example(self.runtime, 1 + self.workers);
        if let Some(target) = &mut environment.target {
            (target.pid, target.program) = (Some(99), "gunicorn".into());
        }
        let mut evidence = Evidence { environment: Some(environment), ..Evidence::default() };
        let span = Span::from_secs_f64;
        evidence.plan = Some(PlanRecord {
            phases: PhasePlan {
                baseline: span(0.0),
                warmup: span(5.0),
                steady: span(self.steady_s),
                settle: span(0.0),
                cycles: 1,
            },
            ..PlanRecord::example_of(DrivenPlan { rate: Rate::PerSecond(50.0), ..DrivenPlan::example() })
        });
        evidence.events = [(0.0, Phase::Warmup), (5.0, Phase::Steady)]
            .map(|(elapsed_s, phase)| Event { elapsed_s, kind: EventKind::Phase { phase } })
            .into();
        let mut started = 0;
        let mut start = || {
            started += 1;
            let (pid, ends_after) = (100 + started, (self.replaced_after)(started));
            Running { pid, answered: 0.0, ends_after }
        };
        let mut running: Vec<Running> = (0..self.workers).map(|_| start()).collect();
        let mut recording = Recording::default();
        let (mut requests, mut rss) = (0.0, Vec::new());
        // three rows of each process, 16 rows per second
        let every = (3 * (self.workers + 1)).div_ceil(3).min(10);
        for i in 0..=((5.0 + self.steady_s) * 5.0) as usize {
            let elapsed_s = i as f64 * 0.2;
            let each = 10.0 / self.workers as f64;
            for worker in &mut running {
                worker.answered += each;
                if worker.answered > worker.ends_after {
                    *worker = start();
                }
            }
            requests += 10.0;
            let mut total = 0.0;
            let master = (99, 4.0 * MIB);
            let all =
                running.iter().map(|w| (w.pid, (self.memory)(w.answered) + 16.0 * KIB * noise(i + w.pid)));
            for (pid, bytes) in std::iter::once(master).chain(all) {
                total += bytes;
                if i % every == 0 {
                    let (group, kind) = (pid.to_string(), GroupKind::ProcessMemory);
                    evidence.instances.push(GroupCount { elapsed_s, kind, group, count: bytes });
                }
            }
            recording.elapsed_s.push(elapsed_s);
            recording.phases.push(if elapsed_s < 5.0 { Phase::Warmup } else { Phase::Steady });
            recording.requests_total.push(Sample::new(requests));
            rss.push(Sample::new(total));
        }
        recording.series = vec![Series { id: SeriesId::RssAnon, samples: rss }];
        evidence.recording = recording;
        evidence.group_names = (99..=100 + started).map(named).collect();
        evidence
    }

    fn judged(&self) -> Findings {
        judge(&self.evidence())
    }
}

fn named(pid: usize) -> TaskGroup {
    TaskGroup {
        id: pid.to_string(),
        kind: GroupKind::ProcessMemory,
        name: format!("gunicorn (pid {pid})"),
        state: None,
        stack: Vec::new(),
        created_by: None,
    }
}

/// The workers that leak.
#[track_caller]
fn leaking(found: &Findings) -> &ReplacedWorkers {
    match &found.assessment.answer.reason {
        Reason::Leak(Leak::Recycled(workers)) => workers,
        other => panic!("{other:?}"),
    }
}

/// Why workers leave it open.
fn doubt(found: &Findings) -> Option<WorkersDoubtReason> {
    match &found.assessment.answer.reason {
        Reason::Doubt(Doubt::Workers(doubt)) => Some(doubt.why),
        _ => None,
    }
}

#[test]
fn a_leak_in_a_worker_that_is_replaced_is_sized_by_request_and_by_life() {
    let found = Service::default().judged();
    let workers = leaking(&found);
    let each = workers.trend.per_request.unwrap();
    assert!((0.97..1.03).contains(&(each.value / (64.0 * KIB))), "{each:?}");
    assert!(each.lo <= 64.0 * KIB && 64.0 * KIB <= each.hi, "{each:?}");
    let requests = workers.requests_per_life.unwrap();
    assert!((570.0..630.0).contains(&requests), "{requests} requests");
    let life = workers.per_life().unwrap().value;
    assert!((36.0..39.0).contains(&(life / MIB)), "{life}");
    assert_eq!((workers.replaced, workers.program.as_str()), (5, "gunicorn"));
    assert!(matches!(found.notes[0], Note::Recycled(_)), "{:?}", found.notes);
}

#[test]
fn four_workers_that_are_replaced_at_random_leak_as_one() {
    let service = Service {
        workers: 4,
        replaced_after: |n| 200.0 + 100.0 * (noise(n) + 0.5),
        memory: |requests| 20.0 * MIB + 16.0 * KIB * requests,
        steady_s: 120.0,
        ..Service::default()
    };
    let found = service.judged();
    let each = leaking(&found).trend.per_request.unwrap();
    assert!((0.95..1.05).contains(&(each.value / (16.0 * KIB))), "{each:?}");
    assert!((3.5..4.1).contains(&leaking(&found).at_a_time));
}

#[test]
fn two_lives_are_enough_where_they_are_straight() {
    let service = Service { steady_s: 30.0, ..Service::default() };
    assert_eq!(leaking(&service.judged()).replaced, 2);
}

#[test]
fn a_worker_that_fills_its_pools_and_is_level_is_healthy() {
    let service = Service {
        memory: |requests| 5.0 * MIB + 8.0 * MIB * (1.0 - (-requests / 40.0).exp()),
        ..Service::default()
    };
    let found = service.judged();
    assert_eq!(found.assessment.verdict(), Verdict::Stable, "{:?}", found.assessment.answer.reason);
    let four = Service { workers: 4, replaced_after: |n| 500.0 + 200.0 * noise(n), ..service };
    let found = Service { steady_s: 240.0, ..four }.judged();
    assert_eq!(found.assessment.verdict(), Verdict::Stable, "{:?}", found.assessment.answer.reason);
}

#[test]
fn a_worker_that_is_replaced_before_it_is_level_leaves_it_open() {
    // a straight line of 1 MiB may be a warm-up, and so may one that has hardly begun to bend
    let small = Service { memory: |requests| 5.0 * MIB + MIB * requests / 600.0, ..Service::default() };
    assert_eq!(doubt(&small.judged()), Some(WorkersDoubtReason::MayBeWarmUp));
    let bends = |requests: f64| 5.0 * MIB + 30.0 * MIB * (1.0 - (-requests / 400.0).exp());
    let bending = Service { memory: bends, ..Service::default() };
    assert_eq!(doubt(&bending.judged()), Some(WorkersDoubtReason::NotLevel));
}

#[test]
fn the_heap_of_a_runtime_that_may_grow_it_first_leaves_it_open() {
    let service = Service { runtime: Runtime::Jvm, ..Service::default() };
    assert_eq!(doubt(&service.judged()), Some(WorkersDoubtReason::HeapNotRead(Runtime::Jvm)));
}

#[test]
fn workers_that_stay_or_restart_once_are_not_recycled() {
    let found = Service { replaced_after: |_| f64::INFINITY, ..Service::default() }.judged();
    assert!(found.assessment.workers.is_empty());
    assert_eq!(found.assessment.verdict(), Verdict::Leak);
    let crashed = Service {
        workers: 4,
        replaced_after: |n| if n == 2 { 300.0 } else { f64::INFINITY },
        memory: |_| 20.0 * MIB,
        ..Service::default()
    };
    let found = crashed.judged();
    assert!(found.assessment.workers.is_empty());
    assert_eq!(found.assessment.verdict(), Verdict::Stable, "{:?}", found.assessment.answer.reason);
}

#[test]
fn children_that_answer_a_few_requests_are_not_judged() {
    let service = Service {
        workers: 8,
        replaced_after: |_| 8.0,
        memory: |requests| 5.0 * MIB + 256.0 * KIB * requests,
        ..Service::default()
    };
    assert!(service.judged().assessment.workers.is_empty());
}

#[test]
fn children_that_do_a_job_and_end_are_not_workers() {
    let mut evidence = Service::default().evidence();
    // each ends half-way, and the next starts when the next worker would
    let mut started = std::collections::HashMap::new();
    evidence.instances.retain(|row| {
        let at = *started.entry(row.group.clone()).or_insert(row.elapsed_s);
        row.group == "99" || row.elapsed_s - at < 6.0
    });
    assert!(judge(&evidence).assessment.workers.is_empty());
}

#[test]
fn one_worker_of_weight_that_stays_level_stands_against_growth() {
    let mut evidence = Service::default().evidence();
    // the third, from its start to its end
    for row in evidence.instances.iter_mut().filter(|row| row.group == "103") {
        row.count = 5.0 * MIB;
    }
    assert_eq!(doubt(&judge(&evidence)), Some(WorkersDoubtReason::NotLevel));
}

/// How a limit of growth of memory came out, in bytes per second or per request.
fn gated(service: &Service, aspect: Aspect, value: f64) -> (GateResult, Measured) {
    let mut evidence = service.evidence();
    let limit = GateLimit { value, unit: Unit::Bytes, at_least: false };
    let gate = Gate { expr: "memory".into(), quantity: Quantity::Memory, aspect, limit };
    evidence.plan.as_mut().unwrap().gates = vec![gate];
    let found = judge(&evidence);
    match &found.gates[0].reason {
        GateReason::Measured(measured) => (found.gates[0].result, measured.clone()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_gate_on_memory_measures_growth_within_workers() {
    let leaks = Service::default();
    let (result, measured) = gated(&leaks, Aspect::Slope, MIB / 3600.0);
    assert_eq!((result, measured.within_workers), (GateResult::Failed, true));
    let growth = measured.value / (64.0 * KIB * 50.0);
    assert!((0.97..1.03).contains(&growth), "{growth} of what its workers take");
    let (result, measured) = gated(&leaks, Aspect::PerRequest, 100.0);
    assert_eq!(result, GateResult::Failed);
    assert!((0.97..1.03).contains(&(measured.value / (64.0 * KIB))), "{measured:?}");
    let four = Service {
        workers: 4,
        replaced_after: |n| 200.0 + 100.0 * (noise(n) + 0.5),
        memory: |requests| 20.0 * MIB + 16.0 * KIB * requests,
        steady_s: 120.0,
        ..Service::default()
    };
    let growth = gated(&four, Aspect::Slope, MIB / 3600.0).1.value / (16.0 * KIB * 50.0);
    assert!((0.9..1.1).contains(&growth), "{growth} of what its workers take together");
}

#[test]
fn a_gate_on_memory_of_workers_holds_and_stays_open_as_they_do() {
    let pools = |requests: f64| 5.0 * MIB + 8.0 * MIB * (1.0 - (-requests / 40.0).exp());
    let level = Service { memory: pools, ..Service::default() };
    assert_eq!(gated(&level, Aspect::PerRequest, 10.0 * KIB).0, GateResult::Held);
    let warms_up = Service { memory: |requests| 5.0 * MIB + MIB * requests / 600.0, ..Service::default() };
    assert_eq!(gated(&warms_up, Aspect::PerRequest, 100.0).0, GateResult::Inconclusive);
}

#[test]
fn what_moves_as_level_workers_come_and_go_is_explained() {
    let pools = |requests: f64| 5.0 * MIB + 30.0 * MIB * (1.0 - (-requests / 40.0).exp());
    let service = |steady_s: f64, workers: usize| Service {
        workers,
        memory: pools,
        replaced_after: |n| 500.0 + 200.0 * noise(n),
        steady_s,
        ..Service::default()
    };
    // the tree alone leaves it open
    let found = service(120.0, 4).judged();
    let tree = &found.assessment.series[0];
    assert_eq!(tree.trend.direction, Direction::Inconclusive);
    assert_eq!(tree.explained_by, Some(Explanation::LevelWorkers(9)));
    assert_eq!(found.assessment.verdict(), Verdict::Stable, "{:?}", found.assessment.answer.reason);
    // or could not show a leak of the resolution
    let found = service(120.0, 2).judged();
    assert_eq!(found.assessment.verdict(), Verdict::Stable, "{:?}", found.assessment.answer.reason);
    let found = service(60.0, 4).judged();
    assert_eq!(found.assessment.workers[0].0.whole, 0);
    assert_eq!(found.assessment.verdict(), Verdict::Inconclusive, "no worker was seen from start to end");
}

#[test]
fn level_workers_do_not_explain_what_their_master_takes() {
    let pools = |requests: f64| 5.0 * MIB + 30.0 * MIB * (1.0 - (-requests / 40.0).exp());
    let service = Service {
        workers: 4,
        memory: pools,
        replaced_after: |n| 500.0 + 200.0 * noise(n),
        steady_s: 120.0,
        ..Service::default()
    };
    let mut evidence = service.evidence();
    // 64 KiB per second: 8 MiB in all, within the noise of the tree
    for row in evidence.instances.iter_mut().filter(|row| row.group == "99") {
        row.count += 64.0 * KIB * row.elapsed_s;
    }
    let times = evidence.recording.elapsed_s.clone();
    for (at, sample) in times.iter().zip(&mut evidence.recording.series[0].samples) {
        *sample = Sample::new(sample.get().unwrap() + 64.0 * KIB * at);
    }
    let found = judge(&evidence);
    assert_eq!(found.assessment.series[0].explained_by, None);
    assert_ne!(found.assessment.verdict(), Verdict::Stable, "{:?}", found.assessment.answer.reason);
    let limit = GateLimit { value: MIB / 3600.0, unit: Unit::Bytes, at_least: false };
    let (quantity, aspect) = (Quantity::Memory, Aspect::Slope);
    evidence.plan.as_mut().unwrap().gates = vec![Gate { expr: "memory".into(), quantity, aspect, limit }];
    assert_ne!(judge(&evidence).gates[0].result, GateResult::Held);
}
