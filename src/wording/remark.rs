//! What a table adds to the trend of a series, in a few words: why it is inconclusive, or why a growth does not count.
//! The whole sentence with its figures is that of `trend.rs`.

use crate::findings::{AfterSettle, Direction, Found, GoesOn, SeriesEvidence, Trend, TrendReason};
use crate::units::Unit;

/// The few words; none of what needs none. What explains a growth away has words of its own.
pub fn remark(series: &SeriesEvidence) -> Option<String> {
    match series.trend.direction {
        _ if series.grows_too_little() => Some(TOO_LITTLE.into()),
        Direction::Inconclusive => Some(why_inconclusive(&series.trend)),
        Direction::Stable if series.growth_would_matter() => series.after_settle.map(of_settle),
        Direction::Growing | Direction::Stable => None,
    }
}

/// Of what grows, or may grow, by less than matters.
const TOO_LITTLE: &str = "too little to count";

/// Why a count does not grow that was higher at the end of steady than at its start.
fn of_settle(after: AfterSettle) -> String {
    let level = Unit::Count.show(after.level);
    match after.held_by_requests {
        true => format!("{level} after settle: requests in flight"),
        false => format!("{level} after settle"),
    }
}

fn why_inconclusive(trend: &Trend) -> String {
    match &trend.reason {
        TrendReason::NothingRead => "nothing was read".into(),
        TrendReason::Window(window) => of_window(window.found),
        TrendReason::Cycles { .. } => "later cycles add less than the first".into(),
        TrendReason::Ends { goes_on, .. } => match goes_on {
            GoesOn::CyclesDiffer => "not every cycle added as much".into(),
            GoesOn::NoGrowth
            | GoesOn::RisesEvenly
            | GoesOn::Unknown
            | GoesOn::EachCycleAdded
            | GoesOn::LastCycleAddedNothing => "only two readings".into(),
        },
        TrendReason::Snapshots { .. } => "only two readings".into(),
        TrendReason::Estimated => "too few readings".into(),
    }
}

fn of_window(found: Found) -> String {
    match found {
        Found::TooFew { .. } => "too few readings".into(),
        Found::TooFewCycles { .. } => "too few rises and falls".into(),
        Found::WarmingUp { .. } => "still warming up".into(),
        Found::FewSteps { .. } => "rose in jumps, the last one recent".into(),
        Found::RoseThenLevel(_) => "level, but too recently".into(),
        Found::Slows => "slows down".into(),
        Found::RecentRise { .. } => "rose in the last moments".into(),
        Found::FellBack { .. } => "fell back at once".into(),
        Found::Weak { level } => format!("likely, but not certain ({:.1} % is asked)", level * 100.0),
        Found::NoPower => "too noisy".into(),
        Found::BelowBefore => "was higher before".into(),
        Found::CameBack { share } => format!("{} came back after the load", Unit::Ratio.show(share)),
        // of several segments, one grows and another does not
        Found::Grows
        | Found::GrowsBesideWarmup { .. }
        | Found::Constant
        | Found::NoGrowth
        | Found::Falls
        | Found::StillSettling => "not the same between all restarts".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::{JudgedLevel, WindowReason};

    fn series(direction: Direction, found: Found) -> SeriesEvidence {
        let window = WindowReason { found, over_s: 60.0, level: JudgedLevel::Readings, segments: 1 };
        let example = SeriesEvidence::example();
        let trend = Trend { direction, reason: TrendReason::Window(window), ..example.trend };
        SeriesEvidence { trend, ..example }
    }

    #[test]
    fn an_inconclusive_series_always_says_why() {
        let said = |found| remark(&series(Direction::Inconclusive, found)).unwrap();
        assert_eq!(said(Found::Weak { level: 0.998 }), "likely, but not certain (99.8 % is asked)");
        assert_eq!(said(Found::NoPower), "too noisy");
        assert_eq!(said(Found::CameBack { share: 0.98 }), "98 % came back after the load");
        assert_eq!(said(Found::Grows), "not the same between all restarts");
        let bounded = SeriesEvidence { flat: true, ..series(Direction::Inconclusive, Found::NoPower) };
        assert_eq!(remark(&bounded).as_deref(), Some(TOO_LITTLE));
    }

    #[test]
    fn a_count_that_came_back_after_the_load_says_to_what() {
        let held = |held_by_requests| {
            let after_settle = Some(AfterSettle { level: 3.0, held_by_requests });
            let stable = series(Direction::Stable, Found::NoGrowth);
            remark(&SeriesEvidence { after_settle, ..stable })
        };
        assert_eq!(held(true).as_deref(), Some("3 after settle: requests in flight"));
        assert_eq!(held(false).as_deref(), Some("3 after settle"));
    }

    #[test]
    fn a_growth_says_why_it_does_not_count() {
        let growing = series(Direction::Growing, Found::Grows);
        assert_eq!(remark(&growing), None);
        let little = SeriesEvidence { material: false, ..growing };
        assert_eq!(remark(&little).as_deref(), Some("too little to count"));
        let shown_only = SeriesEvidence { strength: None, ..little };
        assert_eq!(remark(&shown_only), None, "it would not count whatever it grew by");
        assert_eq!(remark(&series(Direction::Stable, Found::NoGrowth)), None);
    }
}
