//! Resident memory of interpreters, from the evidence to the verdict.

use super::*;
use crate::evidence::{
    DrivenPlan, Environment, Event, EventKind, Phase, PhasePlan, PlanRecord, Recording, Sample, Series,
    SeriesId,
};
use crate::findings::{Doubt, ExcludedGrowth, Findings, Reason, Verdict};
use crate::judge::judge;
use crate::units::{Rate, Span};

/// A service at so many requests a second for a minute after 10 s of warm-up, whose resident memory grows by so many
/// bytes with each request.
fn judged(runtime: Runtime, processes: usize, rate: f64, per_request: f64) -> Findings {
    judge(&recorded(runtime, processes, rate, per_request))
}

fn recorded(runtime: Runtime, processes: usize, rate: f64, per_request: f64) -> Evidence {
    let phases = PhasePlan { warmup: Span::from_secs_f64(10.0), steady: Span::from_secs_f64(60.0), ..none() };
    let plan = PlanRecord {
        phases,
        ..PlanRecord::example_of(DrivenPlan { rate: Rate::PerSecond(rate), ..DrivenPlan::example() })
    };
    let mut recording = Recording::default();
    let mut bytes = Vec::new();
    for i in 0..=350 {
        let elapsed_s = f64::from(i) * 0.2;
        recording.elapsed_s.push(elapsed_s);
        recording.phases.push(if elapsed_s < 10.0 { Phase::Warmup } else { Phase::Steady });
        recording.requests_total.push(Sample::new(rate * elapsed_s));
        // counted in pages, as the kernel does
        bytes.push(Sample::new(28.0 * MIB + (per_request * rate * elapsed_s / 4096.0).floor() * 4096.0));
    }
    recording.series = vec![Series { id: SeriesId::RssAnon, samples: bytes }];
    Evidence {
        plan: Some(plan),
        environment: Some(Environment::example(runtime, processes)),
        events: [(0.0, Phase::Warmup), (10.0, Phase::Steady)]
            .map(|(elapsed_s, phase)| Event { elapsed_s, kind: EventKind::Phase { phase } })
            .into(),
        recording,
        ..Evidence::default()
    }
}

fn none() -> PhasePlan {
    let nothing = Span::from_secs_f64(0.0);
    PhasePlan { baseline: nothing, warmup: nothing, steady: nothing, settle: nothing, cycles: 1 }
}

#[test]
fn a_small_straight_rise_of_an_interpreter_is_neither_leak_nor_stable() {
    let found = judged(Runtime::Python, 1, 50.0, 220.0);
    let Reason::Doubt(Doubt::MayBeWarmUp { pools_bytes, .. }) = found.assessment.answer.reason else {
        panic!("{:?}", found.assessment.answer.reason)
    };
    assert_eq!(pools_bytes, MIB);
    assert_eq!(judged(Runtime::Other, 1, 50.0, 220.0).assessment.verdict(), Verdict::Leak);
}

#[test]
fn what_an_interpreter_does_not_take_is_a_leak() {
    assert_eq!(judged(Runtime::Python, 1, 50.0, 1024.0).assessment.verdict(), Verdict::Leak);
    assert_eq!(
        judged(Runtime::Python, 4, 50.0, 1024.0).assessment.verdict(),
        Verdict::Inconclusive,
        "four processes warm up"
    );
    assert_eq!(judged(Runtime::Ruby, 1, 50.0, 1024.0).assessment.verdict(), Verdict::Inconclusive);
    assert_eq!(judged(Runtime::Ruby, 1, 50.0, 8192.0).assessment.verdict(), Verdict::Leak);
}

#[test]
fn memory_that_was_free_before_hides_a_leak() {
    // 1,400 requests: less than 2.2 KiB each may have gone where memory was free
    let few = judged(Runtime::Python, 1, 20.0, 0.0).assessment.answer.reason;
    assert!(matches!(few, Reason::Doubt(Doubt::MemoryUnresolved { .. })), "{few:?}");
    let many = judged(Runtime::Python, 1, 200.0, 0.0).assessment.answer.reason;
    let Reason::NoGrowth(Some(excluded)) = many else { panic!("{many:?}") };
    let ExcludedGrowth::PerRequest(bytes) = excluded.growth else { panic!("requests are counted") };
    assert!((bytes - 3.0 * MIB / 14_000.0).abs() < 1.0, "{bytes}");
}

#[test]
fn a_young_generation_that_fills_is_no_leak_though_the_live_heap_is_flat() {
    let mut evidence = recorded(Runtime::V8, 1, 200.0, 1024.0);
    let collections = || (0..10_usize).map(|k| 55 + 32 * k);
    let mut live = vec![Sample::GAP; evidence.recording.len()];
    for (k, at) in collections().enumerate() {
        live[at] = Sample::new(2.0 * MIB + 3000.0 * (k % 3) as f64);
        let kind = EventKind::Collection { took_s: 0.005 };
        evidence.events.push(Event { elapsed_s: evidence.recording.elapsed_s[at] - 0.1, kind });
    }
    evidence.recording.series.push(Series { id: SeriesId::MemLive, samples: live });
    let reason = judge(&evidence).assessment.answer.reason;
    let Reason::Doubt(Doubt::MayBeWarmUp { live_heap_read, .. }) = reason else { panic!("{reason:?}") };
    assert!(live_heap_read, "more than the live heap explains, and less than the young generation takes");
}

#[test]
fn a_big_leak_of_few_requests_is_not_stable_though_it_has_not_grown_by_enough_to_count() {
    let found = judged(Runtime::Other, 1, 1.0, 4096.0);
    let Reason::Doubt(Doubt::TooLittleGrown { grown, least, longer, .. }) = found.assessment.answer.reason
    else {
        panic!("{:?}", found.assessment.answer.reason)
    };
    assert!(grown < least && longer.needs_s.is_some_and(|s| s > 60.0), "{grown} {longer:?}");
    // what is smaller than a run must find is shown and does not count
    assert_eq!(judged(Runtime::Other, 1, 8.0, 512.0).assessment.verdict(), Verdict::Stable);
}

#[test]
fn the_forecast_knows_what_freed_memory_will_hide() {
    let mut evidence = recorded(Runtime::Python, 1, 20.0, 0.0);
    let warmup = evidence.recording.phases.iter().take_while(|phase| **phase == Phase::Warmup).count();
    evidence.recording.elapsed_s.truncate(warmup);
    evidence.recording.phases.truncate(warmup);
    evidence.recording.requests_total.truncate(warmup);
    evidence.recording.series[0].samples.truncate(warmup);
    let forecast = crate::judge::forecast(&evidence);
    let per_request = forecast.detectable[0].per_request.unwrap();
    // 200 requests of warm-up and 1,200 of steady
    assert!((per_request - 3.0 * MIB / 1400.0).abs() < 20.0, "{per_request}");
}
