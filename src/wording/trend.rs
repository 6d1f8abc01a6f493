//! Why a trend says what it says: the one sentence, with the figures that decided.

use crate::findings::{Direction, Found, GoesOn, JudgedLevel, Jump, Rise, Trend, TrendReason, WindowReason};
use crate::units::{Span, Unit};

use super::levels::from_to;

/// One sentence; empty for an estimate, which has nothing to say beside its figures.
pub fn explain_trend(trend: &Trend, unit: Unit) -> String {
    match &trend.reason {
        TrendReason::NothingRead => "nothing was read in steady".into(),
        TrendReason::Window(window) => explain_window(trend, window, unit),
        TrendReason::Cycles { floors } => explain_cycles(trend, floors, unit),
        TrendReason::Ends { seconds, goes_on } => explain_ends(trend, *seconds, *goes_on, unit),
        TrendReason::Snapshots { seconds, settled, proven } => {
            explain_snapshots(trend, *seconds, *settled, *proven, unit)
        }
        TrendReason::Estimated => String::new(),
    }
}

fn explain_window(trend: &Trend, window: &WindowReason, unit: Unit) -> String {
    let span = |s: f64| Span::from_secs_f64(s).to_string();
    let over = span(window.over_s);
    let (start, end) = levels_of(trend, window.level);
    let levels = match (start, end) {
        (Some(_), Some(_)) => from_to(unit, start, end),
        _ => "no level".into(),
    };
    let rate = trend.slope.map_or(String::new(), |s| {
        format!(
            "{} (between {} and {})",
            unit.show_slope(s.value),
            unit.show_slope(s.lo),
            unit.show_slope(s.hi)
        )
    });
    let what = match window.level {
        JudgedLevel::Floor { teeth } => format!("the level that it falls back to ({teeth} falls)"),
        JudgedLevel::BeneathPeriod { seconds } => {
            format!("what is left without its swings of {}", span(seconds))
        }
        JudgedLevel::ReturnedTo { times } => format!("the level that it came back to {times} times"),
        JudgedLevel::Readings => "it".into(),
    };
    // what an interval ends above it excludes, and what never moved: found, and called a leak, is only more than that
    let found = match (trend.detectable_per_request, trend.detectable_per_s, window.found) {
        (Some(each), ..) => format!("; {} per request or more is excluded", unit.show(each)),
        (None, Some(each), Found::Constant) => format!("; {} or more is excluded", unit.show_slope(each)),
        (None, Some(each), _) => format!("; {} or more would have been found", unit.show_slope(each)),
        (None, None, _) => String::new(),
    };
    let segments = match window.segments {
        0 | 1 => String::new(),
        many => format!(" in {many} segments between restarts"),
    };
    let text = match window.found {
        Found::Grows => format!("{what} grows by {rate} through the last {over}{segments}, {levels}"),
        Found::GrowsBesideWarmup { tau_s } => {
            format!(
                "{what} grows by {rate} through {over}{segments}, apart from a warm-up that levels off within {}",
                span(3.0 * tau_s)
            )
        }
        Found::Constant => {
            let level = end.map_or(String::new(), |e| unit.show(e));
            format!("every sample of {over} reads {level}{found}")
        }
        Found::NoGrowth => format!("{what} shows no growth in the last {over}{segments}, {levels}{found}"),
        Found::Falls => format!("{what} falls, {levels} over {over}"),
        Found::StillSettling => {
            format!("what it rose in the last {over} is a small part of its rise before, {levels}{found}")
        }
        Found::TooFew { points: 1 } => "1 point is too few to judge".into(),
        Found::TooFew { points } => format!("{points} points are too few to judge"),
        Found::TooFewCycles { cycles } => {
            let seen =
                if cycles == 1 { "1 fall was seen".into() } else { format!("{cycles} falls were seen") };
            format!("it rises and falls, but only {seen}: too few whole cycles")
        }
        Found::WarmingUp { tau_s } => {
            format!(
                "it is still warming up: it rises ever more slowly (time constant {}), {levels}",
                span(tau_s)
            )
        }
        Found::RoseThenLevel(rise) => {
            let since = match trend.direction {
                Direction::Inconclusive => ", too recent to know whether it goes on".into(),
                Direction::Growing | Direction::Stable => format!(", {levels}{found}"),
            };
            format!("{}, level since{since}", describe_rise(&rise, unit))
        }
        Found::FewSteps { jumps } => {
            let jumps = list_jumps(&jumps, unit);
            format!("{jumps}, the last too recent to know whether more follow, {levels}")
        }
        Found::Slows => {
            format!("it rose and then slowed, {levels}; too recent to say that it stopped")
        }
        Found::RecentRise { height } => {
            format!("it was level, and rose by {} in the last moments", unit.show(height))
        }
        Found::FellBack { height } => format!(
            "it climbed and fell at once by {} to where the climb began, as a restart or a collection does, and nothing \
             says which",
            unit.show(height)
        ),
        Found::Weak { level } => {
            let rate = trend.slope.map_or(String::new(), |s| {
                let [value, lo, hi] = [s.value, s.lo, s.hi].map(|slope| unit.show_slope(slope));
                format!(" of {value} (95 %: {lo} to {hi})")
            });
            format!("growth{rate} is likely in {over}; the verdict asks for {:.1} %", level * 100.0)
        }
        Found::NoPower => format!("too noisy to see a trend in {over}, {levels}"),
        Found::BelowBefore => {
            format!("it rises through the last {over}, but was higher before, {levels}")
        }
        Found::CameBack { share } => {
            format!(
                "it grew by {rate}, but {:.0} % of that came back when the load ended: held, not lost, so far",
                share * 100.0
            )
        }
    };
    match (trend.recovered, trend.direction, window.found) {
        (_, _, Found::CameBack { .. }) => text,
        (Some(share), Direction::Growing, _) => {
            format!("{text}; {:.0} % of it came back after the load", share * 100.0)
        }
        _ => text,
    }
}

