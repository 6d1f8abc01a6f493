//! One trailing window: a straight line through it, and what would explain it better than a line.
//!
//! The rivals of growth, each fitted under the same noise models and compared by Schwarz's criterion: a few steps
//! (optimal partition by dynamic programming: I. E. Auger and C. E. Lawrence, Algorithms for the optimal
//! identification of segment neighborhoods, 1989), a line that bends (a continuous two-phase regression: D. V.
//! Hinkley, Inference in two-phase regression, 1971) and a dying exponential.

use super::bins::{level_at_end, level_at_start};
use super::fit::{Column, Fit, Frame, range};
use super::ramp::{Ramp, best_ramp};
use super::reduced_series::ReducedSeries;
use super::rivals::Tail;
use super::steps::best_steps;

/// By how much a rival's criterion must be smaller to be preferred: 'strong' evidence as R. E. Kass and A. E. Raftery,
/// Bayes factors (1995), call it.
pub(super) const STRONG_EVIDENCE: f64 = 6.0;
/// Where a line may bend, as shares of the window. A rest in the last quarter does not end a growth.
const BEND_SHARES: [f64; 6] = [0.12, 0.25, 0.38, 0.5, 0.62, 0.75];
/// A level is back where it was within this share of what it moved.
const RETURN_SHARE: f64 = 0.05;
/// The later part keeps pace if it grows at least at this share of the earlier part's rate.
const KEPT_PACE_SHARE: f64 = 0.5;
/// A rise that goes on at this share of its rate only leans: no load is so even that its leak is straighter, and where
/// noise is faint, as of pages counted one by one, a bend is certain long before it says anything.
const LEANING_SHARE: f64 = 0.8;
/// Shares of a window that must be level before a ramp and after it: a rest in the last quarter does not end a growth.
const LEVEL_BEFORE_RAMP: f64 = 0.08;
/// See [`LEVEL_BEFORE_RAMP`].
const LEVEL_AFTER_RAMP: f64 = 0.25;
/// Points that a level must have at least.
const LEAST_ON_LEVEL: usize = 3;
/// Steps that are tried. A leak in so few jumps looks like a service that grew so often and stopped.
const MOST_STEPS: usize = 3;
/// Points that each parameter of a line beside steps must have.
const POINTS_PER_PARAMETER: usize = 3;
/// The probability that it does not keep pace from which it counts as slowing.
const CERTAIN_TO_SLOW: f64 = 0.998;

/// How a window departs from one straight line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Form {
    /// It does not.
    Straight,
    /// So many steps explain it better.
    Steps(usize),
    /// So many steps explain it better, and they lead no higher than where it began.
    Dips(usize),
    /// It rises, then less or not at all, from this share of the window on.
    BendsDown(f64),
    /// It rises faster and faster.
    BendsUp,
    /// It is flat, then rises, from this share of the window on.
    StartsLate(f64),
    /// A fall that dies away.
    Drains,
    /// Level, then a rise from one share of the window to another, level since.
    Ramps([f64; 2]),
    /// A rise that dies away with this time constant in seconds.
    Saturates(f64),
}

/// What one window shows.
#[derive(Debug)]
pub(super) struct Window {
    /// Index of its first point.
    pub(super) first: usize,
    /// Its length in seconds.
    pub(super) span_s: f64,
    /// The slope per second is the line's coefficient over `step_s`.
    pub(super) line: Fit,
    pub(super) form: Form,
    /// The line beside a dying exponential, and that exponential's time constant in seconds.
    pub(super) beside_warmup: Option<(Fit, f64)>,
    /// The chance of no growth beside the slowest exponential that explains the window alike; 0 without one.
    pub(super) chance_beside_slowest: f64,
    /// Whether the exponential with or without line explains more than the line alone.
    pub(super) warmup_helps: bool,
    /// Whether the later half keeps pace beside that exponential.
    pub(super) keeps_pace_beside_warmup: bool,
}

