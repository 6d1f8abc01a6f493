//! What the engine must cope with and what it must say, one test each, with the figures in the sentence.

use soak::evidence::{Event, EventKind, Phase, Recording, Sample};
use soak::findings::{Direction, Shape, Trend};
use soak::trend::{Question, time_to_limit, trend};
use soak::units::Unit;
use soak::wording::explain_trend;

use crate::made::{Run, judged, table};

const MIB: f64 = 1024.0 * 1024.0;

/// So many samples a second apart of a shape with a little noise, in MiB.
fn shaped(n: usize, noise: f64, shape: impl Fn(f64) -> f64) -> Recording {
    let mut r = Run::new(77);
    let times: Vec<f64> = (0..n).map(|i| i as f64).collect();
    let values: Vec<f64> = times.iter().map(|t| MIB * (shape(*t) + noise * r.gauss())).collect();
    table(&times, &values, "rss_bytes")
}

fn with_events(recording: &Recording, events: &[Event]) -> Trend {
    trend(&Question { recording, series: &recording.series[0], events, false_alarm: 0.05 })
}

/// Its sentence.
fn why(trend: &Trend) -> String {
    explain_trend(trend, Unit::Bytes)
}

fn is(t: &Trend, direction: Direction, shape: Shape) {
    assert_eq!((t.direction, t.shape), (direction, shape), "{:?}", t.reason);
    assert!(why(t).len() < 240 && !why(t).contains('\n'), "{:?}", t.reason);
}

#[test]
fn a_warm_up_that_saturates_is_no_leak() {
    let t = judged(&shaped(600, 0.3, |t| 100.0 - 60.0 * (-t / 40.0).exp()));
    is(&t, Direction::Stable, Shape::Plateau);
}

#[test]
fn a_warm_up_that_is_not_over_says_how_much_longer() {
    let t = judged(&shaped(600, 0.2, |t| 100.0 - 60.0 * (-t / 400.0).exp()));
    is(&t, Direction::Inconclusive, Shape::Plateau);
    assert!(t.needs_s.unwrap() > 1200.0 && why(&t).contains("still warming up"));
}

#[test]
fn a_leak_underneath_a_warm_up_is_found() {
    let t = judged(&shaped(600, 0.2, |t| 100.0 - 60.0 * (-t / 25.0).exp() + 0.02 * t));
    is(&t, Direction::Growing, Shape::Linear);
    let s = t.slope.unwrap();
    assert!(s.lo < 0.02 * MIB && 0.02 * MIB < s.hi, "{:?}", t.reason);
}

#[test]
fn teeth_are_judged_by_their_floor() {
    let flat = judged(&shaped(600, 0.2, |t| 50.0 + 2.0 * (t % 31.0)));
    is(&flat, Direction::Stable, Shape::Sawtooth);
    assert!(why(&flat).contains("falls back to (19 falls)"), "{:?}", flat.reason);
    assert!((flat.start.unwrap() / MIB - 50.0).abs() < 1.5, "the start level is the floor's");
    let rising = judged(&shaped(600, 0.2, |t| 50.0 + 2.0 * (t % 31.0) + 0.02 * t));
    is(&rising, Direction::Growing, Shape::Sawtooth);
    assert!((rising.slope.unwrap().value / MIB - 0.02).abs() < 0.002, "{:?}", rising.reason);
}

#[test]
fn a_few_teeth_only_are_inconclusive() {
    for length in [280.0, 200.0, 170.0] {
        let t = judged(&shaped(600, 0.2, |t| 50.0 + 0.3 * ((t + 40.0) % length)));
        is(&t, Direction::Inconclusive, Shape::Sawtooth);
        assert!(why(&t).contains("too few whole cycles"), "{:?}", t.reason);
    }
}

#[test]
fn a_few_teeth_bound_what_they_leave_open_and_one_bounds_nothing() {
    let teeth = |period: f64| {
        judged(&shaped(390, 0.005, move |t| 40.0 + (t / 9.0).min(1.0) + 2.0 * (t % period) / period))
    };
    let t = teeth(100.0);
    is(&t, Direction::Inconclusive, Shape::Sawtooth);
    let slope = t.slope.unwrap();
    assert!(slope.lo < 0.0 && slope.hi > 0.0 && slope.hi < MIB * 2.0 / 100.0, "{slope:?}");
    let t = teeth(200.0);
    assert_eq!((t.direction, t.slope), (Direction::Inconclusive, None), "{:?}", t.reason);
}

#[test]
fn a_dent_in_a_climb_is_no_tooth() {
    let dented =
        |depth: f64| judged(&shaped(300, 0.2, |t| 30.0 + 0.2 * t - if t > 190.0 { depth } else { 0.0 }));
    is(&dented(5.0), Direction::Growing, Shape::Linear);
    assert_ne!(dented(35.0).direction, Direction::Growing);
}

