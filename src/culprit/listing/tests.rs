use super::*;
use crate::evidence::{Event, Ids, Moment, TaskSnapshot};

fn row(elapsed_s: f64, group: &str, count: f64) -> GroupCount {
    GroupCount { elapsed_s, kind: GroupKind::Goroutine, group: group.into(), count }
}

fn named(id: &str, name: &str) -> TaskGroup {
    TaskGroup {
        id: id.into(),
        kind: GroupKind::Goroutine,
        name: name.into(),
        state: Some("chan send".into()),
        stack: Vec::new(),
        created_by: None,
    }
}

/// A second a reading: `leak` gains one for each of ten requests a second, `pool` goes up and down.
fn leaking(seconds: u32) -> Evidence {
    let mut evidence = Evidence::default();
    for second in 0..seconds {
        let t = f64::from(second);
        evidence.groups.push(row(t, "leak", 10.0 * t));
        evidence.groups.push(row(t, "pool", 20.0 + f64::from(second * 7 % 5)));
        evidence.recording.elapsed_s.push(t);
        evidence.recording.requests_total.push(Sample::new(10.0 * t));
        evidence.recording.phases.push(Phase::Steady);
    }
    evidence
}

/// A snapshot in which so many of `leak` are proven to be stuck.
fn proving(elapsed_s: f64, moment: Moment, stuck: u64) -> TaskSnapshot {
    TaskSnapshot {
        elapsed_s,
        moment,
        groups: vec![named("leak", "main.produce")],
        counts: vec![("leak".into(), stuck)],
        proven: Some(vec![("leak".into(), stuck)]),
        longest_wait_s: Vec::new(),
        labels: Vec::new(),
        ids: Ids::NotRead,
        times: Vec::new(),
    }
}

fn movement(rows: &[ListedGroup], id: &str) -> Movement {
    rows.iter().find(|row| row.id == id).unwrap().movement
}

#[test]
fn growth_is_since_steady_and_by_request_and_ties_go_by_name() {
    let mut evidence = Evidence {
        groups: vec![
            row(0.0, "b", 1.0),
            row(10.0, "b", 5.0),
            row(10.0, "a", 2.0),
            row(20.0, "b", 105.0),
            row(20.0, "a", 2.0),
            row(20.0, "new", 2.0),
            GroupCount { kind: GroupKind::Heap, ..row(20.0, "heap", 9e9) },
        ],
        events: vec![Event { elapsed_s: 9.0, kind: EventKind::Phase { phase: Phase::Steady } }],
        group_names: vec![named("b", "main.produce")],
        ..Evidence::default()
    };
    evidence.recording.elapsed_s = vec![0.0, 10.0, 20.0];
    evidence.recording.requests_total = [0.0, 100.0, 200.0].map(Sample::new).to_vec();
    let rows = list_groups(&evidence, 20.0);
    let seen: Vec<_> = rows.iter().map(|r| (r.name.as_str(), r.count, r.growth, r.per_request)).collect();
    let expected = [
        ("main.produce", 105.0, 100.0, Some(1.0)),
        ("new", 2.0, 2.0, Some(0.02)),
        ("a", 2.0, 0.0, Some(0.0)),
    ];
    assert_eq!(seen, expected);
    assert_eq!((rows[0].state.as_deref(), rows[0].age_s, rows[1].age_s), (Some("chan send"), 20.0, 0.0));
    assert_eq!(movement(&rows, "b"), Movement::Unclear, "three readings are too few");
}

#[test]
fn a_group_that_grows_by_request_says_so_with_its_interval_and_one_that_swings_is_steady() {
    let rows = list_groups(&leaking(60), 59.0);
    assert_eq!((movement(&rows, "leak"), movement(&rows, "pool")), (Movement::Growing, Movement::Steady));
    let [lo, hi] = rows[0].per_request_interval.unwrap();
    assert!(lo <= 1.0 && 1.0 <= hi && hi - lo < 0.1, "{lo} to {hi}");
    assert_eq!((rows[0].history.len(), rows[0].history[59]), (60, 590.0));
}

