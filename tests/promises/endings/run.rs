//! A made-up run to be judged: what it records, changed one thing at a time.

use std::time::Duration;

use soak::evidence::*;
use soak::findings::*;
use soak::judge::{Baseline, judge, judge_against_baseline};
use soak::units::{Rate, Span, Unit};
use soak::workload::*;

/// A minute of steady at 100 requests a second between a warmup and a settle, sampled twice a second.
pub struct Run {
    pub evidence: Evidence,
    /// What it is held against, or why that cannot be read.
    pub beside: Option<Result<Box<Run>, String>>,
}

pub const WARMUP_S: f64 = 10.0;
pub const STEADY_S: f64 = 60.0;
pub const SETTLE_S: f64 = 10.0;
pub const RATE: f64 = 100.0;
pub const MIB: f64 = 1024.0 * 1024.0;

pub fn span(seconds: f64) -> Span {
    Span(Duration::from_secs_f64(seconds))
}

/// Small noise that repeats itself in every run of the test.
fn noise(i: usize) -> f64 {
    let x =
        (i as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(31).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    (x >> 11) as f64 / (1u64 << 53) as f64 - 0.5
}

impl Run {
    pub fn new() -> Run {
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
    pub fn series(mut self, name: &str, value: impl Fn(f64, usize) -> f64) -> Run {
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
    pub fn leaking(self, per_request: f64) -> Run {
        let grown = move |t: f64| t.min(WARMUP_S + STEADY_S) * RATE * per_request;
        self.series("rss_anon_bytes", move |t, i| 100.0 * MIB + grown(t) + 8192.0 * noise(i))
            .series("rss_bytes", move |t, i| 120.0 * MIB + grown(t) + 8192.0 * noise(i))
    }

    pub fn event(mut self, elapsed_s: f64, kind: EventKind) -> Run {
        self.evidence.events.push(Event { elapsed_s, kind });
        self.evidence.events.sort_by(|a, b| a.elapsed_s.total_cmp(&b.elapsed_s));
        self
    }

    pub fn errors(mut self, share: f64) -> Run {
        for row in &mut self.evidence.load {
            row.errors[5] = (row.done as f64 * share) as u64;
        }
        self
    }

    pub fn sent(mut self, share: f64) -> Run {
        for row in &mut self.evidence.load {
            row.sent = (row.due as f64 * share) as u64;
            row.done = row.sent;
        }
        self
    }

    pub fn runtime(mut self, runtime: Runtime) -> Run {
        self.evidence.environment = Some(environment(runtime));
        self
    }

    pub fn gate(mut self, expr: &str, quantity: Quantity, aspect: Aspect, value: f64, unit: Unit) -> Run {
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
    pub fn account(self, native_per_request: f64) -> Run {
        let native = move |t: f64| t.min(WARMUP_S + STEADY_S) * RATE * native_per_request;
        self.runtime(Runtime::Go)
            .series("mem_live_bytes", |_, i| 30.0 * MIB + 8192.0 * noise(i + 3))
            .series("mem_stacks_bytes", |_, i| 2.0 * MIB + 1024.0 * noise(i + 5))
            .series("mem_native_bytes", move |t, i| 10.0 * MIB + native(t) + 8192.0 * noise(i + 11))
    }

    /// No process was observed.
    pub fn load_only(mut self) -> Run {
        self.evidence.recording.series.clear();
        self.evidence.environment = None;
        self.judging(|j| j.load_only = true)
    }

    pub fn errors_below_1_percent(self) -> Run {
        self.gate("errors.ratio < 1%", Quantity::Errors, Aspect::Ratio, 0.01, Unit::Ratio)
    }

    pub fn memory_slope_below(self, per_second: f64) -> Run {
        self.gate("memory.slope < LIMIT", Quantity::Memory, Aspect::Slope, per_second, Unit::Bytes)
    }

    /// Held against an earlier run.
    pub fn beside(mut self, earlier: Run) -> Run {
        self.beside = Some(Ok(Box::new(earlier)));
        self
    }

    pub fn judged(&self) -> Findings {
        let Some(beside) = &self.beside else { return judge(&self.evidence) };
        let run = beside.as_ref().map(|earlier| (&earlier.evidence, judge(&earlier.evidence)));
        let run = run.as_ref().map(|(evidence, found)| (*evidence, &found.assessment));
        let run = run.map_err(|why| why.to_string());
        let baseline = Baseline { path: std::path::Path::new("before"), run, names: ["before", "after"] };
        judge_against_baseline(&self.evidence, &baseline).0
    }

    pub fn judging(mut self, change: impl FnOnce(&mut Judging)) -> Run {
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
        keep_going: false,
        vary: None,
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
        workload: Workload::Driven(Box::new(load)),
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
            memory_limit_is_machines: false,
            described_by: None,
        }),
        probes: Vec::new(),
    }
}

pub fn gone() -> EventKind {
    EventKind::TargetGone { reason: "its pid vanished".into(), who: Gone::Target }
}

pub fn back() -> EventKind {
    EventKind::Restart { pid_before: 1, pid_after: 2 }
}

/// A goroutine group that grows by one per request, and what the runtime proves of it.
pub fn stuck(mut run: Run, proven: Option<u64>, settled: f64) -> Run {
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
