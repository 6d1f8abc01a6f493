//! Recorded runs of healthy Python and Node services, cut to other lengths, with a leak put into resident memory.

use std::time::Duration;

use rand::{RngExt, SeedableRng, rngs::SmallRng};
use soak::evidence::{Event, EventKind, Evidence, Phase, PhasePlan, Runtime, Sample, SeriesId};
use soak::record::read_run;
use soak::units::Span;

use super::Kind;
use super::made_run::{MIB, PAGE};
use crate::accuracy::healthy::read_frameworks;
use crate::made::log_uniform;

/// Recordings with a shorter steady are left out: few such runs decide anything.
const SHORTEST_STEADY_S: f64 = 27.0;
/// Steady begins later by up to so much of it, and ends earlier by up to so much.
const LATER: f64 = 0.15;
const EARLIER: f64 = 0.25;
/// What the start of a service freed and a leak may fill before resident memory moves, in MiB: `tests/warmup`.
const FREED_MIB: (f64, f64) = (0.5, 4.6);

/// Healthy runs, whole.
#[derive(Default)]
pub struct Recorded {
    python: Vec<Evidence>,
    node: Vec<Evidence>,
}

/// All that are at hand.
pub fn read_all() -> Recorded {
    let mut all = Recorded::default();
    for evidence in read_frameworks(|run| vec![read_run(run).unwrap()]) {
        let long = steady(&evidence).is_some_and(|(_, from, until)| until - from >= SHORTEST_STEADY_S);
        match evidence.target().map(|target| target.runtime) {
            Some(Runtime::Python) if long => all.python.push(evidence),
            Some(Runtime::V8) if long => all.node.push(evidence),
            _ => {}
        }
    }
    all
}

impl Recorded {
    /// Whether runs of this kind can be made.
    pub fn has(&self, kind: Kind) -> bool {
        match kind {
            Kind::Python => !self.python.is_empty(),
            Kind::Node | Kind::NodeInspected => !self.node.is_empty(),
            Kind::Go | Kind::Jvm => true,
        }
    }

    /// A recording that the seed draws, cut as it draws, with so many bytes more by each request.
    pub fn run(&self, kind: Kind, seed: u64, leak: f64) -> Evidence {
        let mut rng = SmallRng::seed_from_u64(seed);
        let pool = if kind == Kind::Python { &self.python } else { &self.node };
        let mut evidence = pool[rng.random_range(0..pool.len())].clone();
        let later = LATER * rng.random::<f64>();
        let earlier = EARLIER * rng.random::<f64>();
        cut(&mut evidence, later, earlier);
        // what a garbage collector moves has no holes to fill
        let freed = log_uniform(&mut rng, FREED_MIB.0, FREED_MIB.1) * MIB;
        put_in(&mut evidence, leak, if kind == Kind::Python { freed } else { 0.0 });
        evidence
    }
}

/// When warm-up begins, and steady's ends, by the events.
fn steady(evidence: &Evidence) -> Option<(f64, f64, f64)> {
    let begins = |phase: Phase| {
        let is = |event: &&Event| matches!(event.kind, EventKind::Phase { phase: begun } if begun == phase);
        evidence.events.iter().find(is).map(|event| event.elapsed_s)
    };
    let end_s = begins(Phase::Settle).or(evidence.recording.elapsed_s.last().copied())?;
    Some((begins(Phase::Warmup)?, begins(Phase::Steady)?, end_s))
}

/// Steady begins later and the run ends earlier, by these shares of steady, and it has no settle.
fn cut(evidence: &mut Evidence, later: f64, earlier: f64) {
    let Some((load_s, begin_s, end_s)) = steady(evidence) else { return };
    let from = begin_s + later * (end_s - begin_s);
    let until = end_s - earlier * (end_s - begin_s);
    let recording = &mut evidence.recording;
    let kept = recording.elapsed_s.partition_point(|at| *at <= until);
    recording.elapsed_s.truncate(kept);
    recording.phases.truncate(kept);
    recording.requests_total.truncate(kept);
    recording.series.iter_mut().for_each(|series| series.samples.truncate(kept));
    for (phase, at) in recording.phases.iter_mut().zip(&recording.elapsed_s) {
        if *phase == Phase::Steady && *at < from {
            *phase = Phase::Warmup;
        }
    }
    evidence.load.retain(|row| row.elapsed_s <= until);
    evidence.groups.retain(|row| row.elapsed_s <= until);
    evidence.instances.retain(|row| row.elapsed_s <= until);
    evidence.snapshots.retain(|snapshot| snapshot.elapsed_s <= begin_s);
    evidence.events.retain(|event| event.elapsed_s <= until);
    for event in &mut evidence.events {
        if matches!(event.kind, EventKind::Phase { phase: Phase::Steady }) {
            event.elapsed_s = from;
        }
    }
    evidence.events.sort_by(|a, b| a.elapsed_s.total_cmp(&b.elapsed_s));
    if let Some(plan) = &mut evidence.plan {
        let span = |seconds: f64| Span(Duration::from_secs_f64(seconds));
        let baseline = plan.phases.baseline;
        plan.phases = PhasePlan {
            baseline,
            warmup: span(from - load_s),
            steady: span(until - from),
            settle: span(0.0),
            cycles: 1,
        };
    }
}

/// Each request leaves so many bytes, of which resident memory shows what does not fit into memory that was free.
fn put_in(evidence: &mut Evidence, leak: f64, freed: f64) {
    let recording = &mut evidence.recording;
    for series in &mut recording.series {
        if !matches!(series.id, SeriesId::Rss | SeriesId::RssAnon) {
            continue;
        }
        for (sample, requests) in series.samples.iter_mut().zip(&recording.requests_total) {
            if let (Some(bytes), Some(requests)) = (sample.get(), requests.get()) {
                let kept = (leak * requests - freed).max(0.0);
                *sample = Sample::new(bytes + (kept / PAGE).floor() * PAGE);
            }
        }
    }
}