#[test]
fn steps_ratchets_and_what_fills_to_its_bound_are_named_so() {
    is(&judged(&shaped(600, 0.2, |t| if t < 200.0 { 50.0 } else { 80.0 })), Direction::Stable, Shape::Step);
    let two = |t: f64| 50.0 + if t > 90.0 { 9.0 } else { 0.0 } + if t > 250.0 { 5.0 } else { 0.0 };
    is(&judged(&shaped(600, 0.2, two)), Direction::Stable, Shape::Step);
    let marks = [30.0, 8.0, 3.0, 0.5, 0.3];
    let ratchet = |t: f64| {
        50.0 + marks
            .iter()
            .zip([2.0, 20.0, 60.0, 160.0, 300.0])
            .map(|(h, at)| if t > at { *h } else { 0.0 })
            .sum::<f64>()
    };
    let t = judged(&shaped(600, 0.02, ratchet));
    assert_eq!(t.direction, Direction::Stable, "{:?}", t.reason);
    assert!(matches!(t.shape, Shape::Step | Shape::Plateau));
    let t = judged(&shaped(600, 0.2, |t| 50.0 + (t * 0.2).min(40.0)));
    assert_eq!(t.direction, Direction::Stable, "{:?}", t.reason);
    assert!(matches!(t.shape, Shape::Step | Shape::Plateau), "{:?}", t.shape);
}

#[test]
fn pages_and_whole_tasks_grow_in_jumps() {
    let pages = judged(&shaped(3600, 0.0, |t| 50.0 + (t / 240.0).floor() / 256.0));
    assert_eq!(pages.direction, Direction::Growing, "{:?}", pages.reason);
    let times: Vec<f64> = (0..3600).map(f64::from).collect();
    let tasks: Vec<f64> = times.iter().map(|t| 12.0 + ((t + 90.0) / 290.0).floor()).collect();
    let t = judged(&table(&times, &tasks, "tasks"));
    assert_eq!(t.direction, Direction::Growing, "a dozen tasks in an hour: {:?}", t.reason);
    assert!((t.slope.unwrap().value * 290.0 - 1.0).abs() < 0.1);
    let few: Vec<f64> = times.iter().map(|t| 12.0 + (t / 1100.0).floor()).collect();
    assert_eq!(judged(&table(&times, &few, "tasks")).direction, Direction::Inconclusive);
}

#[test]
fn a_forced_collection_bends_nothing() {
    let recording = shaped(600, 0.2, |t| 90.0 - if t > 140.0 { 25.0 } else { 0.0 });
    let events: Vec<Event> = (0..8)
        .map(|i| Event {
            elapsed_s: 140.0 + 50.0 * f64::from(i),
            kind: EventKind::Collection { took_s: 0.1 },
        })
        .collect();
    let t = with_events(&recording, &events);
    assert_eq!(t.direction, Direction::Stable, "{:?}", t.reason);
    let recording = shaped(600, 0.2, |t| 90.0 + 0.03 * t - if t > 140.0 { 25.0 } else { 0.0 });
    let t = with_events(&recording, &events);
    assert_eq!(t.direction, Direction::Growing, "{:?}", t.reason);
    assert!((t.slope.unwrap().value / MIB - 0.03).abs() < 0.003, "{:?}", t.reason);
}

#[test]
fn growth_is_judged_in_each_segment_between_restarts() {
    let recording = shaped(600, 0.2, |t| 50.0 + 0.05 * if t < 250.0 { t } else { t - 250.0 });
    let restart = Event { elapsed_s: 250.0, kind: EventKind::Restart { pid_before: 1, pid_after: 2 } };
    let t = with_events(&recording, std::slice::from_ref(&restart));
    assert_eq!(t.direction, Direction::Growing, "{:?}", t.reason);
    assert!(why(&t).contains("2 segments between restarts"), "{:?}", t.reason);
    assert!((t.slope.unwrap().value / MIB - 0.05).abs() < 0.003);
}

#[test]
fn what_comes_back_after_the_load_was_held_and_not_lost() {
    let mut recording = shaped(700, 0.1, |t| 50.0 + 0.05 * if t < 500.0 { t } else { 0.0 });
    recording.phases[500..].fill(Phase::Settle);
    let t = judged(&recording);
    assert_eq!(t.direction, Direction::Inconclusive, "{:?}", t.reason);
    assert!(t.recovered.unwrap() > 0.95 && why(&t).contains("came back"), "{:?}", t.reason);
    let mut stays = shaped(700, 0.1, |t| 50.0 + 0.05 * t.min(500.0));
    stays.phases[500..].fill(Phase::Settle);
    let t = judged(&stays);
    assert_eq!(t.direction, Direction::Growing, "{:?}", t.reason);
    assert!(t.recovered.unwrap() < 0.05, "{:?}", t.recovered);
}

