//! One trailing window: a straight line through it, and what would explain it better than a line.
//!
//! The rivals of growth, each fitted under the same noise models and compared by Schwarz's criterion: a few steps
//! (optimal partition by dynamic programming: I. E. Auger and C. E. Lawrence, Algorithms for the optimal
//! identification of segment neighborhoods, 1989), a line that bends (a continuous two-phase regression: D. V.
//! Hinkley, Inference in two-phase regression, 1971) and a dying exponential.

use super::bins::Point;
use super::fit::{Fit, Points, fit, range};

/// Points that a window must have.
pub(super) const FEWEST: usize = 8;
/// Floors that a window must have: each stands for a whole cycle.
pub(super) const FEWEST_FLOORS: usize = 5;
/// By how much a rival's criterion must be smaller to be preferred: 'strong' evidence as R. E. Kass and A. E. Raftery,
/// Bayes factors (1995), call it.
const STRONG: f64 = 6.0;
/// Steps that are tried. A leak in so few jumps is not told from a service that grew so often and stopped.
const STEPS: usize = 3;
/// Where a line may bend, as shares of the window.
/// A rest in the last quarter does not end a growth.
const BENDS: [f64; 6] = [0.12, 0.25, 0.38, 0.5, 0.62, 0.75];
/// Time constants of a warm-up, as shares of the window.
const TIME_CONSTANTS: [f64; 11] = [0.02, 0.035, 0.055, 0.08, 0.12, 0.17, 0.25, 0.35, 0.5, 0.8, 1.3];
/// The later part keeps pace if it grows at least at this share of the earlier part's rate.
const PACE: f64 = 0.5;
/// How sure one must be that it does not keep pace.
const SURE: f64 = 0.998;

/// The reduced series: what every window is a tail of.
#[derive(Debug)]
pub(super) struct Ground {
    /// In time.
    pub(super) points: Vec<Point>,
    /// Columns fitted beside every line: the period, the first collection.
    pub(super) beside: Vec<Vec<f64>>,
    /// The usual distance of points, in seconds.
    pub(super) step_s: f64,
    /// Points that a window must have.
    pub(super) fewest: usize,
}

/// How a window departs from one straight line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Form {
    /// It does not.
    Straight,
    /// So many steps explain it better.
    Steps(usize),
    /// It rises, then less or not at all, from this share of the window on.
    BendsDown(f64),
    /// It rises faster and faster.
    BendsUp,
    /// It is flat, then rises, from this share of the window on.
    StartsLate(f64),
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
    /// Whether the exponential with or without line explains more than the line alone.
    pub(super) warmup_helps: bool,
    /// Whether the later half keeps pace beside that exponential.
    pub(super) keeps_pace_beside_warmup: bool,
}

