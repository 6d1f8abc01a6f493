//! From windows to an answer for one life.
//!
//! A leak goes on. So what is judged is the longest trailing window that has one form from its start to the end of
//! the data: earlier warm-ups, steps and fills are cut away, later ones stand against growth. This is the idea of
//! reversed ordered tests for the most recent break (M. H. Pesaran and A. Timmermann, Market timing and return
//! prediction under model instability, 2002), with the evidence of one window counted for all that were looked at.

use super::decide::{Bent, FEW_SAMPLES, NOTHING, TAIL, decide, end_level, too_few, upper_end};
use super::fit::range;
use super::mixture::Mixture;
use super::reduced_series::ReducedAs;
use super::window::{Form, ReducedSeries, Window};
use crate::findings::{Direction, Shape};

/// Where windows begin, as shares of the whole; the last leaves 40 %: what was quiet for less may only have paused.
const STARTS: [f64; 7] = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6];
/// Windows and rivals are looked at, and noise is never quite of a kind that was thought of: a chance found in one window
/// is multiplied by this before it is compared or told.
pub(super) const LOOKED_AT: f64 = 40.0;

/// What decided.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Reason {
    Grows,
    GrowsBesideWarmup { tau_s: f64 },
    Constant,
    NoGrowth,
    Falls,
    StillSettling,
    TooFew { points: usize },
    TooFewCycles { cycles: usize },
    WarmingUp { tau_s: f64 },
    FewSteps { steps: usize },
    Slows,
    RecentRise { height: f64 },
    Weak,
    NoPower,
    BelowBefore,
    CameBack { share: f64 },
}

/// The answer about one life.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) direction: Direction,
    pub(super) shape: Shape,
    pub(super) reason: Reason,
    /// Slope in units a second of what was judged.
    pub(super) slope: Option<Slope>,
    /// Seconds of the window that decided.
    pub(super) span_s: f64,
    /// Chance of so clear a growth without one.
    pub(super) p_value: f64,
    pub(super) needs_s: Option<f64>,
}

/// A coefficient and the seconds that one step of it takes.
#[derive(Debug, Clone)]
pub(super) struct Slope {
    pub(super) coefficient: Mixture,
    pub(super) step_s: f64,
}

/// What is asked about one life.
pub(super) struct Asked<'a> {
    pub(super) ground: &'a ReducedSeries,
    pub(super) kind: ReducedAs,
    /// Samples behind the points.
    pub(super) samples: usize,
    /// Whether the samples were read on purpose, after collections, far apart.
    pub(super) deliberate: bool,
    /// The lowest level before, in baseline and warm-up.
    pub(super) lowest_before: Option<f64>,
    pub(super) false_alarm: f64,
}

/// Judges one life.
pub(super) fn answer(asked: &Asked<'_>) -> Answer {
    let ground = asked.ground;
    let n = ground.points.len();
    let values: Vec<f64> = ground.points.iter().map(|p| p.value).collect();
    let whole_s = if n > 1 { ground.points[n - 1].at_s - ground.points[0].at_s } else { 0.0 };
    let plain = |direction, shape, reason, needs_s| Answer {
        direction,
        shape,
        reason,
        slope: None,
        span_s: whole_s,
        p_value: 1.0,
        needs_s,
    };
    if let ReducedAs::TooFewCycles { cycles, cycle_s } = asked.kind {
        let needs = Some((10.0 * cycle_s).max(whole_s * 1.5));
        return plain(Direction::Inconclusive, Shape::Sawtooth, Reason::TooFewCycles { cycles }, needs);
    }
    if n < ground.fewest {
        let needs = if n > 1 { Some(whole_s * 12.0 / (n - 1) as f64) } else { None };
        return plain(Direction::Inconclusive, Shape::TooShort, Reason::TooFew { points: n }, needs);
    }
    let (low, high) = range(&values);
    if low == high {
        return plain(Direction::Stable, Shape::Flat, Reason::Constant, None);
    }
    let alpha = (asked.false_alarm / LOOKED_AT).min(NOTHING / 3.0);
    let lowest = asked.lowest_before.unwrap_or(low).min(low);
    let mut verdict: Option<Answer> = None;
    let mut bent = Bent::default();
    let mut first_window: Option<Window> = None;
    let mut last = None;
    for start in STARTS {
        let from_s = ground.points[0].at_s + start * whole_s;
        let first = ground.points.partition_point(|p| p.at_s < from_s - 1e-9);
        if last == Some(first) {
            continue;
        }
        last = Some(first);
        let Some(window) = ground.examine(first, bent.tau_s.map_or(f64::INFINITY, |tau| 2.0 * tau)) else {
            break;
        };
        let settled = decide(asked, &window, alpha, lowest, &mut bent, &values);
        let decided = settled.is_some();
        if first_window.is_none() {
            first_window = Some(window);
        }
        if decided {
            verdict = settled;
            break;
        }
    }
    let mut out = verdict.unwrap_or_else(|| undecided(asked, first_window.as_ref(), whole_s));
    if out.direction == Direction::Stable
        && out.reason != Reason::StillSettling
        && let Some((chance, height)) = ground.recent_rise()
        && chance < 0.0005
        && height > TAIL * (high - lowest)
        // and to where it has not been before
        && end_level(&values) > upper_end(&values[..n - n / 5])
    {
        out.direction = Direction::Inconclusive;
        out.reason = Reason::RecentRise { height };
        out.shape = Shape::Irregular;
        out.needs_s = Some(2.0 * whole_s);
    }
    if out.reason == Reason::StillSettling
        && first_window.as_ref().is_some_and(|w| matches!(w.form, Form::Steps(_)))
    {
        out.shape = Shape::Step;
    }
    if let ReducedAs::Floors { .. } = asked.kind {
        out.shape = Shape::Sawtooth;
    }
    if matches!(asked.kind, ReducedAs::Periodic { .. }) && out.direction == Direction::Stable {
        out.shape = Shape::Periodic;
    }
    out
}

/// No window decided: why, and how long a run would.
fn undecided(asked: &Asked<'_>, whole: Option<&Window>, whole_s: f64) -> Answer {
    let form = whole.map_or(Form::Straight, |w| w.form);
    let (reason, shape, needs) = match form {
        // the rest of the warm-up must fall below what noise hides, and be followed by as much that is quiet
        Form::Saturates(tau_s) => (Reason::WarmingUp { tau_s }, Shape::Plateau, 4.0 * tau_s / 0.5),
        Form::Steps(steps) => (Reason::FewSteps { steps }, Shape::Step, 2.0 * whole_s),
        Form::BendsDown(_) => (Reason::Slows, Shape::Plateau, 2.0 * whole_s),
        _ if too_few(asked) => {
            let more = FEW_SAMPLES as f64 * 2.0 / asked.samples as f64;
            (Reason::TooFew { points: asked.samples }, Shape::TooShort, more * whole_s)
        }
        _ => (Reason::NoPower, Shape::Irregular, 4.0 * whole_s),
    };
    Answer {
        direction: Direction::Inconclusive,
        shape,
        reason,
        slope: whole.map(|w| Slope { coefficient: w.line.coefficient.clone(), step_s: asked.ground.step_s }),
        span_s: whole_s,
        p_value: 1.0,
        needs_s: Some(needs.max(1.2 * whole_s)),
    }
}
