//! From windows to an answer for one segment.
//!
//! A leak goes on. So what is judged is the longest trailing window that has one form from its start to the end of
//! the data: earlier warm-ups, steps and fills are cut away, later ones stand against growth. This is the idea of
//! reversed ordered tests for the most recent break (M. H. Pesaran and A. Timmermann, Market timing and return
//! prediction under model instability, 2002), with the evidence of one window counted for all that were examined.

use super::bins::level_at_end;
use super::decide::{Bent, NO_SIGN_OF_GROWTH, TAIL_SHARE, decide_window, upper_level};
use super::exact_readings::rises_at_readings;
use super::fit::range;
use super::reduced_series::{ReducedAs, ReducedSeries};
use super::rises::{as_rise, describe_plain_ramp, describe_rise};
use super::segment_question::{LEAST_SAMPLES, SegmentQuestion};
use super::segment_trend::{SegmentTrend, Slope, WINDOWS_ALLOWED_FOR};
use super::usual_rises::climbs_by_usual_rises;
use super::window::{Form, Window, examine, recent_rise};
use crate::findings::{Direction, Found, Shape};

/// Where windows begin, as shares of the whole; the last leaves 40 %: what was quiet for less may only have paused.
const WINDOW_STARTS: [f64; 8] = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7];
/// The last of them but for the end of a rise: there 30 % decide, if they hardly move beside what rose before.
const LAST_START: f64 = 0.6;
/// The lower end of the interval at 95 %.
const LOWER_END: f64 = 0.025;

