//! A count of goroutines that was read once in steady, with snapshots at its ends.

use super::*;
use crate::evidence::{DrivenPlan, Ids, PlanRecord};
use crate::evidence::{
    Event, EventKind, Frame, GroupCount, GroupKind, Moment, Phase, Recording, Sample, Series, TaskGroup,
    TaskSnapshot,
};
use crate::findings::{Estimate, Leak, Note, Reason, Verdict};
use crate::judge::judge;

/// The trend of the goroutines by the snapshots.
fn by_snapshots(evidence: &Evidence) -> Option<Trend> {
    let own =
        Trend { direction: Direction::Inconclusive, ..crate::findings::SeriesEvidence::example().trend };
    trend_from_snapshots(evidence, &Steady::read(evidence), &SeriesId::Goroutines, &own)
}

/// 100 s of steady at 50/s with one reading of the goroutines; so many of each of two stacks at start, end and after
/// settle.
fn run(counts: [u64; 3]) -> Evidence {
    let times: Vec<f64> = (0..=120).map(f64::from).collect();
    let steady = |t: f64| (10.0..110.0).contains(&t);
    let phase = |t: &f64| match *t {
        t if t < 10.0 => Phase::Warmup,
        t if steady(t) => Phase::Steady,
        _ => Phase::Settle,
    };
    let once = |t: &f64| if *t == 10.0 { Sample::new(2.0 * counts[0] as f64) } else { Sample::GAP };
    let recording = Recording {
        phases: times.iter().map(phase).collect(),
        requests_total: times.iter().map(|t| Sample::new(50.0 * t.min(110.0))).collect(),
        series: vec![Series { id: SeriesId::Goroutines, samples: times.iter().map(once).collect() }],
        elapsed_s: times,
    };
    let group = |name: &str| TaskGroup {
        id: name.into(),
        kind: GroupKind::Goroutine,
        name: name.into(),
        state: Some("select".into()),
        stack: vec![Frame { func: name.into(), file: None, line: None }],
        created_by: None,
    };
    let groups = vec![group("main.readLoop"), group("main.writeLoop")];
    let moments = [(10.0, Moment::SteadyStart), (110.0, Moment::SteadyEnd), (120.0, Moment::Settled)];
    let snapshots = moments.into_iter().zip(counts).map(|((elapsed_s, moment), n)| TaskSnapshot {
        elapsed_s,
        moment,
        counts: groups.iter().map(|group| (group.id.clone(), n)).collect(),
        proven: None,
        longest_wait_s: Vec::new(),
        labels: Vec::new(),
        ids: Ids::NotRead,
        times: Vec::new(),
        groups: groups.clone(),
    });
    let phases = [(0.0, Phase::Warmup), (10.0, Phase::Steady), (110.0, Phase::Settle)];
    Evidence {
        events: phases.map(|(elapsed_s, phase)| Event { elapsed_s, kind: EventKind::Phase { phase } }).into(),
        groups: groups
            .iter()
            .map(|group| GroupCount {
                elapsed_s: 10.0,
                kind: group.kind,
                group: group.id.clone(),
                count: counts[0] as f64,
            })
            .collect(),
        snapshots: snapshots.collect(),
        group_names: groups.clone(),
        recording,
        ..Evidence::default()
    }
}

#[test]
fn thousands_that_stay_are_a_leak_that_counts_and_names_the_goroutines() {
    let evidence = run([500, 5500, 5500]);
    let trend = by_snapshots(&evidence).unwrap();
    assert_eq!((trend.direction, trend.start, trend.end), (Direction::Growing, Some(1000.0), Some(11_000.0)));
    assert!(trend.per_request.is_some_and(|each| (each.value - 2.0).abs() < 0.05), "{trend:?}");
    let found = judge(&evidence).assessment;
    assert!(matches!(found.answer.reason, Reason::Leak(Leak::Group(_))), "{:?}", found.answer);
    let mut names: Vec<&str> = found.culprits.iter().map(|c| c.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["main.readLoop", "main.writeLoop"]);
    let goroutines = found.series.iter().find(|s| s.id == SeriesId::Goroutines).unwrap();
    assert_eq!(goroutines.trend, trend);
}