/// The levels that the sentence is about, at the start of steady and at its end: of readings what was read there, as in
/// every table, else the floor, or the level beneath a period.
fn levels_of(trend: &Trend, level: JudgedLevel) -> (Option<f64>, Option<f64>) {
    match trend.read.filter(|_| level == JudgedLevel::Readings) {
        Some(read) => (Some(read.start), Some(read.end)),
        None => (trend.start, trend.end),
    }
}

/// "rose by 4.3 GiB from 3 min 13 s to 3 min 51 s", or "… at 3 min 13 s" where it was at once.
fn describe_rise(rise: &Rise, unit: Unit) -> String {
    let [from, until] = [rise.from_s, rise.until_s].map(moment);
    let when = if from == until { format!("at {from}") } else { format!("from {from} to {until}") };
    format!("rose by {} {when}", unit.show(rise.height))
}

/// "rose in 2 jumps, by 64 KiB at 26 s and 32 KiB at 50 s".
fn list_jumps(jumps: &[Option<Jump>], unit: Unit) -> String {
    let each: Vec<String> = jumps
        .iter()
        .flatten()
        .map(|jump| format!("{} at {}", unit.show(jump.height), moment(jump.at_s)))
        .collect();
    match each.split_last() {
        Some((only, [])) => format!("rose in 1 jump, by {only}"),
        Some((last, before)) => format!("rose in {} jumps, by {} and {last}", each.len(), before.join(", ")),
        None => "rose at once".into(),
    }
}

/// Whole seconds since the run began.
fn moment(at_s: f64) -> String {
    Span::from_secs_f64(at_s.round()).to_string()
}

fn explain_cycles(trend: &Trend, floors: &[f64], unit: Unit) -> String {
    let floors: Vec<String> = floors.iter().map(|f| unit.show(*f)).collect();
    let floors = floors.join(" → ");
    let rate = trend.slope.map_or(String::new(), |s| format!(", {} under load", unit.show_slope(s.value)));
    match trend.direction {
        Direction::Growing => format!("the floor rises again with every cycle: {floors}{rate}"),
        Direction::Stable => format!("later cycles leave no more behind: floors {floors}"),
        Direction::Inconclusive => {
            format!("later cycles leave less behind than the first, but not nothing: floors {floors}")
        }
    }
}

fn explain_ends(trend: &Trend, seconds: f64, goes_on: GoesOn, unit: Unit) -> String {
    let show = |level: Option<f64>| level.map(|level| unit.show(level)).unwrap_or_default();
    let (start, end) = (show(trend.start), show(trend.end));
    let goes_on = match goes_on {
        GoesOn::NoGrowth => "",
        GoesOn::RisesEvenly => ", and the heap at the collections between rises with it",
        GoesOn::Unknown => {
            "; two readings do not show whether that goes on or a cache filled: --cycles 3 would"
        }
        GoesOn::EachCycleAdded => ", and each cycle added again",
        GoesOn::LastCycleAddedNothing => ", and the last cycle added nothing",
        GoesOn::CyclesDiffer => "; not every cycle added as much: more cycles would decide",
    };
    if trend.direction == Direction::Stable {
        let span = Span::from_secs_f64(seconds);
        return format!(
            "{start} alive after a full collection at the start of steady, {end} at its end, {span} later{goes_on}"
        );
    }
    let growth =
        trend.per_request.map(|p| format!(", {} per request", unit.show(p.value))).unwrap_or_default();
    format!("{start} → {end} alive after full collections at the ends of steady{growth}{goes_on}")
}

fn explain_snapshots(
    trend: &Trend,
    seconds: f64,
    settled: Option<f64>,
    proven: Option<f64>,
    unit: Unit,
) -> String {
    let show = |level: Option<f64>| level.map(|level| unit.show(level)).unwrap_or_default();
    let growth =
        trend.per_request.map(|p| format!(", {} per request", unit.show(p.value))).unwrap_or_default();
    let settled =
        settled.map(|settled| format!(", and {} after settle", unit.show(settled))).unwrap_or_default();
    let proven = proven
        .map(|stuck| format!("; the runtime proves that {} more can never wake", unit.show(stuck)))
        .unwrap_or_default();
    format!(
        "{} → {} in the snapshots at the ends of steady, {} apart{growth}{settled}{proven}",
        show(trend.start),
        show(trend.end),
        Span::from_secs_f64(seconds),
    )
}

#[cfg(test)]
mod tests;