/// Judges one segment.
pub(super) fn judge_segment(asked: &SegmentQuestion<'_>) -> SegmentTrend {
    let reduced = asked.reduced;
    let n = reduced.points.len();
    let values: Vec<f64> = reduced.points.iter().map(|p| p.value).collect();
    let whole_s = if n > 1 { reduced.points[n - 1].at_s - reduced.points[0].at_s } else { 0.0 };
    let plain = |direction, shape, found, needs_s| SegmentTrend {
        direction,
        shape,
        found,
        slope: None,
        span_s: whole_s,
        p_value: 1.0,
        needs_s,
    };
    if let ReducedAs::TooFewCycles { cycles, cycle_s } = asked.kind {
        let needs = Some((10.0 * cycle_s).max(whole_s * 1.5));
        return plain(Direction::Inconclusive, Shape::Sawtooth, Found::TooFewCycles { cycles }, needs);
    }
    if n < reduced.fewest {
        let needs = if n > 1 { Some(whole_s * 12.0 / (n - 1) as f64) } else { None };
        return plain(Direction::Inconclusive, Shape::TooShort, Found::TooFew { points: n }, needs);
    }
    let (low, high) = range(&values);
    if low == high {
        return plain(Direction::Stable, Shape::Flat, Found::Constant, None);
    }
    if let Some(rises) = rises_at_readings(asked) {
        return rises;
    }
    let alpha = (asked.false_alarm / WINDOWS_ALLOWED_FOR).min(NO_SIGN_OF_GROWTH / 3.0);
    let lowest = asked.lowest_before.unwrap_or(low).min(low);
    let mut verdict: Option<SegmentTrend> = None;
    let mut bent = Bent::default();
    let mut windows: Vec<Window> = Vec::new();
    let mut last = None;
    for start in WINDOW_STARTS {
        let first = first_from(reduced, start * whole_s);
        // of whole things that come one by one, a pause of 30 % is none
        if last == Some(first) || start > LAST_START && asked.whole_units {
            continue;
        }
        last = Some(first);
        let Some(window) = examine(reduced, first, bent.tau_s.map_or(f64::INFINITY, |tau| 2.0 * tau)) else {
            break;
        };
        let mut settled = decide_window(asked, &window, alpha, lowest, &mut bent, &values)
            .filter(|decided| start <= LAST_START || decided.found == Found::StillSettling);
        let likely = settled.as_ref().is_none_or(|s| matches!(s.found, Found::Weak { .. }));
        if likely && start <= LAST_START {
            settled = climbs_by_usual_rises(asked, &window, &bent).or(settled);
        }
        let fell = matches!(window.form, Form::Dips(_) | Form::Drains);
        if start <= LAST_START {
            windows.push(window);
        }
        match (settled, &verdict) {
            (Some(decided), None) => {
                // the end of it may say otherwise
                let goes_on =
                    decided.found == Found::NoGrowth && fell || matches!(decided.found, Found::Weak { .. });
                verdict = Some(decided);
                if !goes_on {
                    break;
                }
            }
            (Some(later), Some(all)) if refutes(&later, all) => {
                verdict = Some(later);
                break;
            }
            _ => {}
        }
    }
    let mut out = verdict.unwrap_or_else(|| undecided(asked, &windows, whole_s));
    let whole = windows.first().map(|w| w.form);
    if out.direction == Direction::Stable
        && out.found != Found::StillSettling
        && let Some((chance, height)) = recent_rise(reduced)
        && chance < 0.0005
        && height > TAIL_SHARE * (high - lowest)
        // and to where it has not been before
        && level_at_end(&values) > upper_level(&values[..n - n / 5])
    {
        out.direction = Direction::Inconclusive;
        out.found = Found::RecentRise { height };
        out.shape = Shape::Irregular;
        out.needs_s = Some(2.0 * whole_s);
    }
    if out.found == Found::StillSettling
        && out.slope.as_ref().is_some_and(|slope| slope.coefficient.quantile(LOWER_END) > 0.0)
        && let Some(end) = examine(reduced, first_from(reduced, LAST_START * whole_s), f64::INFINITY)
    {
        // a line through what dies away is not what it does now
        (out.slope, out.span_s) = (Some(slope_of(&end, reduced.step_s)), end.span_s);
    }
    let rise = whole.and_then(|form| describe_rise(&reduced.points, form));
    if out.found == Found::StillSettling
        && let Some(rise) = rise.and_then(as_rise)
    {
        out.found = rise;
    }
    if matches!(out.found, Found::StillSettling | Found::RoseThenLevel(_))
        && matches!(whole, Some(Form::Steps(_)))
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

/// The first point from so many seconds after the start on.
fn first_from(reduced: &ReducedSeries, seconds: f64) -> usize {
    let from_s = reduced.points[0].at_s + seconds;
    reduced.points.partition_point(|p| p.at_s < from_s - 1e-9)
}

/// Whether the end says otherwise than all of it: that what was likely over all is what its beginning rose, by an
/// interval below that slope; or that what fell climbs since.
fn refutes(end: &SegmentTrend, all: &SegmentTrend) -> bool {
    let slope_below = end
        .slope
        .as_ref()
        .zip(all.slope.as_ref())
        .is_some_and(|(end, all)| end.coefficient.quantile(1.0 - LOWER_END) < all.coefficient.mean());
    match all.direction {
        Direction::Stable => matches!(end.found, Found::Grows | Found::BelowBefore),
        _ => end.direction == Direction::Stable && slope_below,
    }
}

fn slope_of(window: &Window, step_s: f64) -> Slope {
    Slope { coefficient: window.line.coefficient.clone(), step_s }
}

/// No window decided: why, and how long a run would. What has slowed is estimated by its end, what has not by all of
/// it.
fn undecided(asked: &SegmentQuestion<'_>, windows: &[Window], whole_s: f64) -> SegmentTrend {
    let form = windows.first().map_or(Form::Straight, |w| w.form);
    let slowed = matches!(form, Form::Saturates(_) | Form::BendsDown(_));
    let estimated = if slowed { windows.last() } else { windows.first() };
    let (found, shape, needs) = match form {
        // the rest of the warm-up must fall below what noise hides, and be followed by as much that is quiet
        Form::Saturates(tau_s) => (Found::WarmingUp { tau_s }, Shape::Plateau, 4.0 * tau_s / 0.5),
        Form::Steps(_) | Form::Ramps(_) if let Some(rise) = describe_rise(&asked.reduced.points, form) => {
            (rise, Shape::Step, 2.0 * whole_s)
        }
        Form::BendsDown(_) => (Found::Slows, Shape::Plateau, 2.0 * whole_s),
        _ if asked.has_too_few_samples() => {
            let more = LEAST_SAMPLES as f64 * 2.0 / asked.samples as f64;
            (Found::TooFew { points: asked.samples }, Shape::TooShort, more * whole_s)
        }
        _ => match describe_plain_ramp(&asked.reduced.points) {
            Some(rise) => (rise, Shape::Step, 2.0 * whole_s),
            None => (Found::NoPower, Shape::Irregular, 4.0 * whole_s),
        },
    };
    SegmentTrend {
        direction: Direction::Inconclusive,
        shape,
        found,
        slope: estimated.map(|w| slope_of(w, asked.reduced.step_s)),
        span_s: estimated.map_or(whole_s, |w| w.span_s),
        p_value: 1.0,
        needs_s: Some(needs.max(1.2 * whole_s)),
    }
}