impl Ground {
    /// Examines the tail from the `first` point on; none if it is too short to be fitted. A warm-up beside the line has
    /// at most the time constant `longest_s`.
    pub(super) fn examine(&self, first: usize, longest_s: f64) -> Option<Window> {
        let tail = self.tail(first)?;
        let n = tail.at.len();
        let points = Points { at: &tail.at, values: &tail.values };
        let length = tail.at[n - 1].max(1e-9);
        let line = fit(points, &tail.columns(&[&tail.at]), 1, 0.0)?;
        let flat = fit(points, &tail.columns(&[]), 0, 0.0)?;
        let plain = line.criterion.min(flat.criterion);

        let mut form = Form::Straight;
        let mut least = plain - STRONG;
        for (k, columns) in best_steps(&tail.values).into_iter().enumerate() {
            let refs: Vec<&Vec<f64>> = columns.iter().collect();
            if let Some(f) = fit(points, &tail.columns(&refs), 0, (k + 1) as f64)
                && f.criterion < least
            {
                least = f.criterion;
                form = Form::Steps(k + 1);
            }
        }
        let mut slows = None;
        for share in BENDS {
            let bend = share * length;
            let after: Vec<f64> = tail.at.iter().map(|t| (t - bend).max(0.0)).collect();
            let Some(f) = fit(points, &tail.columns(&[&tail.at, &after]), 2, 1.0) else { continue };
            let (early, late) = (f.coefficients[1], f.coefficients[1] + f.coefficients[2]);
            if late < PACE * early && f.coefficient.below(0.0) > SURE {
                slows.get_or_insert(share);
            }
            if f.criterion < least {
                least = f.criterion;
                form = if late < early {
                    Form::BendsDown(share)
                } else if early < 0.2 * late {
                    Form::StartsLate(share)
                } else {
                    Form::BendsUp
                };
            }
        }
        let mut warmup: Option<(f64, f64, Vec<f64>)> = None;
        for share in TIME_CONSTANTS {
            let decay: Vec<f64> = tail.at.iter().map(|t| -(-t / (share * length)).exp()).collect();
            let known = share * length * self.step_s <= longest_s;
            for joint in [false, true] {
                let columns = if joint { tail.columns(&[&tail.at, &decay]) } else { tail.columns(&[&decay]) };
                let Some(f) = fit(points, &columns, 1, 1.0) else { continue };
                let rises = f.coefficients[if joint { 2 } else { 1 }] > 0.0;
                if !rises {
                    continue;
                }
                if known && warmup.as_ref().is_none_or(|w| f.criterion < w.1) {
                    warmup = Some((share, f.criterion, decay.clone()));
                }
                if !joint && f.criterion < least {
                    least = f.criterion;
                    form = Form::Saturates(share * length * self.step_s);
                }
            }
        }
        let warmup_helps = warmup.as_ref().is_some_and(|w| w.1 < plain);
        let mut beside_warmup = None;
        let mut keeps_pace_beside_warmup = false;
        if let Some((share, _, decay)) = warmup {
            beside_warmup = fit(points, &tail.columns(&[&tail.at, &decay]), 1, 1.0)
                .map(|f| (f, share * length * self.step_s));
            let after: Vec<f64> = tail.at.iter().map(|t| (t - 0.5 * length).max(0.0)).collect();
            if let Some(f) = fit(points, &tail.columns(&[&tail.at, &after, &decay]), 2, 1.0) {
                let (early, late) = (f.coefficients[1], f.coefficients[1] + f.coefficients[2]);
                keeps_pace_beside_warmup =
                    late > 0.0 && !(late < PACE * early && f.coefficient.below(0.0) > SURE);
            }
        }
        if form == Form::Straight
            && let Some(share) = slows
        {
            form = Form::BendsDown(share);
        }
        Some(Window {
            first,
            span_s: length * self.step_s,
            line,
            form,
            beside_warmup,
            warmup_helps,
            keeps_pace_beside_warmup,
        })
    }

    /// Whether the last moments stand above what came before, by a step or a bend too recent to be judged: how sure
    /// that is, as the chance of it in a series without, and the height.
    pub(super) fn recent_rise(&self) -> Option<(f64, f64)> {
        let tail = self.tail(0)?;
        let n = tail.at.len();
        let points = Points { at: &tail.at, values: &tail.values };
        let mut best: Option<(f64, f64)> = None;
        for share in [0.8, 0.86, 0.91, 0.95] {
            let from = share * tail.at[n - 1];
            let column: Vec<f64> = tail.at.iter().map(|t| if *t >= from { 1.0 } else { 0.0 }).collect();
            let Some(f) = fit(points, &tail.columns(&[&tail.at, &column]), 2, 0.0) else { continue };
            let chance = f.coefficient.below(0.0);
            if best.is_none_or(|b| chance < b.0) {
                best = Some((chance, f.coefficient.mean()));
            }
        }
        best
    }

    fn tail(&self, first: usize) -> Option<Tail> {
        let points = self.points.get(first..)?;
        if points.len() < self.fewest {
            return None;
        }
        let origin = points[0].at_s;
        let at: Vec<f64> = points.iter().map(|p| (p.at_s - origin) / self.step_s).collect();
        let values: Vec<f64> = points.iter().map(|p| p.value - points[0].value).collect();
        let beside = self.beside.iter().map(|c| c[first..].to_vec()).filter(|c| varies(c)).collect();
        Some(Tail { at, values, beside })
    }
}

struct Tail {
    at: Vec<f64>,
    values: Vec<f64>,
    beside: Vec<Vec<f64>>,
}

impl Tail {
    /// The intercept, these, and what stands beside every line.
    fn columns(&self, these: &[&Vec<f64>]) -> Vec<Vec<f64>> {
        let mut out = vec![vec![1.0; self.at.len()]];
        out.extend(these.iter().map(|c| (*c).clone()));
        out.extend(self.beside.iter().cloned());
        out
    }
}

fn varies(column: &[f64]) -> bool {
    let (low, high) = range(column);
    high - low > 1e-9
}

