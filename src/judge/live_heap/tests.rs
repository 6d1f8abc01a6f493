//! The live heap by its ends: what counts as flat, what goes on, what stays open.

use super::*;
use crate::evidence::{
    Environment, Event, EventKind, Ids, Moment, Phase, Recording, Runtime, Sample, Series, TaskGroup,
};
use crate::findings::{Doubt, Reason, Verdict};

const MIB: f64 = 1024.0 * 1024.0;

fn snapshot(elapsed_s: f64, moment: Moment, bytes: f64) -> TaskSnapshot {
    let class = |id: &str| TaskGroup {
        id: id.into(),
        kind: GroupKind::Class,
        name: id.into(),
        state: None,
        stack: Vec::new(),
        created_by: None,
    };
    let thread = TaskGroup { id: "t".into(), kind: GroupKind::Thread, ..class("t") };
    TaskSnapshot {
        elapsed_s,
        moment,
        counts: vec![("byte[]".into(), bytes as u64), ("t".into(), 1 << 40), ("@classes".into(), 0)],
        proven: None,
        longest_wait_s: Vec::new(),
        labels: Vec::new(),
        ids: Ids::NotRead,
        times: Vec::new(),
        groups: vec![class("byte[]"), thread, class("@classes")],
    }
}

/// A steady of 100 s at 10/s from 10 to 12 MiB or whatever: `heap` is used as of a collection every 5 s, by the share
/// of steady that has passed.
fn run(live: &[(Moment, f64)], heap: impl Fn(f64) -> f64) -> (Evidence, Steady) {
    let times: Vec<f64> = (0..=100).map(f64::from).collect();
    let read = |f: &dyn Fn(f64) -> f64| times.iter().map(|t| Sample::new(f(*t))).collect();
    let series = |id: SeriesId, samples: Vec<Sample>| Series { id, samples };
    let recording = Recording {
        phases: vec![Phase::Steady; times.len()],
        requests_total: read(&|t| 10.0 * t),
        series: vec![
            series(SeriesId::MemLive, times.iter().map(|_| Sample::GAP).collect()),
            series(SeriesId::Heap, read(&|t| heap((t / 5.0).floor() * 0.05))),
            series(SeriesId::GcCollections, read(&|t| (t / 5.0).floor())),
        ],
        elapsed_s: times,
    };
    let at = |moment: Moment| if moment == Moment::SteadyStart { 0.1 } else { 100.0 };
    let snapshots = live.iter().map(|(moment, bytes)| snapshot(at(*moment), *moment, *bytes)).collect();
    let events = vec![Event { elapsed_s: 0.0, kind: EventKind::Phase { phase: Phase::Steady } }];
    let evidence = Evidence { recording, snapshots, events, ..Evidence::default() };
    let steady = Steady::read(&evidence);
    (evidence, steady)
}

fn judged(live: &[(Moment, f64)], heap: impl Fn(f64) -> f64) -> Trend {
    let (evidence, steady) = run(live, heap);
    trend_from_snapshots(&evidence, &steady).unwrap()
}

use Moment::{Settled, SteadyEnd, SteadyStart};

#[test]
fn a_heap_that_is_the_same_at_both_ends_is_stable_whatever_is_garbage_between() {
    let flat = [(SteadyStart, 10.0 * MIB), (SteadyEnd, 10.1 * MIB), (Settled, 10.1 * MIB)];
    let trend = judged(&flat, |passed| (10.0 + 60.0 * passed) * MIB);
    assert_eq!(trend.direction, Direction::Stable, "{:?}", trend.reason);
    let finds = trend.detectable_per_s.unwrap() / 10.0;
    assert!((250.0..600.0).contains(&finds), "{finds} bytes a request of 1,000");
}

#[test]
fn what_settle_lets_go_was_held() {
    let held = [(SteadyStart, 10.0 * MIB), (SteadyEnd, 20.0 * MIB), (Settled, 10.1 * MIB)];
    assert_eq!(judged(&held, |passed| (10.0 + 10.0 * passed) * MIB).direction, Direction::Stable);
}

#[test]
fn a_growth_goes_on_only_where_the_collections_between_kept_to_its_line() {
    let grown = [(SteadyStart, 10.0 * MIB), (SteadyEnd, 20.0 * MIB)];
    let of = |heap: fn(f64) -> f64| judged(&grown, move |passed| heap(passed) * MIB);
    let kept = of(|passed| 10.5 + 10.0 * passed);
    assert_eq!(kept.direction, Direction::Growing, "{:?}", kept.reason);
    let each = kept.per_request.unwrap();
    assert!(each.lo > 0.0 && (each.value - 10.0 * MIB / 1000.0).abs() < 200.0, "{each:?}");
    for (heap, what) in [
        ((|passed: f64| 10.0 + 10.0 * (passed * 3.0).min(1.0)) as fn(f64) -> f64, "a cache that has filled"),
        (|passed| 10.0 + 10.0 * (1.0 - (-4.0 * passed).exp()), "one that fills ever more slowly"),
        (|passed| if passed < 0.9 { 10.0 } else { 20.0 }, "a step at the end"),
        (|passed| 10.0 + 40.0 * passed, "garbage that hides it"),
        (|_| 10.0, "no young object was ever promoted"),
    ] {
        let trend = of(heap);
        assert_eq!(trend.direction, Direction::Inconclusive, "{what}: {:?}", trend.reason);
        assert!(
            matches!(trend.reason, TrendReason::Ends { goes_on: GoesOn::Unknown, .. }),
            "{:?}",
            trend.reason
        );
    }
}

