//! A run of made readings: its plan, its phases and its clock, as soak sets them by default.

use std::time::Duration;

use rand::{SeedableRng, rngs::SmallRng};
use soak::evidence::{
    DrivenPlan, Environment, Event, EventKind, Evidence, Judging, Phase, PhasePlan, PlanRecord, Recording,
    Runtime, Sample, Series, SeriesId, TargetRecord, Workload,
};
use soak::units::{Rate, Span};
use soak::workload::Pattern;

use crate::made::{Run, log_uniform};

/// The shortest and the longest run, in seconds.
const LENGTHS_S: (f64, f64) = (60.0, 600.0);
/// The lowest and the highest rate, in requests per second.
const RATES: (f64, f64) = (20.0, 200.0);
/// Collections that are forced within steady.
const COLLECTIONS: usize = 10;
/// What the kernel counts memory in.
pub const PAGE: f64 = 4096.0;
pub const KIB: f64 = 1024.0;
pub const MIB: f64 = 1024.0 * 1024.0;

/// A run in the making.
pub struct MadeRun {
    /// What is drawn, and when samples are taken.
    pub run: Run,
    pub rate: f64,
    /// When load begins, when steady does and when load ends, in seconds.
    pub load_s: f64,
    pub steady_s: f64,
    pub end_s: f64,
    series: Vec<Series>,
    pub events: Vec<Event>,
}

impl MadeRun {
    /// A run of a length and a rate that the seed draws.
    pub fn new(seed: u64) -> MadeRun {
        let mut rng = SmallRng::seed_from_u64(seed);
        let span_s = log_uniform(&mut rng, LENGTHS_S.0, LENGTHS_S.1);
        let rate = log_uniform(&mut rng, RATES.0, RATES.1).round();
        let interval_s = (span_s / 600.0).max(0.2);
        let times = (0..=(span_s / interval_s) as usize).map(|i| i as f64 * interval_s).collect();
        let (load_s, steady_s, end_s) = (span_s / 15.0, span_s * 7.0 / 30.0, span_s * 13.0 / 15.0);
        let begins = [
            (0.0, Phase::Baseline),
            (load_s, Phase::Warmup),
            (steady_s, Phase::Steady),
            (end_s, Phase::Settle),
        ];
        let events = begins.map(|(elapsed_s, phase)| Event { elapsed_s, kind: EventKind::Phase { phase } });
        MadeRun {
            run: Run { rng, span_s, times, level: 0.0, noise: 0.0 },
            rate,
            load_s,
            steady_s,
            end_s,
            series: Vec::new(),
            events: events.into(),
        }
    }

    /// Requests answered by this moment.
    pub fn requests(&self, at_s: f64) -> f64 {
        (self.rate * (at_s.min(self.end_s) - self.load_s).max(0.0)).floor()
    }

    /// When collections are forced: once in warm-up, at even moments of steady, and after settle.
    pub fn collections(&self) -> Vec<f64> {
        let first = self.steady_s + 1.0;
        let step = (self.end_s - 1.0 - first) / (COLLECTIONS - 1) as f64;
        let steady = (0..COLLECTIONS).map(|i| first + step * i as f64);
        let warm = self.load_s + 0.75 * (self.steady_s - self.load_s);
        [warm].into_iter().chain(steady).chain([self.run.span_s - 0.1]).collect()
    }

    /// Adds a series that is read at every sample.
    pub fn sampled(&mut self, id: SeriesId, values: impl IntoIterator<Item = f64>) {
        let samples: Vec<Sample> = values.into_iter().map(Sample::new).collect();
        assert_eq!(samples.len(), self.run.times.len(), "{}", id.name());
        self.series.push(Series { id, samples });
    }

    /// Adds a series that is read at these moments alone.
    pub fn read_at(&mut self, id: SeriesId, moments: &[f64], values: &[f64]) {
        self.series.push(Series { id, samples: at_moments(&self.run.times, moments, values) });
    }

    /// Notes a collection at each of these moments.
    pub fn collected(&mut self, moments: &[f64]) {
        self.events.extend(moments.iter().map(|at| collection(*at)));
        self.events.sort_by(|a, b| a.elapsed_s.total_cmp(&b.elapsed_s));
    }

    /// The evidence of it, without snapshots.
    pub fn evidence(self, runtime: Runtime) -> Evidence {
        let times = self.run.times.clone();
        let phase = |at: f64| match at {
            at if at < self.load_s => Phase::Baseline,
            at if at < self.steady_s => Phase::Warmup,
            at if at < self.end_s => Phase::Steady,
            _ => Phase::Settle,
        };
        let recording = Recording {
            phases: times.iter().map(|at| phase(*at)).collect(),
            requests_total: times.iter().map(|at| Sample::new(self.requests(*at))).collect(),
            elapsed_s: times,
            series: self.series,
        };
        let phases = PhasePlan {
            baseline: span(self.load_s),
            warmup: span(self.steady_s - self.load_s),
            steady: span(self.end_s - self.steady_s),
            settle: span(self.run.span_s - self.end_s),
            cycles: 1,
        };
        Evidence {
            plan: Some(plan(self.rate, phases)),
            environment: Some(environment(runtime)),
            recording,
            events: self.events,
            ..Evidence::default()
        }
    }
}

/// Gaps but at the first sample after each moment.
pub fn at_moments(times: &[f64], moments: &[f64], values: &[f64]) -> Vec<Sample> {
    let mut samples = vec![Sample::GAP; times.len()];
    for (moment, value) in moments.iter().zip(values) {
        let at = times.partition_point(|t| t < moment).min(times.len() - 1);
        samples[at] = Sample::new(*value);
    }
    samples
}

pub fn collection(at_s: f64) -> Event {
    Event { elapsed_s: at_s, kind: EventKind::Collection { took_s: 0.005 } }
}

fn span(seconds: f64) -> Span {
    Span(Duration::from_secs_f64(seconds))
}

fn plan(rate: f64, phases: PhasePlan) -> PlanRecord {
    let load = DrivenPlan {
        method: "GET".into(),
        body_bytes: 0,
        rate: Rate::PerSecond(rate),
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
        connect: soak::evidence::Connect::default(),
        until_sure: None,
        compare_to: None,
        interval: span(0.2),
        phases,
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
            found_by: "listens on the port".into(),
            processes: 1,
            memory_limit_bytes: None,
            memory_limit_is_machines: false,
            described_by: None,
        }),
        probes: Vec::new(),
    }
}