/// For one step, two steps, … the columns of the least-squares partition into levels.
fn best_steps(values: &[f64]) -> Vec<Vec<Vec<f64>>> {
    let n = values.len();
    let mut sums = vec![(0.0, 0.0)];
    for v in values {
        let (s, q) = sums[sums.len() - 1];
        sums.push((s + v, q + v * v));
    }
    // squared error of one level over from..until
    let cost = |from: usize, until: usize| {
        let s: f64 = sums[until].0 - sums[from].0;
        (sums[until].1 - sums[from].1 - s * s / (until - from) as f64).max(0.0)
    };
    let mut best: Vec<f64> = (0..=n).map(|end| if end == 0 { 0.0 } else { cost(0, end) }).collect();
    let mut from: Vec<Vec<usize>> = Vec::new();
    let mut out = Vec::new();
    for levels in 2..=STEPS + 1 {
        let mut next = vec![f64::INFINITY; n + 1];
        let mut cut = vec![0; n + 1];
        for end in levels..=n {
            for (last, before) in best.iter().enumerate().take(end).skip(levels - 1) {
                let c = before + cost(last, end);
                if c < next[end] {
                    next[end] = c;
                    cut[end] = last;
                }
            }
        }
        best = next;
        from.push(cut);
        let mut end = n;
        let mut columns = Vec::new();
        for cuts in from.iter().rev() {
            end = cuts[end];
            columns.push((0..n).map(|i| if i >= end { 1.0 } else { 0.0 }).collect());
        }
        out.push(columns);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trend::bins::each;

    fn ground(f: impl Fn(f64) -> f64) -> Ground {
        let t: Vec<f64> = (0..80).map(f64::from).collect();
        let mut state = 7u64;
        let v: Vec<f64> = t
            .iter()
            .map(|t| {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                f(*t) + (state >> 40) as f64 / (1u64 << 24) as f64
            })
            .collect();
        Ground { points: each(&t, &v), beside: Vec::new(), step_s: 1.0, fewest: FEWEST }
    }

    #[test]
    fn the_form_of_a_window_is_told() {
        assert_eq!(ground(|t| 0.5 * t).examine(0, f64::INFINITY).unwrap().form, Form::Straight);
        assert!(matches!(
            ground(|t| if t < 40.0 { 0.0 } else { 30.0 }).examine(0, f64::INFINITY).unwrap().form,
            Form::Steps(1)
        ));
        assert!(matches!(
            ground(|t| t.min(30.0)).examine(0, f64::INFINITY).unwrap().form,
            Form::BendsDown(_)
        ));
        assert!(matches!(
            ground(|t| (t - 30.0).max(0.0)).examine(0, f64::INFINITY).unwrap().form,
            Form::StartsLate(_)
        ));
        assert!(matches!(ground(|t| t * t / 50.0).examine(0, f64::INFINITY).unwrap().form, Form::BendsUp));
        let warm = ground(|t| 60.0 * (1.0 - (-t / 12.0).exp())).examine(0, f64::INFINITY).unwrap();
        assert!(matches!(warm.form, Form::Saturates(tau) if (8.0..18.0).contains(&tau)), "{:?}", warm.form);
    }

    #[test]
    fn a_leak_beneath_a_warmup_is_seen_beside_it() {
        let g = ground(|t| 60.0 * (1.0 - (-t / 4.0).exp()) + 0.3 * t);
        let w = g.examine(0, f64::INFINITY).unwrap();
        let (joint, _) = w.beside_warmup.unwrap();
        assert!(w.warmup_helps && w.keeps_pace_beside_warmup);
        assert!(joint.coefficient.below(0.0) < 1e-4);
        assert!((joint.coefficient.mean() - 0.3).abs() < 0.05);
    }

    #[test]
    fn the_best_steps_are_where_the_levels_change() {
        let values: Vec<f64> = (0..30)
            .map(|i| {
                if i < 10 {
                    0.0
                } else if i < 22 {
                    5.0
                } else {
                    9.0
                }
            })
            .collect();
        let two = &best_steps(&values)[1];
        let starts: Vec<usize> = two.iter().map(|c| c.iter().position(|x| *x > 0.5).unwrap()).collect();
        assert_eq!(starts, [22, 10]);
    }

    #[test]
    fn a_recent_rise_is_noticed() {
        let (chance, height) = ground(|t| if t < 73.0 { 0.0 } else { 8.0 }).recent_rise().unwrap();
        assert!(chance < 1e-3 && (height - 8.0).abs() < 1.0);
        assert!(ground(|_| 0.0).recent_rise().unwrap().0 > 1e-3);
    }
}
