//! What a made-up run records: evidence from a few figures.

use std::collections::BTreeMap;

use crate::evidence::{
    DrivenPlan, Event, EventKind, Evidence, Frame, Gone, GroupCount, GroupKind, Judging, Latency, LatencyBar,
    LatencyPoint, LoadRow, Percentiles, Phase, PhasePlan, PlanRecord, Recording, Sample, Series, TaskGroup,
};
use crate::findings::{Direction, SeriesFinding, Shape};
use crate::units::{Rate, Span};

pub const MIB: f64 = 1_048_576.0;

/// How a made-up run goes.
pub struct Made {
    pub seconds: f64,
    pub interval: f64,
    pub rate: f64,
    pub cycles: u32,
    /// Growth of live heap and of stacks, bytes a request.
    pub leak: [f64; 2],
    /// What RSS holds beside, in bytes, by the time as a share of the run: what is no line has its shape from it.
    pub beside: fn(f64) -> f64,
    pub account: bool,
    pub groups: bool,
    pub base: f64,
    pub restart_at: Option<f64>,
    pub gone_at: Option<f64>,
    pub load: bool,
}

impl Default for Made {
    fn default() -> Made {
        Made {
            seconds: 120.0,
            interval: 0.5,
            rate: 50.0,
            cycles: 1,
            leak: [700.0, 2100.0],
            beside: |_| 0.0,
            account: true,
            groups: true,
            base: 7.3 * MIB,
            restart_at: None,
            gone_at: None,
            load: true,
        }
    }
}

