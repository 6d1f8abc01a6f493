//! From windows to an answer for one life.
//!
//! A leak goes on. So what is judged is the longest trailing window that has one form from its start to the end of
//! the data: earlier warm-ups, steps and fills are cut away, later ones stand against growth. This is the idea of
//! reversed ordered tests for the most recent break (M. H. Pesaran and A. Timmermann, Market timing and return
//! prediction under model instability, 2002), with the evidence of one window counted for all that were looked at.

use super::fit::range;
use super::ground::Kind;
use super::mixture::Mixture;
use super::window::{Form, Ground, Window};
use crate::evidence::{Direction, Shape};

/// Where windows begin, as shares of the whole; the last leaves 40 %: what was quiet for less may only have paused.
const STARTS: [f64; 7] = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6];
/// Windows and rivals are looked at, and noise is never quite of a kind that was thought of: a chance found in one window
/// is multiplied by this before it is compared or told.
pub(super) const LOOKED_AT: f64 = 40.0;
/// From this chance in one window on, nothing speaks for growth.
const NOTHING: f64 = 0.03;
/// Stable is said only of windows in which a growth of this share of the window's own swing would show.
const SWING: f64 = 0.7;
/// A rise within this share of what the run rose before is the end of that rise.
const TAIL: f64 = 0.05;
/// A swing within this share of the level is no swing.
const STILL: f64 = 0.002;
/// Samples from which a level with noise may be called stable.
const SAMPLES: usize = 40;

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
    FewTeeth { cycles: usize },
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
    pub(super) ground: &'a Ground,
    pub(super) kind: Kind,
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
    if let Kind::FewTeeth { cycles, cycle_s } = asked.kind {
        let needs = Some((10.0 * cycle_s).max(whole_s * 1.5));
        return plain(Direction::Inconclusive, Shape::Sawtooth, Reason::FewTeeth { cycles }, needs);
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
    let mut bent: Option<f64> = None;
    let mut first_window: Option<Window> = None;
    let mut last = None;
    for start in STARTS {
        let from_s = ground.points[0].at_s + start * whole_s;
        let first = ground.points.partition_point(|p| p.at_s < from_s - 1e-9);
        if last == Some(first) {
            continue;
        }
        last = Some(first);
        let Some(window) = ground.examine(first, bent.map_or(f64::INFINITY, |tau| 2.0 * tau)) else { break };
        let settled = judge(asked, &window, alpha, lowest, &mut bent, &values);
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
        && height > STILL * high.abs()
    {
        out.direction = Direction::Inconclusive;
        out.reason = Reason::RecentRise { height };
        out.shape = Shape::Irregular;
        out.needs_s = Some(2.0 * whole_s);
    }
    if let Kind::Floors { .. } = asked.kind {
        out.shape = Shape::Sawtooth;
    }
    if matches!(asked.kind, Kind::Periodic { .. }) && out.direction == Direction::Stable {
        out.shape = Shape::Periodic;
    }
    out
}

/// What one window decides, if it does.
fn judge(
    asked: &Asked<'_>,
    window: &Window,
    alpha: f64,
    lowest: f64,
    bent: &mut Option<f64>,
    all: &[f64],
) -> Option<Answer> {
    let ground = asked.ground;
    let values = &all[window.first..];
    let chance = window.line.coefficient.below(0.0);
    let slope = |m: &Mixture| Some(Slope { coefficient: m.clone(), step_s: ground.step_s });
    let made = |direction, shape, reason, p: f64, slope| Answer {
        direction,
        shape,
        reason,
        slope,
        span_s: window.span_s,
        p_value: (p * LOOKED_AT).min(1.0),
        needs_s: None,
    };
    // a leak beside a warm-up that is over within the window
    if let Some((joint, tau_s)) = &window.beside_warmup
        && *tau_s <= 0.25 * window.span_s
        && window.warmup_helps
        && window.keeps_pace_beside_warmup
        && !matches!(window.form, Form::Steps(_))
    {
        let chance = joint.coefficient.below(0.0);
        if chance < alpha {
            let reason = Reason::GrowsBesideWarmup { tau_s: *tau_s };
            return Some(made(Direction::Growing, Shape::Linear, reason, chance, slope(&joint.coefficient)));
        }
    }
    let line = &window.line.coefficient;
    let mixed = !matches!(window.form, Form::Straight | Form::BendsUp);
    if let Form::Saturates(tau_s) = window.form {
        *bent = Some(bent.map_or(tau_s, |b| b.max(tau_s)));
    }
    if chance < alpha {
        if mixed {
            return None;
        }
        if bent.is_some()
            && let Some((joint, _)) = &window.beside_warmup
            && joint.coefficient.below(0.0) >= alpha
        {
            return None;
        }
        let end = end_level(values);
        if window.first > 0 && end < upper_end(&all[..window.first]) {
            return Some(made(
                Direction::Inconclusive,
                Shape::Irregular,
                Reason::BelowBefore,
                chance,
                slope(line),
            ));
        }
        let shape = if window.form == Form::BendsUp { Shape::Accelerating } else { Shape::Linear };
        return Some(made(Direction::Growing, shape, Reason::Grows, chance, slope(line)));
    }
    let highest = line.quantile(0.95);
    if highest <= 0.0 {
        return Some(made(Direction::Stable, Shape::Falling, Reason::Falls, 1.0, slope(line)));
    }
    let (low, high) = range(values);
    let level = high.abs().max(low.abs());
    if high - low <= STILL * level && chance >= NOTHING {
        return Some(made(
            Direction::Stable,
            flat_shape(window, bent.is_some()),
            Reason::NoGrowth,
            chance,
            slope(line),
        ));
    }
    // quiet now, and what it still rises is a small part of what it rose before
    let before = values[0].min(all[window.first]) - lowest;
    if window.first > 0 || asked.lowest_before.is_some() {
        let rise = end_level(values) - values[0];
        if before > 0.0 && high - low <= TAIL * before && rise <= TAIL * before {
            return Some(made(Direction::Stable, Shape::Plateau, Reason::StillSettling, chance, slope(line)));
        }
    }
    if chance < NOTHING {
        return if mixed { None } else { Some(weak(window, chance, slope(line), made)) };
    }
    let swing = {
        let mut sorted = values.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        super::bins::quantile(&sorted, 0.98) - super::bins::quantile(&sorted, 0.02)
    };
    let steps = window.span_s / ground.step_s;
    let hidden = highest * steps;
    let enough = match asked.kind {
        // floors are clean: a rise of a tenth of a tooth would show
        Kind::Floors { tooth, .. } => hidden <= 0.15 * tooth || hidden <= SWING * swing && values.len() >= 12,
        _ if asked.deliberate => hidden <= 0.1 * level,
        _ if asked.samples < SAMPLES => hidden <= 0.01 * level,
        // noise that returns to its level hides little, even where few of its swings were seen
        _ => hidden <= SWING * swing || (hidden <= 1.3 * swing && window.line.wandering < 0.25),
    };
    if enough {
        return Some(made(
            Direction::Stable,
            flat_shape(window, bent.is_some()),
            Reason::NoGrowth,
            chance,
            slope(line),
        ));
    }
    None
}

fn weak(
    window: &Window,
    chance: f64,
    slope: Option<Slope>,
    made: impl Fn(Direction, Shape, Reason, f64, Option<Slope>) -> Answer,
) -> Answer {
    let mut out = made(Direction::Inconclusive, Shape::Irregular, Reason::Weak, chance, slope);
    // the standard error of a slope falls with the length to the power 3/2 in noise that forgets, 1/2 in a walk
    let power = if window.line.correlation > 0.95 { 0.5 } else { 1.5 };
    let t = (window.line.coefficient.mean() / window.line.coefficient.spread()).max(0.5);
    out.needs_s = Some(window.span_s * (4.5 / t).max(1.2).powf(1.0 / power));
    out
}

fn flat_shape(window: &Window, bent: bool) -> Shape {
    match window.form {
        Form::Saturates(_) | Form::BendsDown(_) => Shape::Plateau,
        Form::Steps(_) => Shape::Step,
        _ if window.first > 0 && bent => Shape::Plateau,
        _ if window.first > 0 => Shape::Step,
        _ => Shape::Flat,
    }
}

/// No window decided: why, and how long a run would.
fn undecided(asked: &Asked<'_>, whole: Option<&Window>, whole_s: f64) -> Answer {
    let form = whole.map_or(Form::Straight, |w| w.form);
    let (reason, shape, needs) = match form {
        // the rest of the warm-up must fall below what noise hides, and be followed by as much that is quiet
        Form::Saturates(tau_s) => (Reason::WarmingUp { tau_s }, Shape::Plateau, 4.0 * tau_s / 0.5),
        Form::Steps(steps) => (Reason::FewSteps { steps }, Shape::Step, 2.0 * whole_s),
        Form::BendsDown(_) => (Reason::Slows, Shape::Plateau, 2.0 * whole_s),
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

/// The level that nine tenths of the values stay below.
fn upper_end(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    super::bins::quantile(&sorted, 0.9)
}

/// The level at the end: the median of the last three points.
fn end_level(values: &[f64]) -> f64 {
    let mut last = values[values.len().saturating_sub(3)..].to_vec();
    super::bins::median(&mut last)
}
