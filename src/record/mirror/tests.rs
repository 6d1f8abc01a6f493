//! The mirror keeps the last hour exactly, older samples by minimum and maximum, and never grows past its bounds.

use super::*;
use crate::evidence::{GroupKind, UncountedReason};

fn filled(seconds: usize) -> Mirror {
    let mut mirror = Mirror::new(&[SeriesId::Rss]);
    for t in 0..seconds {
        mirror.sample(t as f64, Phase::Steady, Sample::new(t as f64), &[Sample::new((t % 30) as f64)]);
    }
    mirror
}

#[test]
fn the_last_hour_is_exact() {
    let mirror = filled(10_000);
    let r = &mirror.evidence().recording;
    let exact: Vec<f64> = r.elapsed_s.iter().copied().filter(|t| *t >= 10_000.0 - 3600.0).collect();
    assert_eq!(exact.len(), 3600);
    assert!(r.len() < 3600 + 700 + 2 * FOLDED_ROWS, "{}", r.len());
    assert!(r.elapsed_s.windows(2).all(|w| w[0] < w[1]));
}

#[test]
fn older_samples_keep_minimum_and_maximum() {
    let mirror = filled(10_000);
    let r = &mirror.evidence().recording;
    let old: Vec<f64> = r.series[0].samples[..30].iter().filter_map(|s| s.get()).collect();
    assert!(old.contains(&0.0) && old.contains(&29.0), "{old:?}");
}

#[test]
fn a_week_stays_within_its_bounds() {
    let mirror = filled(7 * 86_400);
    assert!(mirror.evidence().recording.len() <= MOST_ROWS + FOLDED_ROWS);
}

#[test]
fn a_flood_of_events_does_not_wash_the_phases_away() {
    let mut mirror = Mirror::new(&[]);
    let note = |t: usize| Event { elapsed_s: t as f64, kind: EventKind::Note { text: String::new() } };
    mirror.event(Event { elapsed_s: 0.0, kind: EventKind::Phase { phase: Phase::Steady } });
    (0..3 * MOST_OTHERS).for_each(|t| mirror.event(note(t)));
    let events = &mirror.evidence().events;
    assert!(events.len() <= MOST_OTHERS);
    assert_eq!(events[0].kind, EventKind::Phase { phase: Phase::Steady });
}

#[test]
fn requests_that_are_not_known_after_all_are_forgotten() {
    let mut mirror = filled(10);
    mirror.event(Event {
        elapsed_s: 9.0,
        kind: EventKind::Uncounted { reason: UncountedReason::CounterFell(3) },
    });
    assert!(mirror.evidence().recording.requests_total.iter().all(|n| n.get().is_none()));
}

#[test]
fn many_groups_are_known_from_first_to_last() {
    let mut mirror = Mirror::new(&[]);
    let group = |t: u32, n: u32| GroupCount {
        elapsed_s: f64::from(t) / 5.0,
        kind: GroupKind::Task,
        group: n.to_string(),
        count: f64::from(t),
    };
    for t in 0..5000 {
        mirror.groups((0..64).map(|n| group(t, n)), &[]);
    }
    let groups = &mirror.evidence().groups;
    assert!(groups.len() <= MOST_OTHERS);
    assert_eq!((groups[0].elapsed_s, groups[groups.len() - 1].elapsed_s), (0.0, 999.8));
    assert!(groups.chunk_by(|a, b| a.elapsed_s == b.elapsed_s).all(|moment| moment.len() == 64));
}

#[test]
fn latency_goes_into_the_verdict() {
    let mut mirror = Mirror::new(&[]);
    let mut histogram = Histogram::new(3).unwrap();
    histogram.record(5_000_000).unwrap();
    mirror.latency(Duration::from_secs(1), &[(LatencyTag::Steady, &histogram)], &[]);
    let latency = mirror.into_evidence().latency;
    assert_eq!((latency.steady.count, latency.over_time.len()), (1, 1));
    assert!((latency.steady.p99 - 0.005).abs() < 1e-5);
}