#[test]
fn what_goes_back_or_is_a_pool_is_no_growth_by_its_ends() {
    for counts in [[500, 5500, 700], [100, 400, 400], [3534, 3534, 3534]] {
        let evidence = run(counts);
        assert_eq!(by_snapshots(&evidence), None, "{counts:?}");
        assert!(!matches!(judge(&evidence).assessment.answer.reason, Reason::Leak(_)), "{counts:?}");
    }
}

#[test]
fn a_run_that_was_ended_in_steady_says_the_same_of_the_count_as_of_the_proof() {
    let mut evidence = run([3502, 3939, 3939]);
    evidence.snapshots.pop();
    let stuck = |n: u64| Some(vec![("main.readLoop".to_string(), n)]);
    evidence.snapshots[0].proven = stuck(3500);
    evidence.snapshots[1].proven = stuck(4370);
    let found = judge(&evidence).assessment;
    assert!(matches!(found.answer.reason, Reason::Leak(Leak::Proven(_))), "{:?}", found.answer);
    let goroutines = found.series.iter().find(|s| s.id == SeriesId::Goroutines).unwrap();
    assert_eq!(goroutines.trend.direction, Direction::Growing, "{:?}", goroutines.trend);
    assert_eq!((goroutines.trend.start, goroutines.trend.end), (Some(7004.0), Some(7878.0)));
}

#[test]
fn what_stands_since_before_the_run_is_stable_and_a_note() {
    let mut evidence = run([3534, 3534, 3534]);
    let rows: Vec<GroupCount> = evidence.groups.drain(..).collect();
    evidence.recording.series[0].samples.fill(Sample::new(7068.0));
    for elapsed_s in (0..=120).map(f64::from) {
        evidence.groups.extend(rows.iter().map(|row| GroupCount { elapsed_s, ..row.clone() }));
    }
    let found = judge(&evidence);
    assert_eq!(found.assessment.verdict(), Verdict::Stable, "{:?}", found.assessment.answer);
    let present: Vec<f64> = found
        .notes
        .iter()
        .filter_map(|note| if let Note::PresentBeforeRun(group) = note { Some(group.count) } else { None })
        .collect();
    assert_eq!(present, [3534.0, 3534.0]);
}

#[test]
fn a_count_that_may_be_held_is_no_leak_though_its_groups_were_read_once() {
    let mut evidence = run([500, 5500, 5500]);
    let times = evidence.recording.elapsed_s.clone();
    let goroutines = |t: &f64| Sample::new(1000.0 + 100.0 * (t - 10.0).clamp(0.0, 100.0));
    evidence.recording.series[0].samples = times.iter().map(goroutines).collect();
    // 40 s of steady, of a runtime that was asked for proof and has none
    let scaled = |elapsed_s: &mut f64| *elapsed_s *= 0.4;
    evidence.recording.elapsed_s.iter_mut().for_each(scaled);
    evidence.events.iter_mut().for_each(|event| scaled(&mut event.elapsed_s));
    evidence.groups.iter_mut().for_each(|row| scaled(&mut row.elapsed_s));
    for snapshot in &mut evidence.snapshots {
        scaled(&mut snapshot.elapsed_s);
        snapshot.proven = Some(Vec::new());
    }
    let found = judge(&evidence).assessment;
    assert!(!matches!(found.answer.reason, Reason::Leak(_)), "{:?}", found.answer);
}

#[test]
fn growth_by_dealt_requests_is_that_between_the_snapshots() {
    let mut evidence = run([20, 270, 270]);
    let line = Estimate { value: 0.08, lo: 0.041, hi: 0.12 };
    let example = crate::findings::SeriesEvidence::example().trend;
    let by_line = Trend { direction: Direction::Growing, per_request: Some(line), ..example };
    let sized = |evidence: &Evidence| {
        sized_by_ends(evidence, &SeriesId::Goroutines, by_line.clone()).per_request.unwrap()
    };
    assert_eq!(sized(&evidence), line, "requests of one kind come evenly");
    evidence.plan = Some(PlanRecord::example_of(DrivenPlan::example_in_blocks()));
    let each = sized(&evidence);
    assert!(each.value == 0.1 && each.lo > 0.08 && each.hi < 0.12, "{each:?}");
    evidence.events.push(Event { elapsed_s: 60.0, kind: EventKind::Restart { pid_before: 1, pid_after: 2 } });
    assert_eq!(sized(&evidence), line, "two processes have no common ends");
}