#[test]
fn a_rhythm_of_the_load_is_no_growth() {
    let t = judged(&shaped(900, 0.3, |t| 80.0 + 10.0 * (t / 120.0 * std::f64::consts::TAU).sin()));
    is(&t, Direction::Stable, Shape::Periodic);
}

#[test]
fn constants_short_files_days_and_weeks() {
    is(&judged(&shaped(300, 0.0, |_| 64.0)), Direction::Stable, Shape::Flat);
    let five = judged(&shaped(5, 0.1, |t| 50.0 + t));
    is(&five, Direction::Inconclusive, Shape::TooShort);
    assert!(why(&five).contains("too few"), "{:?}", five.reason);
    let day = judged(&shaped(86_400, 1.0, |t| 300.0 + 1e-4 * t));
    assert_eq!(day.direction, Direction::Growing, "{:?}", day.reason);
    let week = judged(&shaped(604_800, 1.0, |_| 300.0));
    is(&week, Direction::Stable, Shape::Flat);
}

#[test]
fn what_is_above_the_detectable_growth_is_found() {
    let t = judged(&shaped(600, 1.0, |_| 100.0));
    is(&t, Direction::Stable, Shape::Flat);
    let detectable = t.detectable_per_s.unwrap();
    assert!(why(&t).contains("or more would have been found"), "{:?}", t.reason);
    let found = (0..10)
        .filter(|seed| {
            let mut r = Run::new(*seed);
            let times: Vec<f64> = (0..600).map(f64::from).collect();
            let v: Vec<f64> = times.iter().map(|t| 1e8 + detectable * t + MIB * r.gauss()).collect();
            judged(&table(&times, &v, "rss_bytes")).direction == Direction::Growing
        })
        .count();
    assert!(found >= 7, "four of five runs should find what is called detectable: {found} of 10");
}

#[test]
fn an_inconclusive_answer_says_how_long_a_run_would_decide() {
    let t = judged(&shaped(400, 1.0, |t| 100.0 + 0.0011 * t));
    assert_eq!(t.direction, Direction::Inconclusive, "{:?}", t.reason);
    assert!(t.needs_s.unwrap() > 400.0, "{:?}", t.reason);
}

#[test]
fn a_limit_is_reached_in_an_interval() {
    let t = judged(&shaped(600, 0.5, |t| 100.0 + 0.1 * t));
    let [earliest, latest] = time_to_limit(&t, 260.0 * MIB).unwrap();
    assert!(earliest < latest && earliest > 970.0 && latest < 1030.0, "{earliest} {latest}");
}

#[test]
fn growth_per_request_is_given_too() {
    let mut recording = shaped(600, 0.3, |t| 100.0 + 0.05 * t);
    recording.requests_total = (0..600).map(|i| Sample::new(50.0 * f64::from(i))).collect();
    let each = judged(&recording).per_request.unwrap();
    assert!(each.lo < 0.001 * MIB && 0.001 * MIB < each.hi && each.hi < 0.0012 * MIB, "{each:?}");
}

/// Cycles of 100 s of load and 40 s without; each leaves behind what `left` says.
fn cycles(left: &[f64], within: f64) -> (Recording, Vec<Event>) {
    let mut events = Vec::new();
    let mut phases = vec![Phase::Baseline; 20];
    let mut level = 50.0;
    let mut shape = vec![level; 20];
    for (number, adds) in (1..).zip(left) {
        events.push(Event { elapsed_s: shape.len() as f64, kind: EventKind::Cycle { number } });
        for i in 0..100 {
            shape.push(level + adds + within * f64::from(i) / 100.0);
            phases.push(Phase::Steady);
        }
        level += adds;
        shape.extend([level; 40]);
        phases.extend([Phase::Settle; 40]);
    }
    let mut recording = shaped(shape.len(), 0.05, |t| shape[t as usize]);
    recording.phases = phases;
    (recording, events)
}

#[test]
fn the_second_load_overrules_what_one_load_seems_to_say() {
    let (recording, events) = cycles(&[20.0, 0.2, 0.1], 15.0);
    let t = with_events(&recording, &events);
    assert_eq!(t.direction, Direction::Stable, "a ratchet stops growing: {:?}", t.reason);
    assert!(why(&t).contains("later cycles leave no more behind"), "{:?}", t.reason);
    let (recording, events) = cycles(&[10.0, 10.0, 10.0], 0.0);
    let t = with_events(&recording, &events);
    assert_eq!(t.direction, Direction::Growing, "a leak repeats itself: {:?}", t.reason);
    assert!(why(&t).contains("again with every cycle"), "{:?}", t.reason);
}
