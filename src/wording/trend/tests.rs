//! Each reason has its sentence.

use super::*;
use crate::findings::{Estimate, Shape};

fn trend(direction: Direction, reason: TrendReason) -> Trend {
    Trend {
        direction,
        shape: Shape::Irregular,
        start: Some(100.0),
        end: Some(140.0),
        slope: Some(Estimate { value: 2.0, lo: 1.0, hi: 3.0 }),
        slope_over_s: None,
        per_request: None,
        detectable_per_s: Some(4.0),
        detectable_per_request: None,
        needs_s: (direction == Direction::Inconclusive).then_some(120.0),
        recovered: None,
        p_value: 1.0,
        reason,
        read: None,
    }
}

fn by_window(found: Found) -> TrendReason {
    TrendReason::Window(WindowReason { found, over_s: 60.0, level: JudgedLevel::Readings, segments: 1 })
}

#[test]
fn every_reason_has_its_sentence() {
    use Direction::{Growing, Inconclusive, Stable};
    let cases = [
        (Growing, Found::Grows, "it grows by 2/s (between 1/s and 3/s) through the last 60 s, 100 → 140".to_string()),
        (
            Growing,
            Found::GrowsBesideWarmup { tau_s: 5.0 },
            "it grows by 2/s (between 1/s and 3/s) through 60 s, apart from a warm-up that levels off within 15 s".into(),
        ),
        (Stable, Found::Constant, "every sample of 60 s reads 140; 4/s or more is excluded".into()),
        (
            Stable,
            Found::NoGrowth,
            "it shows no growth in the last 60 s, 100 → 140; 4/s or more would have been found".into(),
        ),
        (Stable, Found::Falls, "it falls, 100 → 140 over 60 s".into()),
        (
            Stable,
            Found::StillSettling,
            "what it rose in the last 60 s is a small part of its rise before, 100 → 140; 4/s or more would have been found"
                .into(),
        ),
        (Inconclusive, Found::TooFew { points: 1 }, "1 point is too few to judge".into()),
        (Inconclusive, Found::TooFew { points: 7 }, "7 points are too few to judge".into()),
        (
            Inconclusive,
            Found::TooFewCycles { cycles: 3 },
            "it rises and falls, but only 3 falls were seen: too few whole cycles".into(),
        ),
        (
            Inconclusive,
            Found::WarmingUp { tau_s: 20.0 },
            "it is still warming up: it rises ever more slowly (time constant 20 s), 100 → 140".into(),
        ),
        (
            Inconclusive,
            Found::FewSteps { jumps: [Some(Jump { at_s: 26.2, height: 40.0 }), None, None] },
            "rose in 1 jump, by 40 at 26 s, the last too recent to know whether more follow, 100 → 140".into(),
        ),
        (
            Inconclusive,
            Found::FewSteps {
                jumps: [Some(Jump { at_s: 26.2, height: 30.0 }), Some(Jump { at_s: 50.0, height: 10.0 }), None],
            },
            "rose in 2 jumps, by 30 at 26 s and 10 at 50 s, the last too recent to know whether more follow, 100 → 140".into(),
        ),
        (
            Stable,
            Found::RoseThenLevel(Rise { height: 40.0, from_s: 193.0, until_s: 231.0 }),
            "rose by 40 from 3 min 13 s to 3 min 51 s, level since, 100 → 140; 4/s or more would have been found".into(),
        ),
        (
            Inconclusive,
            Found::Slows,
            "it rose and then slowed, 100 → 140; too recent to say that it stopped".into(),
        ),
        (
            Inconclusive,
            Found::RecentRise { height: 8.0 },
            "it was level, and rose by 8 in the last moments".into(),
        ),
        (
            Inconclusive,
            Found::Weak { level: 0.998 },
            "growth of 2/s (95 %: 1/s to 3/s) is likely in 60 s; the verdict asks for 99.8 %".into(),
        ),
        (
            Inconclusive,
            Found::NoPower,
            "too noisy to see a trend in 60 s, 100 → 140".into(),
        ),
        (
            Inconclusive,
            Found::BelowBefore,
            "it rises through the last 60 s, but was higher before, 100 → 140".into(),
        ),
        (
            Inconclusive,
            Found::CameBack { share: 0.9 },
            "it grew by 2/s (between 1/s and 3/s), but 90 % of that came back when the load ended: held, not lost, so far"
                .into(),
        ),
    ];
    for (direction, found, sentence) in cases {
        assert_eq!(explain_trend(&trend(direction, by_window(found)), Unit::Count), sentence, "{found:?}");
    }
}

#[test]
fn a_sentence_names_the_level_the_segments_and_what_came_back() {
    let window = WindowReason {
        found: Found::Grows,
        over_s: 60.0,
        level: JudgedLevel::Floor { teeth: 9 },
        segments: 3,
    };
    let grows = Trend { recovered: Some(0.25), ..trend(Direction::Growing, TrendReason::Window(window)) };
    assert_eq!(
        explain_trend(&grows, Unit::Count),
        "the level that it falls back to (9 falls) grows by 2/s (between 1/s and 3/s) through the last 60 s in 3 segments between \
         restarts, 100 → 140; 25 % of it came back after the load"
    );
    let level = JudgedLevel::ReturnedTo { times: 7 };
    let returned = WindowReason { found: Found::NoGrowth, over_s: 60.0, level, segments: 1 };
    let stable = trend(Direction::Stable, TrendReason::Window(returned));
    let sentence = explain_trend(&stable, Unit::Count);
    assert!(
        sentence.starts_with("the level that it came back to 7 times shows no growth in the last 60 s"),
        "{sentence}"
    );
}

#[test]
fn cycles_and_exact_ends_have_theirs() {
    let cycles = TrendReason::Cycles { floors: vec![100.0, 120.0, 140.0] };
    assert_eq!(
        explain_trend(&trend(Direction::Growing, cycles), Unit::Count),
        "the floor rises again with every cycle: 100 → 120 → 140, 2/s under load"
    );
    let ends = |goes_on| TrendReason::Ends { seconds: 60.0, goes_on };
    assert_eq!(
        explain_trend(&trend(Direction::Stable, ends(GoesOn::NoGrowth)), Unit::Bytes),
        "100 B alive after a full collection at the start of steady, 140 B at its end, 60 s later"
    );
    assert_eq!(
        explain_trend(&trend(Direction::Inconclusive, ends(GoesOn::Unknown)), Unit::Bytes),
        "100 B → 140 B alive after full collections at the ends of steady; two readings do not show whether that goes \
         on or a cache filled: --cycles 3 would"
    );
}
