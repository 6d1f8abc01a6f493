//! The sentence an answer owns: plain words, with the figures that decided.

use super::answer::{Answer, Reason};
use super::cycles::Cycles;
use super::reduced_series::ReducedAs;
use crate::findings::{Direction, Estimate};
use crate::units::{Span, Unit};

/// What the sentence needs to know beside the answer.
pub(super) struct Facts {
    pub(super) unit: Unit,
    pub(super) slope: Option<Estimate>,
    pub(super) start: Option<f64>,
    pub(super) end: Option<f64>,
    pub(super) detectable_per_s: Option<f64>,
    pub(super) recovered: Option<f64>,
    pub(super) kind: ReducedAs,
    pub(super) lives: usize,
}

/// One sentence.
pub(super) fn why(answer: &Answer, facts: &Facts) -> String {
    let unit = facts.unit;
    let span = |s: f64| Span::from_secs_f64(s).to_string();
    let over = span(answer.span_s);
    let levels = match (facts.start, facts.end) {
        (Some(a), Some(b)) => format!("{} → {}", unit.show(a), unit.show(b)),
        _ => "no level".into(),
    };
    let rate = facts.slope.map_or(String::new(), |s| {
        format!(
            "{} (between {} and {})",
            unit.show_slope(s.value),
            unit.show_slope(s.lo),
            unit.show_slope(s.hi)
        )
    });
    let what = match facts.kind {
        ReducedAs::Floors { cycles, .. } => format!("the floor under {cycles} teeth"),
        ReducedAs::Periodic { seconds } => format!("the level under a rhythm of {}", span(seconds)),
        _ => "it".into(),
    };
    let found = facts
        .detectable_per_s
        .map_or(String::new(), |d| format!("; {} or more would have been found", unit.show_slope(d)));
    let more = answer.needs_s.map_or(String::new(), |s| format!("; a steady of {} would decide", span(s)));
    let lives =
        if facts.lives > 1 { format!(" in {} lives between restarts", facts.lives) } else { String::new() };
    let text = match answer.reason {
        Reason::Grows => format!("{what} grows by {rate} through the last {over}{lives}, {levels}"),
        Reason::GrowsBesideWarmup { tau_s } => {
            format!(
                "beneath a warm-up that levels off within {}, {what} grows by {rate} through {over}{lives}",
                span(3.0 * tau_s)
            )
        }
        Reason::Constant => {
            let level = facts.end.map_or(String::new(), |e| unit.show(e));
            format!("every sample of {over} reads {level}{found}")
        }
        Reason::NoGrowth => format!("{what} shows no growth in the last {over}{lives}, {levels}{found}"),
        Reason::Falls => format!("{what} falls, {levels} over {over}"),
        Reason::StillSettling => {
            format!("what it rose in the last {over} is a small part of its rise before, {levels}{found}")
        }
        Reason::TooFew { points } => {
            let points = if points == 1 { "1 point is".into() } else { format!("{points} points are") };
            format!("{points} too few to judge{more}")
        }
        Reason::TooFewCycles { cycles } => {
            let seen =
                if cycles == 1 { "1 drop was seen".into() } else { format!("{cycles} drops were seen") };
            format!("it climbs and drops, but only {seen}: too few whole cycles{more}")
        }
        Reason::WarmingUp { tau_s } => {
            format!(
                "it is still warming up: it rises ever more slowly (time constant {}), {levels}{more}",
                span(tau_s)
            )
        }
        Reason::FewSteps { steps } => {
            let steps = if steps == 1 { "1 jump".into() } else { format!("{steps} jumps") };
            format!("its rise is {steps}, the last too recent to know whether more follow, {levels}{more}")
        }
        Reason::Slows => {
            format!("it rose and then slowed, {levels}; too recent to say that it stopped{more}")
        }
        Reason::RecentRise { height } => {
            format!("it was level, and rose by {} in the last moments{more}", unit.show(height))
        }
        Reason::Weak => format!("growth of {rate} is likely but not certain in {over}{more}"),
        Reason::NoPower => format!("it wanders too much to see a trend in {over}, {levels}{more}"),
        Reason::BelowBefore => {
            format!("it rises through the last {over}, but was higher before, {levels}{more}")
        }
        Reason::CameBack { share } => {
            format!(
                "it grew by {rate}, but {:.0} % of that came back when the load ended: held, not lost, so far",
                share * 100.0
            )
        }
    };
    match (facts.recovered, answer.direction, answer.reason) {
        (_, _, Reason::CameBack { .. }) => text,
        (Some(share), Direction::Growing, _) => {
            format!("{text}; {:.0} % of it came back after the load", share * 100.0)
        }
        _ => text,
    }
}

/// The sentence of what was seen across cycles.
pub(super) fn across(cycles: &Cycles, unit: Unit) -> String {
    let floors: Vec<String> = cycles.floors.iter().map(|f| unit.show(*f)).collect();
    let floors = floors.join(" → ");
    let rate = cycles.slope.map_or(String::new(), |s| format!(", {} under load", unit.show_slope(s.value)));
    match cycles.direction {
        Direction::Growing => format!("the floor rises again with every cycle: {floors}{rate}"),
        Direction::Stable => format!("later cycles leave no more behind: floors {floors}"),
        Direction::Inconclusive => {
            format!("later cycles leave less behind than the first, but not nothing: floors {floors}")
        }
    }
}