/// A repeatable noise between -1 and 1.
fn noise(i: usize) -> f64 {
    let x = (i as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let x = (x ^ (x >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    ((x >> 40) as f64 / (1u64 << 23) as f64) - 1.0
}

impl Made {
    fn phase(&self, t: f64) -> Phase {
        let baseline = self.seconds * 0.05;
        if t < baseline {
            return Phase::Baseline;
        }
        let cycle = (self.seconds - baseline) / f64::from(self.cycles);
        // the last moment belongs to the last settle
        match ((t - baseline).min(self.seconds - baseline - self.interval / 2.0) % cycle) / cycle {
            s if s < 0.1 => Phase::Warmup,
            s if s < 0.84 => Phase::Steady,
            _ => Phase::Settle,
        }
    }

    /// Everything that such a run records.
    pub fn evidence(&self) -> Evidence {
        let mut recording = Recording::default();
        let mut columns: BTreeMap<&str, Vec<Sample>> = BTreeMap::new();
        let mut events: Vec<Event> = Vec::new();
        let (mut groups, mut load, mut latency) = (Vec::new(), Vec::new(), Latency::default());
        let (mut requests, mut since, mut leaked) = (0.0, 0.0, 0.0);
        let mut before = None;
        let mut next_collection = self.seconds / 12.0;
        let (mut garbage, mut cycle) = (0.0, 0);
        for i in 0..=(self.seconds / self.interval) as usize {
            let t = i as f64 * self.interval;
            let phase = self.phase(t);
            if before != Some(phase) {
                if phase == Phase::Warmup && self.cycles > 1 {
                    cycle += 1;
                    events.push(Event { elapsed_s: t, kind: EventKind::Cycle { number: cycle } });
                }
                events.push(Event { elapsed_s: t, kind: EventKind::Phase { phase } });
                before = Some(phase);
            }
            if self.restart_at.is_some_and(|at| t >= at && t - self.interval < at) {
                (leaked, garbage, since) = (0.0, 0.0, t);
                events.push(Event {
                    elapsed_s: t,
                    kind: EventKind::Restart { pid_before: 4711, pid_after: 4802 },
                });
            }
            let gone = self.gone_at.is_some_and(|at| t >= at);
            if self.gone_at.is_some_and(|at| t >= at && t - self.interval < at) {
                let reason = "exit status 2".to_string();
                events
                    .push(Event { elapsed_s: t, kind: EventKind::TargetGone { reason, who: Gone::Target } });
            }
            let sent = if phase.has_load() && self.load { self.rate * self.interval } else { 0.0 };
            requests += sent;
            leaked += sent;
            garbage = (garbage + sent * 3000.0).min(4.0 * MIB + self.leak[0] * leaked);
            if self.account && !gone && t >= next_collection {
                next_collection += self.seconds / 12.0;
                garbage *= 0.3;
                events.push(Event { elapsed_s: t, kind: EventKind::Collection { took_s: 0.02 } });
            }
            let live = 0.3 * MIB + self.leak[0] * leaked;
            let stacks = 0.4 * MIB + self.leak[1] * leaked;
            let runtime = 1.6 * MIB + 0.02 * stacks;
            let files = self.base;
            let native = 0.4 * MIB + noise(i) * 0.02 * MIB + (self.beside)(t / self.seconds);
            // what was reserved is touched little by little
            let files = files - 0.6 * MIB * (-(t - since) / 4.0).exp();
            let rss = live + stacks + runtime + files + garbage + native;
            recording.elapsed_s.push(t);
            recording.phases.push(phase);
            recording.requests_total.push(Sample::new(requests));
            let mut put = |name: &'static str, value: f64| {
                let sample = if gone { Sample::GAP } else { Sample::new(value) };
                columns.entry(name).or_default().push(sample);
            };
            put("rss_bytes", rss);
            put("rss_anon_bytes", rss - files);
            put("threads", 8.0 + f64::from(phase.has_load()));
            let workers = if phase.has_load() { 9.0 + (noise(i) * 4.0).round() } else { 3.0 };
            let blocked = if self.leak[0] > 0.0 { leaked } else { 0.0 };
            if self.account {
                put("mem_live_bytes", live);
                put("mem_stacks_bytes", stacks);
                put("mem_runtime_bytes", runtime);
                put("mem_native_bytes", native);
                put("mem_files_bytes", files);
                put("mem_garbage_bytes", garbage);
            }
            if self.groups {
                put("goroutines", blocked + workers);
                for (id, count) in [("g1", blocked), ("g2", workers), ("g3", 2.0), ("@others", 1.0)] {
                    if !gone {
                        groups.push(GroupCount {
                            elapsed_s: t,
                            kind: GroupKind::Goroutine,
                            group: id.into(),
                            count,
                        });
                    }
                }
            }
            if self.load {
                let bad = if gone { sent as u64 } else { 0 };
                load.push(LoadRow {
                    elapsed_s: t,
                    request: "main".into(),
                    behaviour: "normal".into(),
                    due: sent as u64,
                    sent: sent as u64,
                    done: sent as u64,
                    errors: [bad, 0, 0, 0, 0, 0, 0, 0, 0],
                    ..LoadRow::default()
                });
                if sent > 0.0 && !gone && i % 2 == 0 {
                    let spike = if noise(i * 7) > 0.9 { 3e-3 } else { 0.0 };
                    latency.over_time.push(LatencyPoint {
                        elapsed_s: t,
                        p50_s: 6e-4 + noise(i).abs() * 5e-5,
                        p99_s: 1.1e-3 + noise(i * 3).abs() * 6e-4 + spike,
                        count: self.rate as u64,
                    });
                }
            }
        }
        if self.load {
            latency.late =
                Percentiles { count: 4200, p50: 1e-4, p90: 2e-4, p99: 4e-4, p999: 6e-4, max: 2e-3 };
            latency.bars = [(5e-4, 1e-3, 3900), (1e-3, 2e-3, 282), (2e-3, 5e-3, 17), (5e-3, 1e-2, 1)]
                .map(|(from_s, to_s, count)| LatencyBar { from_s, to_s, count })
                .into();
        }
        recording.series =
            columns.into_iter().map(|(name, samples)| Series { id: name.into(), samples }).collect();
        Evidence {
            plan: Some(plan(self)),
            environment: None,
            recording,
            groups,
            instances: Vec::new(),
            group_names: group_names(),
            snapshots: Vec::new(),
            load,
            latency,
            events,
        }
    }

    /// A series' finding with the level it has at the ends of steady and a slope between them.
    pub fn finding(&self, evidence: &Evidence, name: &str, trend: Direction) -> SeriesFinding {
        let recording = &evidence.recording;
        let read: Vec<(f64, f64)> = recording.series(name).map_or(Vec::new(), |series| {
            let all = recording.elapsed_s.iter().zip(&recording.phases).zip(&series.samples);
            all.filter(|((_, p), _)| **p == Phase::Steady)
                .filter_map(|((t, _), s)| Some((*t, s.get()?)))
                .collect()
        });
        let (first, last) =
            (read.first().copied().unwrap_or_default(), read.last().copied().unwrap_or_default());
        let slope = (last.1 - first.1) / (last.0 - first.0).max(1.0);
        let growing = trend == Direction::Growing;
        SeriesFinding {
            id: name.into(),
            trend,
            shape: if growing { Shape::Linear } else { Shape::Flat },
            start: Some(first.1),
            end: Some(last.1),
            slope_per_s: Some(slope),
            slope_ci: Some([slope - 0.12 * slope.abs(), slope + 0.1 * slope.abs()]),
            slope_over_s: None,
            per_request: Some(slope / self.rate),
            per_request_ci: Some([slope / self.rate * 0.9, slope / self.rate * 1.1]),
            p_value: if growing { 1e-6 } else { 1.0 },
            detectable_per_s: Some(2000.0),
            detectable_per_request: None,
            needs_s: None,
            recovered: None,
            flat: !growing,
            material: growing,
            votes: name == "rss_anon_bytes" || name == "goroutines",
            groups_vote: false,
            remark: None,
            explained_by: None,
            limit_at_s: None,
            why: format!("{name} was fitted over steady"),
        }
    }
}

fn plan(made: &Made) -> PlanRecord {
    let span = |share: f64| Span::from_secs_f64(made.seconds * share);
    let load = DrivenPlan { rate: Rate::PerSecond(made.rate), ..DrivenPlan::example() };
    let example = PlanRecord::example_of(load);
    PlanRecord {
        url: "http://127.0.0.1:8080/work".into(),
        interval: Span::from_secs_f64(made.interval),
        phases: PhasePlan {
            baseline: span(0.05),
            warmup: span(0.1),
            steady: span(0.7),
            settle: span(0.15),
            cycles: made.cycles,
        },
        judging: Judging {
            horizon: span(1000.0),
            down_after: span(0.25),
            memory_limit_bytes: Some(512 << 20),
            ..example.judging
        },
        ..example
    }
}

fn group_names() -> Vec<TaskGroup> {
    let group = |id: &str, name: &str, state: &str| TaskGroup {
        id: id.into(),
        kind: GroupKind::Goroutine,
        name: name.into(),
        state: Some(state.into()),
        stack: vec![Frame { func: name.into(), file: Some("main.go".into()), line: Some(36) }],
        created_by: None,
    };
    vec![
        group("g1", "main.fanOut.func1", "chan send"),
        group("g2", "net/http.(*conn).serve", "IO wait"),
        group("g3", "net/http.(*Server).Serve", "IO wait"),
    ]
}