/// Examines the tail from the `first` point on; none if it is too short to be fitted. A warm-up beside the line has
/// at most the time constant `longest_s`.
pub(super) fn examine(series: &ReducedSeries, first: usize, longest_s: f64) -> Option<Window> {
    let tail = tail_from(series, first)?;
    let n = tail.at.len();
    let frame = tail.frame();
    let length = tail.at[n - 1].max(1e-9);
    let line = frame.fit(&[Column::Time], 1, 0.0)?;
    let flat = frame.fit(&[], 0, 0.0)?;
    let plain = line.criterion.min(flat.criterion);

    let mut form = Form::Straight;
    let mut least = plain - STRONG_EVIDENCE;
    let mut steps = None;
    for (k, columns) in best_steps(&tail.values, MOST_STEPS).into_iter().enumerate() {
        let levels: Vec<Column<'_>> = columns.iter().map(|c| Column::Values(c)).collect();
        if let Some(f) = frame.fit(&levels, 0, (k + 1) as f64)
            && f.criterion < least
        {
            least = f.criterion;
            form = if steps_come_back(&f.coefficients[1..k + 2], &columns) {
                Form::Dips(k + 1)
            } else {
                Form::Steps(k + 1)
            };
            steps = Some(columns);
        }
    }
    let mut slows = None;
    for share in BEND_SHARES {
        let bend = share * length;
        let after: Vec<f64> = tail.at.iter().map(|t| (t - bend).max(0.0)).collect();
        let Some(f) = frame.fit(&[Column::Time, Column::Values(&after)], 2, 1.0) else { continue };
        let (early, late) = (f.coefficients[1], f.coefficients[1] + f.coefficients[2]);
        if late < KEPT_PACE_SHARE * early && f.coefficient.below(0.0) > CERTAIN_TO_SLOW {
            slows.get_or_insert(share);
        }
        if f.criterion < least {
            least = f.criterion;
            form = if (LEANING_SHARE * early..early).contains(&late) {
                Form::Straight
            } else if late < early {
                Form::BendsDown(share)
            } else if early < 0.2 * late {
                Form::StartsLate(share)
            } else {
                Form::BendsUp
            };
        }
    }
    if let Some((ramp, criterion)) = fit_ramp(&tail, &frame)
        && criterion < least
    {
        least = criterion;
        form = Form::Ramps([ramp.from, ramp.until].map(|i| tail.at[i] / length));
    }
    let (warmup, drains) = tail.fit_dying_exponentials(&frame, longest_s / series.step_s);
    let (mut beside_warmup, mut chance_beside_slowest) = (None, 0.0);
    let (mut warmup_helps, mut keeps_pace_beside_warmup) = (false, false);
    if let Some(warmup) = warmup {
        if warmup.alone < least {
            least = warmup.alone;
            form = Form::Saturates(warmup.tau_alone * series.step_s);
        }
        warmup_helps =
            warmup.alone.min(warmup.joint) < plain && warmup.joint < warmup.alone - STRONG_EVIDENCE;
        let decay = tail.decay(warmup.tau);
        chance_beside_slowest = warmup.chance;
        beside_warmup = Some((warmup.line, warmup.tau * series.step_s));
        let after: Vec<f64> = tail.at.iter().map(|t| (t - 0.5 * length).max(0.0)).collect();
        if let Some(f) = frame.fit(&[Column::Time, Column::Values(&after), Column::Values(&decay)], 2, 1.0) {
            let (early, late) = (f.coefficients[1], f.coefficients[1] + f.coefficients[2]);
            keeps_pace_beside_warmup =
                late > 0.0 && !(late < KEPT_PACE_SHARE * early && f.coefficient.below(0.0) > CERTAIN_TO_SLOW);
        }
    }
    if let Some((tau, criterion)) = drains
        && criterion < least
        // what ends above its start drains nothing
        && level_at_end(&tail.values) <= level_at_start(&tail.values)
    {
        form = Form::Drains;
        steps = Some(vec![tail.decay(tau)]);
    }
    if form == Form::Straight
        && let Some(share) = slows
    {
        form = Form::BendsDown(share);
    }
    // what falls in steps, or falls and comes back, may rise between them; a few floors cannot show which
    let line = match (form, steps) {
        (Form::Dips(_) | Form::Drains, Some(columns)) if n >= POINTS_PER_PARAMETER * (columns.len() + 2) => {
            let beside = columns.iter().map(|c| Column::Values(c));
            let all: Vec<Column<'_>> = [Column::Time].into_iter().chain(beside).collect();
            frame.fit(&all, 1, 0.0).unwrap_or(line)
        }
        _ => line,
    };
    Some(Window {
        first,
        span_s: length * series.step_s,
        line,
        form,
        beside_warmup,
        chance_beside_slowest,
        warmup_helps,
        keeps_pace_beside_warmup,
    })
}