#[test]
fn a_long_observation_is_looked_at_by_some_of_its_moments_from_the_first_to_the_last() {
    let rows = list_groups(&leaking(5000), 4999.0);
    assert_eq!((rows[0].history.len(), rows[0].growth), (MOST_MOMENTS, 49_990.0));
    assert_eq!(movement(&rows, "leak"), Movement::Growing);
    let earlier = list_groups(&leaking(5000), 30.0);
    assert_eq!(earlier[0].count, 300.0, "any moment can be looked at");
}

#[test]
fn what_the_runtime_has_proven_is_a_leak_and_what_ended_is_gone() {
    let mut evidence = leaking(60);
    evidence.groups.retain(|row| row.group != "pool" || row.elapsed_s < 30.0);
    evidence.group_names = vec![named("leak", "main.produce")];
    for (elapsed_s, moment, stuck) in [(0.0, Moment::SteadyStart, 0), (59.0, Moment::SteadyEnd, 590)] {
        evidence.snapshots.push(proving(elapsed_s, moment, stuck));
    }
    let rows = list_groups(&evidence, 59.0);
    assert_eq!((movement(&rows, "leak"), movement(&rows, "pool")), (Movement::ProvenLeak, Movement::Gone));
}

#[test]
fn nothing_is_steady_after_few_readings() {
    let after = |readings: u32| movement(&list_groups(&leaking(readings), f64::from(readings)), "pool");
    let mut still = leaking(7);
    still.groups.iter_mut().for_each(|row| row.count = 20.0);
    assert_eq!(movement(&list_groups(&still, 6.0), "pool"), Movement::Unclear);
    assert_eq!((after(1), after(60)), (Movement::Unclear, Movement::Steady));
}

#[test]
fn an_earlier_moment_does_not_show_what_was_proven_later() {
    let mut evidence = leaking(60);
    evidence.group_names = vec![named("leak", "main.produce")];
    for (elapsed_s, moment, stuck) in [(0.0, Moment::SteadyStart, 0), (59.0, Moment::SteadyEnd, 590)] {
        evidence.snapshots.push(proving(elapsed_s, moment, stuck));
    }
    assert_eq!(movement(&list_groups(&evidence, 58.0), "leak"), Movement::Growing);
    assert_eq!(movement(&list_groups(&evidence, 59.0), "leak"), Movement::ProvenLeak);
}

#[test]
fn a_kind_that_is_read_later_has_not_grown_and_one_that_is_no_longer_read_is_left_out() {
    let mut evidence = leaking(200);
    let socket = |t: f64, count: f64| GroupCount { kind: GroupKind::Fd, ..row(t, "sockets", count) };
    evidence.groups.push(socket(199.0, 9.0));
    let rows = list_groups(&evidence, 199.0);
    let sockets = rows.iter().find(|row| row.id == "sockets").unwrap();
    assert_eq!((sockets.count, sockets.growth), (9.0, 0.0));
    evidence.groups.retain(|row| row.kind == GroupKind::Goroutine && row.elapsed_s < 100.0);
    assert!(list_groups(&evidence, 199.0).is_empty());
}

#[test]
fn what_a_person_asked_to_be_proven_is_marked_without_growth_and_ids_are_those_of_the_last_closer_look() {
    let mut evidence = leaking(10);
    let asked = |elapsed_s, stuck| proving(elapsed_s, Moment::Asked, stuck);
    evidence.snapshots = vec![asked(3.0, 1), asked(6.0, 500)];
    let task = |id| TaskId { id, waits_s: None };
    evidence.snapshots[0].ids = Ids::Read(vec![("leak".into(), vec![task(5), task(9)])]);
    let rows = list_groups(&evidence, 9.0);
    let of = |id: &str| rows.iter().find(|row| row.id == id).unwrap();
    assert_eq!(
        (of("leak").movement, of("leak").proven),
        (Movement::ProvenLeak, Some(90)),
        "no more than there are"
    );
    assert_eq!((of("pool").movement == Movement::ProvenLeak, of("pool").proven), (false, Some(0)));
    assert_eq!((&of("leak").ids, of("leak").closer_age_s), (&Ids::Read(vec![task(5), task(9)]), Some(6.0)));
    assert_eq!(of("pool").ids, Ids::NotRead);
    let before = list_groups(&evidence, 2.0);
    assert!(before.iter().all(|row| row.proven.is_none() && row.ids.is_not_read()));
}
