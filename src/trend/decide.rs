//! What one trailing window decides, if it does.
//!
//! Growth is said where the slope is certain, nothing explains the window better than a line and, beside a warm-up that
//! may not be over, a line is still needed. Stability needs power: where a growth as large as the window's own swing
//! could hide, nothing is said.

use super::bins::{level_at_end, level_at_start};
use super::fit::range;
use super::mixture::Mixture;
use super::reduced_series::ReducedAs;
use super::returns::NEAR_EDGE;
use super::segment_question::SegmentQuestion;
use super::segment_trend::{SegmentTrend, Slope, WINDOWS_ALLOWED_FOR};
use super::sensitivity::length_power;
use super::window::{Form, Window};
use crate::findings::{Direction, Found, Shape};

/// From this chance in one window on, nothing speaks for growth.
pub(super) const NO_SIGN_OF_GROWTH: f64 = 0.03;
/// Stable is said only of windows in which a growth of this share of the window's own swing would show.
const HIDDEN_IN_SWING: f64 = 0.7;
/// The same of noise that returns to its level: it hides little, even where few of its swings were seen.
const HIDDEN_IN_RETURNING_SWING: f64 = 1.3;
/// The same of the level at one edge of a swing: a rise of a quarter of that would show.
const HIDDEN_AT_EDGE: f64 = 0.25;
/// Noise returns to its level if it wanders off with less than this probability.
const WANDERING_OF_RETURNING: f64 = 0.25;
/// In noise that wanders, a window whose end lies above its start by more than this share of its swing is not stable.
const MOST_NET_RISE: f64 = 0.9;
/// A rise within this share of what the run rose before is the end of that rise.
pub(super) const TAIL_SHARE: f64 = 0.05;
/// What rises by at most this share of what it fell in the same window shows no growth.
const RISES_OF_FALL: f64 = 0.02;
/// A rise dies away if its later half adds at most this share of its earlier half.
const DYING_SHARE: f64 = 0.3;
/// Samples from which a level with noise may be called stable as any other; with fewer, less may hide in it.
const ENOUGH_SAMPLES: usize = 40;

/// What longer windows showed of a rise that slowed.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Bent {
    pub(super) slowed: bool,
    /// Its longest time constant in seconds, where it died away like a warm-up.
    pub(super) tau_s: Option<f64>,
}

/// What one window decides, if it does.
pub(super) fn decide_window(
    asked: &SegmentQuestion<'_>,
    window: &Window,
    alpha: f64,
    lowest: f64,
    bent: &mut Bent,
    all: &[f64],
) -> Option<SegmentTrend> {
    let reduced = asked.reduced;
    let values = &all[window.first..];
    let chance = window.line.coefficient.below(0.0);
    let slope = |m: &Mixture| Some(Slope { coefficient: m.clone(), step_s: reduced.step_s });
    let made = |direction, shape, found, p: f64, slope| SegmentTrend {
        direction,
        shape,
        found,
        slope,
        span_s: window.span_s,
        p_value: (p * WINDOWS_ALLOWED_FOR).min(1.0),
        needs_s: None,
    };
    let too_few_to_grow = asked.has_too_few_samples_to_grow();
    // a leak beside a warm-up that is over within the window
    if let Some((joint, tau_s)) = &window.beside_warmup
        && *tau_s <= 0.25 * window.span_s
        && window.warmup_helps
        && window.keeps_pace_beside_warmup
        && !matches!(window.form, Form::Steps(_))
        && !too_few_to_grow
    {
        let chance = joint.coefficient.below(0.0);
        let (low, high) = range(values);
        let adds = joint.coefficient.mean() * window.span_s / reduced.step_s;
        // beside a rise so much larger it is the end of that rise
        if chance < alpha
            && adds > TAIL_SHARE * (high - low.min(lowest))
            && !within_edge(asked, window, &joint.coefficient)
        {
            let found = Found::GrowsBesideWarmup { tau_s: *tau_s };
            return Some(made(Direction::Growing, Shape::Linear, found, chance, slope(&joint.coefficient)));
        }
    }
    let line = &window.line.coefficient;
    let mixed = !matches!(window.form, Form::Straight | Form::BendsUp);
    match window.form {
        Form::Saturates(tau_s) => {
            *bent = Bent { slowed: true, tau_s: Some(bent.tau_s.map_or(tau_s, |b| b.max(tau_s))) };
        }
        Form::BendsDown(_) | Form::Ramps(_) => bent.slowed = true,
        _ => {}
    }
    let settling = || made(Direction::Stable, Shape::Plateau, Found::StillSettling, chance, slope(line));
    if falls_and_hardly_rises(window, values, reduced.step_s) && !asked.has_too_few_samples() {
        return Some(made(Direction::Stable, Shape::Step, Found::NoGrowth, chance, slope(line)));
    }
    if chance < alpha {
        if too_few_to_grow || within_edge(asked, window, line) {
            return None;
        }
        if mixed {
            let ends =
                is_tail(asked, window, lowest, all) && dies_away(values) && !asked.has_too_few_samples();
            return ends.then(settling);
        }
        if bent.tau_s.is_some() && window.chance_beside_slowest >= alpha {
            return None;
        }
        let end = level_at_end(values);
        let from = reduced.shift_s.map_or(0, |s| reduced.points.partition_point(|p| p.at_s < s));
        if window.first > from && end < upper_level(&all[from..window.first]) {
            return Some(made(
                Direction::Inconclusive,
                Shape::Irregular,
                Found::BelowBefore,
                chance,
                slope(line),
            ));
        }
        let shape = if window.form == Form::BendsUp { Shape::Accelerating } else { Shape::Linear };
        return Some(made(Direction::Growing, shape, Found::Grows, chance, slope(line)));
    }
    if asked.has_too_few_samples() {
        return None;
    }
    let highest = line.quantile(0.95);
    let rose = level_at_end(values) - level_at_start(values);
    let returns = window.line.wandering < WANDERING_OF_RETURNING;
    // a walk that happens to have fallen may as well climb next: that it falls must be as certain as growth
    if highest <= 0.0 && rose <= 0.0 && (returns || line.quantile(1.0 - alpha) <= 0.0) {
        return Some(made(Direction::Stable, Shape::Falling, Found::Falls, 1.0, slope(line)));
    }
    let (low, high) = range(values);
    let level = high.abs().max(low.abs());
    if is_tail(asked, window, lowest, all) {
        return Some(settling());
    }
    if chance < NO_SIGN_OF_GROWTH {
        // after a rise that slowed it may be the rest of that rise: a later window tells
        return if mixed || bent.slowed {
            None
        } else {
            Some(weak(window, chance, alpha, slope(line), made))
        };
    }
    let swing = {
        // a fall is no swing that growth could hide in
        let down = line.mean().min(0.0) / reduced.step_s;
        let points = &reduced.points[window.first..];
        let mut sorted: Vec<f64> = points.iter().map(|p| p.value - down * p.at_s).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        super::bins::quantile(&sorted, 0.98) - super::bins::quantile(&sorted, 0.02)
    };
    // where noise wanders, a climb from one end to the other may be a climb
    if !returns && rose > MOST_NET_RISE * swing {
        return None;
    }
    let steps = window.span_s / reduced.step_s;
    // what noise hides is as wide around a slope that happens to be negative as around zero
    let hidden = highest.max(highest - line.mean()) * steps;
    let enough = match asked.kind {
        ReducedAs::Returns { swing, .. } => hidden <= HIDDEN_AT_EDGE * swing,
        // floors are clean: a rise of a tenth of a tooth would show
        ReducedAs::Floors { tooth, .. } => {
            hidden <= 0.15 * tooth || hidden <= HIDDEN_IN_SWING * swing && values.len() >= 12
        }
        _ if asked.deliberate => hidden <= 0.1 * level,
        _ if asked.samples < ENOUGH_SAMPLES => hidden <= 0.5 * HIDDEN_IN_SWING * swing,
        _ => hidden <= if returns { HIDDEN_IN_RETURNING_SWING } else { HIDDEN_IN_SWING } * swing,
    };
    if enough {
        return Some(made(
            Direction::Stable,
            flat_shape(window, bent.tau_s.is_some()),
            Found::NoGrowth,
            chance,
            slope(line),
        ));
    }
    None
}

