//! What enters which histogram and which count, and what is set apart around a collection.

use super::*;
use crate::drive::request_counts::RequestCounts;

const MS: Duration = Duration::from_millis(1);
const TIMEOUT: Duration = Duration::from_secs(10);

fn due_request(part: Part, due_ms: u32) -> DueRequest {
    DueRequest { due: MS * due_ms, part, key: CountKey::default(), waited: false }
}

fn counts(counted: &IntervalCounts) -> Vec<(LatencyTag, u64)> {
    counted.histograms.iter().map(|(tag, h)| (tag, h.len())).filter(|(_, n)| *n > 0).collect()
}

/// Of the only key.
fn counts_of_only_key(counted: &IntervalCounts) -> RequestCounts {
    counted.by_key.clone().into_sorted()[0].1
}

fn drain(metrics: &mut Metrics) -> IntervalCounts {
    metrics.drain(IntervalCounts::new(1), Duration::ZERO)
}

#[test]
fn an_answer_is_timed_from_when_it_was_due_and_from_when_it_was_sent() {
    let mut metrics = Metrics::new(1, TIMEOUT);
    let one = due_request(Part::Steady, 1000);
    metrics.count_sent(one, MS * 1030);
    metrics.count_ended(
        one,
        MS * 1030,
        MS * 1050,
        Outcome { answered: true, bytes: 12, ..Outcome::default() },
    );
    let counted = drain(&mut metrics);
    let max = |tag| counted.histograms.iter().find(|(t, _)| *t == tag).unwrap().1.max() as f64 / 1e6;
    assert!((max(LatencyTag::Steady) - 50.0).abs() < 0.05);
    assert!((max(LatencyTag::Service) - 20.0).abs() < 0.02);
    assert!((max(LatencyTag::Late) - 30.0).abs() < 0.03);
    assert!((max(LatencyTag::OnTime) - 20.0).abs() < 0.02, "it was soak that was late");
    assert_eq!(
        (counts_of_only_key(&counted).sent, counts_of_only_key(&counted).done, counted.body_bytes),
        (1, 1, 12)
    );
    assert_eq!(counts_of_only_key(&drain(&mut metrics)).sent, 0);
}

#[test]
fn the_wait_for_a_connection_that_the_target_keeps_busy_is_none_of_soaks_lateness() {
    let mut metrics = Metrics::new(1, TIMEOUT);
    let one = DueRequest { waited: true, ..due_request(Part::Steady, 1000) };
    metrics.count_sent(one, MS * 1030);
    metrics.count_ended(one, MS * 1030, MS * 1050, Outcome { answered: true, ..Outcome::default() });
    let counted = drain(&mut metrics);
    let on_time = counted.histograms.iter().find(|(tag, _)| *tag == LatencyTag::OnTime).unwrap().1;
    assert!((on_time.max() as f64 / 1e6 - 50.0).abs() < 0.05);
    metrics.count_sent(one, MS * 1030);
    let stalled = Outcome { answered: true, stalled: true, ..Outcome::default() };
    metrics.count_ended(one, MS * 1030, MS * 2500, stalled);
    let counted = drain(&mut metrics);
    let of = |tag| counted.histograms.iter().find(|(own, _)| *own == tag).unwrap().1.len();
    assert_eq!(
        (of(LatencyTag::Steady), of(LatencyTag::OnTime)),
        (1, 0),
        "soak stood still while it was under way"
    );
}

#[test]
fn an_answer_is_counted_by_its_status_only_where_that_is_the_error() {
    let mut metrics = Metrics::new(1, TIMEOUT);
    let answer =
        |error, status| Outcome { error, status: Some(status), answered: true, ..Outcome::default() };
    for outcome in [
        answer(Some(ErrorKind::Status4xx), 404),
        answer(Some(ErrorKind::Status4xx), 404),
        answer(Some(ErrorKind::Body), 404),
        answer(None, 200),
    ] {
        metrics.count_ended(due_request(Part::Steady, 0), Duration::ZERO, MS, outcome);
    }
    assert_eq!(counts_of_only_key(&drain(&mut metrics)).statuses.to_string(), "404:2");
}

#[test]
fn a_drop_enters_as_the_timeout_and_a_refusal_has_no_latency() {
    let mut metrics = Metrics::new(1, TIMEOUT);
    metrics.count_dropped(Part::Warmup, CountKey::default(), 2, Duration::ZERO, TIMEOUT);
    metrics.count_dropped(Part::Steady, CountKey::default(), 5_000_000, Duration::ZERO, TIMEOUT);
    let refused = Outcome { error: Some(ErrorKind::Connect), ..Outcome::default() };
    metrics.count_ended(due_request(Part::Steady, 0), Duration::ZERO, MS, refused);
    let counted = drain(&mut metrics);
    assert_eq!(
        counts(&counted),
        [(LatencyTag::Warmup, 2), (LatencyTag::Steady, 5_000_000), (LatencyTag::OnTime, 5_000_000)]
    );
    assert_eq!(counts_of_only_key(&counted).errors, [1, 0, 0, 0, 0, 0, 0, 0, 5_000_002]);
    for (_, histogram) in counted.histograms.iter().filter(|(_, h)| !h.is_empty()) {
        assert!(histogram.min() >= 9_990_000_000 && histogram.max() >= 10_000_000_000);
    }
}