/// The rising ramp between two levels that explains the tail best, and its criterion.
fn fit_ramp(tail: &Tail, frame: &Frame<'_>) -> Option<(Ramp, f64)> {
    let n = tail.at.len() as f64;
    let levels =
        [LEVEL_BEFORE_RAMP, LEVEL_AFTER_RAMP].map(|share| ((share * n) as usize).max(LEAST_ON_LEVEL));
    let ramp = best_ramp(&tail.at, &tail.values, levels)?;
    let fit = frame.fit(&[Column::Values(&ramp.column)], 1, 2.0)?;
    (fit.coefficients[1] > 0.0).then_some((ramp, fit.criterion))
}

/// Whether the last moments stand above what came before, by a step or a bend too recent to be judged: how sure
/// that is, as the chance of it in a series without, and the height.
pub(super) fn recent_rise(series: &ReducedSeries) -> Option<(f64, f64)> {
    let tail = tail_from(series, 0)?;
    let n = tail.at.len();
    let frame = tail.frame();
    let mut best: Option<(f64, f64)> = None;
    let evenly = [0.8, 0.86, 0.91, 0.95].map(|share| share * tail.at[n - 1]);
    // and just where the highest jump is: a step fitted a point beside it leaves a spike over
    let from = n - (n / 5).max(2);
    let jump = (from..n).max_by(|a, b| {
        let rise = |i: &usize| tail.values[*i] - tail.values[*i - 1];
        rise(a).total_cmp(&rise(b))
    });
    for from in evenly.into_iter().chain(jump.map(|i| tail.at[i])) {
        let column: Vec<f64> = tail.at.iter().map(|t| if *t >= from { 1.0 } else { 0.0 }).collect();
        let Some(f) = frame.fit(&[Column::Time, Column::Values(&column)], 2, 0.0) else { continue };
        let chance = f.coefficient.below(0.0);
        if best.is_none_or(|b| chance < b.0) {
            best = Some((chance, f.coefficient.mean()));
        }
    }
    best
}

fn tail_from(series: &ReducedSeries, first: usize) -> Option<Tail> {
    let points = series.points.get(first..)?;
    if points.len() < series.fewest {
        return None;
    }
    let origin = points[0].at_s;
    let at: Vec<f64> = points.iter().map(|p| (p.at_s - origin) / series.step_s).collect();
    let values: Vec<f64> = points.iter().map(|p| p.value - points[0].value).collect();
    let beside = series.beside.iter().map(|c| c[first..].to_vec()).filter(|c| varies(c)).collect();
    Some(Tail { at, values, beside })
}

/// Whether steps lead no higher than where they began, give or take a little of their own range.
fn steps_come_back(steps: &[f64], columns: &[Vec<f64>]) -> bool {
    // the later a step, the fewer points stand on it
    let mut order: Vec<usize> = (0..steps.len()).collect();
    order.sort_by_key(|k| columns[*k].iter().filter(|x| **x < 0.5).count());
    let mut level = 0.0;
    let levels: Vec<f64> = order
        .into_iter()
        .map(|k| {
            level += steps[k];
            level
        })
        .collect();
    let (low, high) = range(&levels);
    level <= RETURN_SHARE * (high.max(0.0) - low.min(0.0))
}