/// Whether the level at one edge of a swing rises by less than what is near it: that may be the tails of more bursts.
fn within_edge(asked: &SegmentQuestion<'_>, window: &Window, slope: &Mixture) -> bool {
    let ReducedAs::Returns { swing, .. } = asked.kind else { return false };
    let least = slope.quantile(0.025) * window.span_s / asked.reduced.step_s;
    least < NEAR_EDGE * swing
}

/// Whether a window fell in steps, or by what died away, and rose between them by a small part of that: the counterpart
/// of a rise that is over.
fn falls_and_hardly_rises(window: &Window, values: &[f64], step_s: f64) -> bool {
    let fell = level_at_start(values) - level_at_end(values);
    let most = window.line.coefficient.quantile(0.95) * window.span_s / step_s;
    matches!(window.form, Form::Dips(_) | Form::Drains) && fell > 0.0 && most <= RISES_OF_FALL * fell
}

/// Whether what a window rises is a small part of what was risen before it.
fn is_tail(asked: &SegmentQuestion<'_>, window: &Window, lowest: f64, all: &[f64]) -> bool {
    let values = &all[window.first..];
    let (low, high) = range(values);
    let before = values[0] - lowest;
    (window.first > 0 || asked.lowest_before.is_some())
        && before > 0.0
        && high - low <= TAIL_SHARE * before
        && level_at_end(values) - values[0] <= TAIL_SHARE * before
}

/// Whether the later half of a rise is a small part of it, as with the records of a high-water mark, which become rarer
/// and smaller (F. G. Foster and A. Stuart, Distribution-free tests in time-series based on the breaking of records,
/// 1954).
fn dies_away(values: &[f64]) -> bool {
    let half = values.len() / 2;
    let (start, middle, end) = (values[0], level_at_end(&values[..half + 1]), level_at_end(values));
    end - middle <= DYING_SHARE * (middle - start)
}

fn weak(
    window: &Window,
    chance: f64,
    alpha: f64,
    slope: Option<Slope>,
    made: impl Fn(Direction, Shape, Found, f64, Option<Slope>) -> SegmentTrend,
) -> SegmentTrend {
    let mut out =
        made(Direction::Inconclusive, Shape::Irregular, Found::Weak { level: 1.0 - alpha }, chance, slope);
    // the standard error of a slope falls with the length to the power 3/2 in noise that forgets, 1/2 in a walk
    let power = length_power(window.line.correlation);
    let t = (window.line.coefficient.mean() / window.line.coefficient.spread()).max(0.5);
    out.needs_s = Some(window.span_s * (4.5 / t).max(1.2).powf(1.0 / power));
    out
}

fn flat_shape(window: &Window, bent: bool) -> Shape {
    match window.form {
        Form::Saturates(_) | Form::BendsDown(_) | Form::Ramps(_) => Shape::Plateau,
        Form::Steps(_) | Form::Dips(_) => Shape::Step,
        _ if window.first > 0 && bent => Shape::Plateau,
        _ if window.first > 0 => Shape::Step,
        _ => Shape::Flat,
    }
}

/// The level that nine tenths of the values stay below.
pub(super) fn upper_level(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    super::bins::quantile(&sorted, 0.9)
}