#[test]
fn without_collections_between_it_is_open_whether_it_goes_on() {
    let (mut evidence, steady) = run(&[(SteadyStart, 10.0 * MIB), (SteadyEnd, 20.0 * MIB)], |_| 0.0);
    evidence.recording.series.retain(|series| series.id == SeriesId::MemLive);
    assert_eq!(trend_from_snapshots(&evidence, &steady).unwrap().direction, Direction::Inconclusive);
    evidence.snapshots.pop();
    assert_eq!(trend_from_snapshots(&evidence, &steady), None, "one reading is none");
}

#[test]
fn each_cycle_of_a_leak_adds_again_and_a_cache_fills_once() {
    let cycles = |floors: [f64; 3]| {
        let mut all = vec![(SteadyStart, 10.0 * MIB)];
        for floor in floors {
            all.extend([(SteadyEnd, floor * MIB), (Settled, floor * MIB)]);
        }
        judged(&all, |_| 0.0).direction
    };
    assert_eq!(cycles([12.0, 14.0, 16.0]), Direction::Growing);
    assert_eq!(cycles([20.0, 20.1, 20.1]), Direction::Stable);
    assert_eq!(cycles([20.0, 21.0, 22.0]), Direction::Inconclusive, "a tenth of the first");
}

#[test]
fn a_series_with_readings_enough_is_asked_itself() {
    let (mut evidence, steady) = run(&[(SteadyStart, MIB), (SteadyEnd, MIB)], |_| MIB);
    evidence.recording.series[0].samples[..READINGS_FOR_A_TREND].fill(Sample::new(MIB));
    assert_eq!(trend_from_snapshots(&evidence, &steady), None);
}

/// What a run on a JVM of 96 MiB comes to whose RSS climbs by 0.4 MiB a second, with so many processes.
fn verdict(live: &[(Moment, f64)], processes: usize) -> (Verdict, Reason) {
    let (mut evidence, _) = run(live, |_| 10.0 * MIB);
    evidence.recording.series[0].samples[1] = Sample::new(live[0].1);
    let noise = |t: f64| 20e3 * ((t * 12.9898).sin() + (t * 78.233).cos());
    let mut add = |name: &str, value: &dyn Fn(f64) -> f64| {
        let samples = (0..=100).map(|t| Sample::new(value(f64::from(t)))).collect();
        evidence.recording.series.push(Series { id: name.into(), samples });
    };
    add("rss_anon_bytes", &|t| 40.0 * MIB + 0.4 * MIB * t + noise(t));
    add("heap_limit_bytes", &|_| 96.0 * MIB);
    evidence.environment = Some(Environment::example(Runtime::Jvm, processes));
    let findings = crate::judge::judge(&evidence);
    let rss = findings.assessment.series.iter().find(|s| s.id == SeriesId::RssAnon).unwrap();
    assert_eq!(rss.trend.direction, Direction::Growing, "{:?}", rss.trend.reason);
    (findings.verdict(), findings.assessment.answer.reason)
}

#[test]
fn a_climb_of_rss_is_no_leak_by_itself_while_it_may_be_heap() {
    let flat = [(SteadyStart, 10.0 * MIB), (SteadyEnd, 10.1 * MIB)];
    assert_eq!(verdict(&flat, 1).0, Verdict::Stable, "what is alive is flat: that explains it");
    let (several, why) = verdict(&flat, 2);
    assert_eq!(several, Verdict::Inconclusive, "the heap of one explains nothing of the others");
    assert!(matches!(why, Reason::Doubt(Doubt::HeapNotRead { live_heap_read: true, .. })), "{why:?}");
    let filled = [(SteadyStart, 10.0 * MIB), (SteadyEnd, 20.0 * MIB)];
    let (cache, why) = verdict(&filled, 1);
    assert_eq!(cache, Verdict::Inconclusive, "{why:?}");
    let Reason::Doubt(Doubt::Open { id: SeriesId::MemLive, trend }) = why else { panic!("{why:?}") };
    assert!(matches!(trend.reason, TrendReason::Ends { goes_on: GoesOn::Unknown, .. }), "{trend:?}");
    let full = [(SteadyStart, 70.0 * MIB), (SteadyEnd, 70.1 * MIB)];
    assert_eq!(verdict(&full, 1).0, Verdict::Leak, "40 MiB more than a heap of 96 could take: not its own");
}