fn varies(column: &[f64]) -> bool {
    let (low, high) = range(column);
    high - low > 1e-9
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trend::bins::one_point_each;
    use crate::trend::reduced_series::{LEAST_FLOORS, LEAST_POINTS};

    fn made_of(f: impl Fn(f64) -> f64) -> ReducedSeries {
        let t: Vec<f64> = (0..80).map(f64::from).collect();
        let mut state = 7u64;
        let v: Vec<f64> = t
            .iter()
            .map(|t| {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                f(*t) + (state >> 40) as f64 / (1u64 << 24) as f64
            })
            .collect();
        ReducedSeries {
            points: one_point_each(&t, &v),
            beside: Vec::new(),
            shift_s: None,
            step_s: 1.0,
            fewest: LEAST_POINTS,
        }
    }

    #[test]
    fn the_form_of_a_window_is_found() {
        assert_eq!(examine(&made_of(|t| 0.5 * t), 0, f64::INFINITY).unwrap().form, Form::Straight);
        assert!(matches!(
            examine(&made_of(|t| if t < 40.0 { 0.0 } else { 30.0 }), 0, f64::INFINITY).unwrap().form,
            Form::Steps(1)
        ));
        assert!(matches!(
            examine(&made_of(|t| t.min(30.0)), 0, f64::INFINITY).unwrap().form,
            Form::BendsDown(_)
        ));
        assert!(matches!(
            examine(&made_of(|t| (t - 30.0).max(0.0)), 0, f64::INFINITY).unwrap().form,
            Form::StartsLate(_)
        ));
        assert!(matches!(examine(&made_of(|t| t * t / 50.0), 0, f64::INFINITY).unwrap().form, Form::BendsUp));
        let warm = examine(&made_of(|t| 60.0 * (1.0 - (-t / 12.0).exp())), 0, f64::INFINITY).unwrap();
        assert!(matches!(warm.form, Form::Saturates(tau) if (8.0..18.0).contains(&tau)), "{:?}", warm.form);
    }

    #[test]
    fn a_rise_that_only_leans_is_a_line() {
        let faint = |late: f64| move |t: f64| 200.0 * (t + late * (t - 60.0).max(0.0));
        assert_eq!(examine(&made_of(faint(-0.08)), 0, f64::INFINITY).unwrap().form, Form::Straight);
        let slower = examine(&made_of(faint(-0.7)), 0, f64::INFINITY).unwrap().form;
        assert!(matches!(slower, Form::BendsDown(_)), "{slower:?}");
    }

    #[test]
    fn a_leak_beneath_a_warmup_is_seen_beside_it() {
        let g = made_of(|t| 60.0 * (1.0 - (-t / 4.0).exp()) + 0.3 * t);
        let w = examine(&g, 0, f64::INFINITY).unwrap();
        let (joint, _) = w.beside_warmup.unwrap();
        assert!(w.warmup_helps && w.keeps_pace_beside_warmup);
        assert!(joint.coefficient.below(0.0) < 1e-4);
        assert!((joint.coefficient.mean() - 0.3).abs() < 0.05);
    }

    #[test]
    fn a_recent_rise_is_noticed() {
        let (chance, height) = recent_rise(&made_of(|t| if t < 73.0 { 0.0 } else { 8.0 })).unwrap();
        assert!(chance < 1e-3 && (height - 8.0).abs() < 1.0);
        assert!(recent_rise(&made_of(|_| 0.0)).unwrap().0 > 1e-3);
    }

    #[test]
    fn of_a_few_floors_no_steps_are_taken_away() {
        let at = [9.0, 18.5, 28.5, 38.5, 50.0, 60.0];
        let floors = [13.0, 14.0, 14.2, 14.1, 14.5, 13.7];
        let points = one_point_each(&at, &floors);
        let g =
            ReducedSeries { points, beside: Vec::new(), shift_s: None, step_s: 10.0, fewest: LEAST_FLOORS };
        let slope = examine(&g, 0, f64::INFINITY).unwrap().line.coefficient.mean();
        assert!(slope.abs() < 0.5, "{slope} a cycle");
    }
}