#[test]
fn what_touches_the_second_around_a_collection_is_counted_apart() {
    let mut metrics = Metrics::new(1, TIMEOUT);
    metrics.probing_begins(MS * 5000);
    metrics.probing_ends(MS * 5800);
    let ok = Outcome { answered: true, ..Outcome::default() };
    for (due, end) in [(3000, 3999), (3000, 4001), (4500, 6500), (6799, 6900), (6801, 6900)] {
        metrics.count_ended(due_request(Part::Steady, due), MS * due, MS * end, ok);
    }
    metrics.count_ended(due_request(Part::Warmup, 5000), MS * 5000, MS * 5001, ok);
    let counted = drain(&mut metrics);
    let expected = [
        (LatencyTag::Warmup, 1),
        (LatencyTag::Steady, 2),
        (LatencyTag::Probing, 3),
        (LatencyTag::Service, 2),
        (LatencyTag::OnTime, 2),
    ];
    assert_eq!(counts(&counted), expected);
}

#[test]
fn all_of_a_slow_collection_is_counted_apart_and_of_one_behind_it() {
    let mut metrics = Metrics::new(1, TIMEOUT);
    let ok = Outcome { answered: true, ..Outcome::default() };
    let ended = |metrics: &mut Metrics, due, end| {
        metrics.count_ended(due_request(Part::Steady, due), MS * due, MS * end, ok);
        let tags: Vec<LatencyTag> = counts(&drain(metrics)).into_iter().map(|(tag, _)| tag).collect();
        tags.contains(&LatencyTag::Probing)
    };
    metrics.probing_begins(MS * 5000);
    assert!(ended(&mut metrics, 7500, 7600), "while it is under way");
    metrics.probing_begins(MS * 8000);
    metrics.probing_ends(MS * 9000);
    assert!(ended(&mut metrics, 12_000, 12_100), "the other one still is");
    metrics.probing_ends(MS * 13_000);
    assert!(ended(&mut metrics, 13_900, 14_200), "and a second behind it");
    assert!(!ended(&mut metrics, 14_001, 14_200));
    assert!(!ended(&mut metrics, 3000, 3900), "and what was over before");
}

#[test]
fn each_of_several_requests_is_counted_and_timed_by_itself() {
    let mut metrics = Metrics::new(2, TIMEOUT);
    let ok = Outcome { answered: true, ..Outcome::default() };
    for (request, block, end) in [(0, 4, 10), (1, 4, 20), (1, 5, 40), (0, 5, 10), (1, 5, 40)] {
        let key = CountKey { request, block: Some(block) };
        let one = DueRequest { key, ..due_request(Part::Steady, 0) };
        metrics.count_due(key, 1);
        metrics.count_sent(one, Duration::ZERO);
        metrics.count_ended(one, Duration::ZERO, MS * end, ok);
    }
    metrics.count_dropped(Part::Steady, CountKey { request: 1, block: Some(5) }, 3, Duration::ZERO, TIMEOUT);
    let counted = drain(&mut metrics);
    let times: Vec<u64> = counted.histograms.by_request().iter().map(hdrhistogram::Histogram::len).collect();
    assert_eq!(times, [2, 6]);
    let by_key = counted.by_key.into_sorted().into_iter();
    let rows: Vec<_> = by_key.map(|(key, n)| (key.block, key.request, n.due, n.done, n.dropped)).collect();
    assert_eq!(
        rows,
        [(Some(4), 0, 1, 1, 0), (Some(4), 1, 1, 1, 0), (Some(5), 0, 1, 1, 0), (Some(5), 1, 2, 2, 3)]
    );
}

#[test]
fn moments_are_forgotten_once_nothing_can_touch_them() {
    let mut metrics = Metrics::new(1, TIMEOUT);
    for second in 0..10_000 {
        metrics.probing_begins(Duration::from_secs(second * 5));
        metrics.probing_ends(Duration::from_secs(second * 5));
    }
    assert_eq!(metrics.probing.len(), MOMENTS_KEPT);
    metrics.drain(IntervalCounts::new(1), Duration::from_secs(60_000));
    assert!(metrics.probing.is_empty());
}
