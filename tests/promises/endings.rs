//! Every way in which a run can end: evidence and gates in; verdict, reason and exit code out. One table.

use soak::evidence::*;
use soak::findings::*;
use soak::judge::{Baseline, judge, judge_against_baseline};
use soak::units::{Rate, Span};
use soak::workload::*;
use std::time::Duration;

/// A minute of steady at 100 requests a second between a warmup and a settle, sampled twice a second.
struct Run {
    evidence: Evidence,
    /// What it is held against, or why that cannot be read.
    beside: Option<Result<Box<Run>, String>>,
}

const WARMUP_S: f64 = 10.0;
const STEADY_S: f64 = 60.0;
const SETTLE_S: f64 = 10.0;
const RATE: f64 = 100.0;
const MIB: f64 = 1024.0 * 1024.0;

fn span(seconds: f64) -> Span {
    Span(Duration::from_secs_f64(seconds))
}

/// Small noise that repeats itself in every run of the test.
fn noise(i: usize) -> f64 {
    let x =
        (i as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(31).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    (x >> 11) as f64 / (1u64 << 53) as f64 - 0.5
}

impl Run {
    fn new() -> Run {
        let n = ((WARMUP_S + STEADY_S + SETTLE_S) * 2.0) as usize;
        let elapsed_s: Vec<f64> = (0..n).map(|i| i as f64 / 2.0).collect();
        let phase = |t: f64| match t {
            t if t < WARMUP_S => Phase::Warmup,
            t if t < WARMUP_S + STEADY_S => Phase::Steady,
            _ => Phase::Settle,
        };
        let requests = |t: f64| Sample::new((t.min(WARMUP_S + STEADY_S) * RATE).floor());
        let recording = Recording {
            phases: elapsed_s.iter().map(|t| phase(*t)).collect(),
            requests_total: elapsed_s.iter().map(|t| requests(*t)).collect(),
            series: Vec::new(),
            elapsed_s,
        };
        let events = [(0.0, Phase::Warmup), (WARMUP_S, Phase::Steady), (WARMUP_S + STEADY_S, Phase::Settle)];
        let load = (1..=n / 2)
            .map(|s| {
                let busy = s as f64 <= WARMUP_S + STEADY_S;
                let count = if busy { RATE as u64 } else { 0 };
                LoadRow {
                    elapsed_s: s as f64,
                    request: "main".into(),
                    behaviour: "normal".into(),
                    due: count,
                    sent: count,
                    done: count,
                    soak_rss_bytes: 10 << 20,
                    soak_cpu_s: s as f64 * 0.05,
                    ..LoadRow::default()
                }
            })
            .collect();
        let run = Run {
            evidence: Evidence {
                plan: Some(plan()),
                environment: Some(environment(Runtime::Other)),
                recording,
                load,
                events: events
                    .map(|(elapsed_s, phase)| Event { elapsed_s, kind: EventKind::Phase { phase } })
                    .to_vec(),
                ..Evidence::default()
            },
            beside: None,
        };
        run.series("rss_bytes", |_, i| 120.0 * MIB + 8192.0 * noise(i))
            .series("rss_anon_bytes", |_, i| 100.0 * MIB + 8192.0 * noise(i + 7))
    }

    /// Adds a series, or replaces the one of this name.
    fn series(mut self, name: &str, value: impl Fn(f64, usize) -> f64) -> Run {
        let samples = self
            .evidence
            .recording
            .elapsed_s
            .iter()
            .enumerate()
            .map(|(i, t)| Sample::new(value(*t, i)))
            .collect();
        self.evidence.recording.series.retain(|s| s.id != name);
        self.evidence.recording.series.push(Series { id: name.into(), samples });
        self
    }

    /// Resident memory grows with the load by so many bytes a request.
    fn leaking(self, per_request: f64) -> Run {
        let grown = move |t: f64| t.min(WARMUP_S + STEADY_S) * RATE * per_request;
        self.series("rss_anon_bytes", move |t, i| 100.0 * MIB + grown(t) + 8192.0 * noise(i))
            .series("rss_bytes", move |t, i| 120.0 * MIB + grown(t) + 8192.0 * noise(i))
    }

    fn event(mut self, elapsed_s: f64, kind: EventKind) -> Run {
        self.evidence.events.push(Event { elapsed_s, kind });
        self.evidence.events.sort_by(|a, b| a.elapsed_s.total_cmp(&b.elapsed_s));
        self
    }

    fn errors(mut self, share: f64) -> Run {
        for row in &mut self.evidence.load {
            row.errors[5] = (row.done as f64 * share) as u64;
        }
        self
    }

    fn sent(mut self, share: f64) -> Run {
        for row in &mut self.evidence.load {
            row.sent = (row.due as f64 * share) as u64;
            row.done = row.sent;
        }
        self
    }

    fn runtime(mut self, runtime: Runtime) -> Run {
        self.evidence.environment = Some(environment(runtime));
        self
    }

    fn gate(
        mut self,
        expr: &str,
        quantity: Quantity,
        aspect: Aspect,
        value: f64,
        unit: soak::units::Unit,
    ) -> Run {
        let limit = GateLimit { value, unit, at_least: false };
        self.plan(|p| p.gates.push(Gate { expr: expr.into(), quantity, aspect, limit }));
        self
    }

    fn plan(&mut self, change: impl FnOnce(&mut PlanRecord)) -> &mut Run {
        change(self.evidence.plan.as_mut().unwrap());
        self
    }

    /// What Go tells of its memory: live heap and stacks that stay as they are, and native memory that grows by so
    /// many bytes a request.
    fn account(self, native_per_request: f64) -> Run {
        let native = move |t: f64| t.min(WARMUP_S + STEADY_S) * RATE * native_per_request;
        self.runtime(Runtime::Go)
            .series("mem_live_bytes", |_, i| 30.0 * MIB + 8192.0 * noise(i + 3))
            .series("mem_stacks_bytes", |_, i| 2.0 * MIB + 1024.0 * noise(i + 5))
            .series("mem_native_bytes", move |t, i| 10.0 * MIB + native(t) + 8192.0 * noise(i + 11))
    }

    /// Nobody was looked at.
    fn load_only(mut self) -> Run {
        self.evidence.recording.series.clear();
        self.evidence.environment = None;
        self.judging(|j| j.load_only = true)
    }

    fn errors_below_1_percent(self) -> Run {
        self.gate("errors.ratio < 1%", Quantity::Errors, Aspect::Ratio, 0.01, Unit::Ratio)
    }

    fn memory_slope_below(self, per_second: f64) -> Run {
        self.gate("memory.slope < LIMIT", Quantity::Memory, Aspect::Slope, per_second, Unit::Bytes)
    }

    /// Held against an earlier run.
    fn beside(mut self, earlier: Run) -> Run {
        self.beside = Some(Ok(Box::new(earlier)));
        self
    }

    fn judged(&self) -> Report {
        let Some(beside) = &self.beside else { return judge(&self.evidence) };
        let run = beside.as_ref().map(|earlier| (&earlier.evidence, judge(&earlier.evidence)));
        let run = run.as_ref().map(|(evidence, findings)| (*evidence, findings));
        let run = run.map_err(|why| why.to_string());
        let earlier = Baseline { path: std::path::Path::new("before"), run, names: ["before", "after"] };
        judge_against_baseline(&self.evidence, earlier).0
    }

    fn judging(mut self, change: impl FnOnce(&mut Judging)) -> Run {
        self.plan(|p| change(&mut p.judging));
        self
    }
}

fn plan() -> PlanRecord {
    let load = DrivenPlan {
        method: "GET".into(),
        body_bytes: 0,
        rate: Rate::PerSecond(RATE),
        pattern: Pattern::default(),
        connections: 64,
        threads: 1,
        timeout: span(10.0),
        requests: None,
        expect_status: Vec::new(),
        misbehave: None,
        blocks: None,
        named: Vec::new(),
    };
    PlanRecord {
        schema: "soak/1".into(),
        profile: "run".into(),
        profile_file: None,
        label: None,
        url: "http://127.0.0.1:1/".into(),
        headers: Vec::new(),
        connect: Default::default(),
        until_sure: None,
        interval: span(0.5),
        phases: PhasePlan {
            baseline: span(0.0),
            warmup: span(WARMUP_S),
            steady: span(STEADY_S),
            settle: span(SETTLE_S),
            cycles: 1,
        },
        compare_to: None,
        workload: Workload::Driven(load),
        judging: Judging::default(),
        gates: Vec::new(),
    }
}

fn environment(runtime: Runtime) -> Environment {
    Environment {
        soak: "0".into(),
        os: "linux".into(),
        kernel: "6".into(),
        cores: 2,
        started: "2026-01-31T12:05:01+00:00[UTC]".into(),
        target: Some(TargetRecord {
            pid: Some(1),
            program: "service".into(),
            user: None,
            container: None,
            runtime,
            found_by: "--pid".into(),
            processes: 1,
            memory_limit_bytes: None,
        }),
        probes: Vec::new(),
    }
}

use Verdict::{Failed, Inconclusive, Leak, Stable};
use soak::units::Unit;

fn gone() -> EventKind {
    EventKind::TargetGone { reason: "its pid vanished".into(), who: Gone::Target }
}

fn back() -> EventKind {
    EventKind::Restart { pid_before: 1, pid_after: 2 }
}

/// A goroutine group that grows by one a request, and what the runtime proves of it.
fn stuck(mut run: Run, proven: Option<u64>, settled: f64) -> Run {
    let group = TaskGroup {
        id: "g1".into(),
        kind: GroupKind::Goroutine,
        name: "main.worker".into(),
        state: Some("chan send".into()),
        stack: vec![Frame { func: "main.worker".into(), file: Some("main.go".into()), line: Some(7) }],
        created_by: None,
    };
    let end = WARMUP_S + STEADY_S;
    for (i, t) in run.evidence.recording.elapsed_s.clone().into_iter().enumerate() {
        let n = if t < end { (t * RATE).floor() } else { settled };
        let _ = i;
        run.evidence.groups.push(GroupCount {
            elapsed_s: t,
            kind: GroupKind::Goroutine,
            group: "g1".into(),
            count: n,
        });
    }
    for (moment, at, n) in [
        (Moment::SteadyStart, WARMUP_S, WARMUP_S * RATE),
        (Moment::SteadyEnd, end, end * RATE),
        (Moment::Settled, end + SETTLE_S, settled),
    ] {
        let share = |total: u64| (n / (end * RATE) * total as f64) as u64;
        run.evidence.snapshots.push(TaskSnapshot {
            elapsed_s: at,
            moment,
            counts: vec![("g1".into(), n as u64)],
            proven: proven.map(|total| vec![("g1".into(), share(total))]),
            groups: vec![group.clone()],
            ..run_snapshot_rest()
        });
    }
    run.evidence.group_names = vec![group];
    run
}

fn run_snapshot_rest() -> TaskSnapshot {
    serde_json::from_value(serde_json::json!({
        "elapsed_s": 0.0, "moment": "settled", "counts": [], "proven": null, "groups": []
    }))
    .unwrap()
}

#[test]
fn every_way_a_run_can_end() {
    let kib3 = 3.0 * 1024.0;
    let all = (WARMUP_S + STEADY_S) * RATE;
    let table: Vec<(&str, Run, Verdict, u8, &str)> = vec![
        ("nothing grows", Run::new(), Stable, 0, "verdict"),
        ("3 KiB a request", Run::new().leaking(kib3), Leak, 1, "verdict"),
        (
            "killed for memory while growing",
            Run::new().leaking(kib3).event(60.0, gone()).event(60.0, EventKind::OomKill { count: 1 }),
            Leak,
            1,
            "verdict",
        ),
        (
            "killed for memory, but flat",
            Run::new().event(60.0, gone()).event(60.0, EventKind::OomKill { count: 1 }),
            Failed,
            4,
            "verdict",
        ),
        ("gone at the end", Run::new().event(60.0, gone()), Failed, 4, "verdict"),
        (
            "gone at the end, though it leaked",
            Run::new().leaking(kib3).event(60.0, gone()),
            Failed,
            4,
            "verdict",
        ),
        (
            "gone for longer than --down-after",
            Run::new().event(20.0, gone()).event(55.0, back()),
            Failed,
            4,
            "verdict",
        ),
        ("gone and back in time", Run::new().event(20.0, gone()).event(21.0, back()), Stable, 0, "verdict"),
        (
            "nothing answered",
            Run {
                evidence: Evidence {
                    recording: {
                        let r = Run::new().evidence.recording;
                        Recording { requests_total: vec![Sample::new(0.0); r.len()], ..r }
                    },
                    ..Run::new().evidence
                },
                beside: None,
            },
            Failed,
            4,
            "verdict",
        ),
        (
            "nothing seen",
            Run {
                evidence: Evidence {
                    recording: Recording { series: Vec::new(), ..Run::new().evidence.recording },
                    ..Run::new().evidence
                },
                beside: None,
            },
            Failed,
            4,
            "verdict",
        ),
        ("a fifth of the requests fail", Run::new().errors(0.2), Inconclusive, 3, "verdict"),
        ("a twentieth of them fails", Run::new().errors(0.05), Stable, 0, "verdict"),
        ("they fail, and it leaks", Run::new().leaking(kib3).errors(0.2), Leak, 1, "verdict"),
        ("half the rate", Run::new().sent(0.5), Inconclusive, 3, "verdict"),
        (
            "a forwarder",
            Run::new().leaking(kib3).event(15.0, EventKind::Forwarder { text: "it forwards".into() }),
            Inconclusive,
            3,
            "verdict",
        ),
        ("Go's RSS alone", Run::new().leaking(kib3).runtime(Runtime::Go), Inconclusive, 3, "verdict"),
        (
            "a resolution beyond this run",
            Run::new().judging(|j| j.resolution_bytes = 0.001),
            Inconclusive,
            3,
            "verdict",
        ),
        ("proven by the runtime", stuck(Run::new(), Some(all as u64), all), Leak, 1, "verdict"),
        ("tasks that stay", stuck(Run::new(), None, all), Leak, 1, "verdict"),
        ("tasks that are let go in settle", stuck(Run::new(), None, 0.0), Stable, 0, "verdict"),
        (
            "tasks that the runtime could prove and does not, seen for less than a minute",
            stuck(Run::new(), Some(0), all),
            Inconclusive,
            3,
            "verdict",
        ),
        (
            "tasks that may be held for longer than they were seen",
            stuck(Run::new(), None, all).judging(|j| j.max_hold = Some(span(120.0))),
            Inconclusive,
            3,
            "verdict",
        ),
        (
            "tasks that were seen for longer than they may be held",
            stuck(Run::new(), Some(0), all).judging(|j| j.max_hold = Some(span(30.0))),
            Leak,
            1,
            "verdict",
        ),
        (
            "a proof needs no hold",
            stuck(Run::new(), Some(all as u64), all).judging(|j| j.max_hold = Some(span(120.0))),
            Leak,
            1,
            "verdict",
        ),
        (
            "memory that may be held for longer than it was seen",
            Run::new().leaking(kib3).judging(|j| j.max_hold = Some(span(120.0))),
            Inconclusive,
            3,
            "verdict",
        ),
        (
            "memory that was seen for longer than it may be held",
            Run::new().leaking(kib3).judging(|j| j.max_hold = Some(span(30.0))),
            Leak,
            1,
            "verdict",
        ),
        (
            "Go's RSS climbs, and its exact account is flat",
            Run::new().leaking(kib3).account(0.0),
            Stable,
            0,
            "verdict",
        ),
        (
            "Go's RSS climbs, and so does its native memory",
            Run::new().leaking(kib3).account(kib3),
            Leak,
            1,
            "verdict",
        ),
        (
            "a certain growth that the horizon makes nothing of",
            Run::new().leaking(kib3).judging(|j| j.horizon = span(30.0)),
            Stable,
            0,
            "verdict",
        ),
        ("a series that nobody named", Run::new().series("queue", |t, _| t * 10.0), Stable, 0, "verdict"),
        (
            "a series that the user named",
            Run::new().series("queue", |t, _| t * 10.0).judging(|j| j.series.push("queue".into())),
            Leak,
            1,
            "verdict",
        ),
        ("load only", Run::new().load_only(), Stable, 0, "verdict"),
        ("load only, and half of it fails", Run::new().load_only().errors(0.5), Inconclusive, 3, "verdict"),
        (
            "load only, a few requests fail, and a gate allows it",
            Run::new().load_only().errors(0.005).errors_below_1_percent(),
            Stable,
            0,
            "--load-only",
        ),
        (
            "load only, half of it fails, and a gate minds",
            Run::new().load_only().errors(0.5).errors_below_1_percent(),
            Inconclusive,
            1,
            "gate errors.ratio < 1%",
        ),
        ("a slope wholly under its limit", Run::new().memory_slope_below(MIB), Stable, 0, "verdict"),
        (
            "a slope across its limit",
            Run::new().memory_slope_below(1e-9),
            Stable,
            3,
            "gate memory.slope < LIMIT",
        ),
        (
            "a slope wholly over its limit",
            Run::new().leaking(kib3).memory_slope_below(1024.0).judging(|j| j.gates_only = true),
            Leak,
            1,
            "gate memory.slope < LIMIT",
        ),
        (
            "a latency that nobody measured",
            Run::new().gate(
                "latency.p99 < 50ms",
                Quantity::Latency,
                Aspect::Percentile(990),
                0.05,
                Unit::Seconds,
            ),
            Stable,
            3,
            "gate latency.p99 < 50ms",
        ),
        (
            "a failed gate outranks a verdict in doubt",
            Run::new().errors(0.2).errors_below_1_percent(),
            Inconclusive,
            1,
            "gate errors.ratio < 1%",
        ),
        (
            "a death outranks a failed gate",
            Run::new().errors(0.05).errors_below_1_percent().event(60.0, gone()),
            Failed,
            4,
            "verdict",
        ),
        (
            "no fail, though a gate failed",
            Run::new().errors(0.05).errors_below_1_percent().judging(|j| j.no_fail = true),
            Stable,
            0,
            "--no-fail (else 1 by gate errors.ratio < 1%)",
        ),
        (
            "a gate holds",
            Run::new().gate("errors.ratio < 1%", Quantity::Errors, Aspect::Ratio, 0.01, Unit::Ratio),
            Stable,
            0,
            "verdict",
        ),
        (
            "a gate fails",
            Run::new().errors(0.05).gate(
                "errors.ratio < 1%",
                Quantity::Errors,
                Aspect::Ratio,
                0.01,
                Unit::Ratio,
            ),
            Stable,
            1,
            "gate errors.ratio < 1%",
        ),
        (
            "a gate on what is not there",
            Run::new().gate(
                "queue.slope < 1/h",
                Quantity::Series("queue".into()),
                Aspect::Slope,
                1.0,
                Unit::Count,
            ),
            Stable,
            3,
            "gate queue.slope < 1/h",
        ),
        (
            "a leak outranks a gate in doubt",
            Run::new().leaking(kib3).gate(
                "queue.slope < 1/h",
                Quantity::Series("queue".into()),
                Aspect::Slope,
                1.0,
                Unit::Count,
            ),
            Leak,
            1,
            "verdict",
        ),
        (
            "gates only, held",
            Run::new().leaking(kib3).judging(|j| j.gates_only = true),
            Leak,
            0,
            "--gates-only",
        ),
        (
            "gates only, dead",
            Run::new().event(60.0, gone()).judging(|j| j.gates_only = true),
            Failed,
            4,
            "verdict",
        ),
        (
            "inconclusive allowed",
            Run::new().sent(0.5).judging(|j| j.allow_inconclusive = true),
            Inconclusive,
            0,
            "--allow-inconclusive (else 3 by verdict)",
        ),
        (
            "a leak is not allowed by that",
            Run::new().leaking(kib3).judging(|j| j.allow_inconclusive = true),
            Leak,
            1,
            "verdict",
        ),
        (
            "no fail",
            Run::new().leaking(kib3).judging(|j| j.no_fail = true),
            Leak,
            0,
            "--no-fail (else 1 by verdict)",
        ),
        (
            "no fail, dead all the same",
            Run::new().event(60.0, gone()).judging(|j| j.no_fail = true),
            Failed,
            4,
            "verdict",
        ),
        ("as before: stable", Run::new().beside(Run::new()), Stable, 0, "verdict"),
        ("fixed since then", Run::new().beside(Run::new().leaking(kib3)), Stable, 0, "verdict"),
        ("a leak that is new, twice a 1", Run::new().leaking(kib3).beside(Run::new()), Leak, 1, "verdict"),
        (
            "gates only, a leak that is new",
            Run::new().leaking(kib3).beside(Run::new()).judging(|j| j.gates_only = true),
            Leak,
            1,
            "gate compare before",
        ),
        (
            "gates only, a leak that is as it was",
            Run::new().leaking(kib3).beside(Run::new().leaking(kib3)).judging(|j| j.gates_only = true),
            Leak,
            1,
            "gate compare before",
        ),
        (
            "stable, beside a run that could not tell",
            Run::new().beside(Run::new().errors(0.2)),
            Stable,
            3,
            "gate compare before",
        ),
        (
            "that may be",
            Run::new().beside(Run::new().errors(0.2)).judging(|j| j.allow_inconclusive = true),
            Stable,
            0,
            "--allow-inconclusive (else 3 by gate compare before)",
        ),
        (
            "stable, beside a run that is gone",
            Run { beside: Some(Err("before: holds no run".into())), ..Run::new() },
            Stable,
            3,
            "gate compare before",
        ),
        (
            "dead, beside one that lived",
            Run::new().event(60.0, gone()).beside(Run::new()),
            Failed,
            4,
            "verdict",
        ),
        (
            "a leak that is new, and nothing fails",
            Run::new().leaking(kib3).beside(Run::new()).judging(|j| j.no_fail = true),
            Leak,
            0,
            "--no-fail (else 1 by verdict)",
        ),
    ];
    let mut wrong = Vec::new();
    for (name, run, verdict, exit_code, reason) in table {
        let found = run.judged();
        if (found.verdict, found.exit_code, found.reason.as_str()) != (verdict, exit_code, reason) {
            wrong.push(format!(
                "{name}: {} {} ({}), wanted {verdict} {exit_code} ({reason}); {}",
                found.verdict, found.exit_code, found.reason, found.headline
            ));
        }
        if verdict != Leak && verdict != Failed && !found.culprits.is_empty() {
            wrong.push(format!("{name}: blames {:?}", found.culprits[0].name));
        }
        assert!(!found.headline.is_empty() && !found.headline.contains('\n'), "{name}: {:?}", found.headline);
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
