//! From samples to points: what is fitted stands for whole cycles, without spikes.

use super::bins::{Point, bin_samples};
use super::order::median_of;
use super::period::{dominant_period, harmonic_columns};
use super::regimes::find_regimes;
use super::returns::{Edge, Returns, find_returns};
use super::sawtooth::{count_few_teeth, find_sawtooth};
use super::segment_values::SegmentValues;

/// Steep sides from which floors are judged; with fewer there are not enough whole cycles.
const LEAST_TEETH: usize = 5;

/// Points that a window must have.
pub(super) const LEAST_POINTS: usize = 8;
/// Floors that a window must have: each stands for a whole cycle.
pub(super) const LEAST_FLOORS: usize = 5;
/// More points than this are binned like samples.
const MOST_POINTS: usize = 120;

/// The points of one segment: what every window is a tail of.
#[derive(Debug)]
pub(super) struct ReducedSeries {
    /// In time.
    pub(super) points: Vec<Point>,
    /// Columns fitted beside every line: the period, the first collection.
    pub(super) beside: Vec<Vec<f64>>,
    /// When the first forced collection may have moved the level for good.
    pub(super) shift_s: Option<f64>,
    /// The usual distance of points, in seconds.
    pub(super) step_s: f64,
    /// Points that a window must have.
    pub(super) fewest: usize,
}

/// What kind of points a series was reduced to.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub(super) enum ReducedAs {
    /// Midmeans, or single samples.
    #[default]
    Level,
    /// The floors of so many teeth of this height.
    Floors { cycles: usize, tooth: f64 },
    /// Teeth, but too few of them.
    TooFewCycles { cycles: usize, cycle_s: f64 },
    /// Midmeans beside a period of so many seconds.
    Periodic { seconds: f64 },
    /// The level that was left and returned to so often, at this edge of this swing.
    Returns { times: usize, swing: f64, edge: Edge },
}

/// The points of one segment and what is fitted beside every line. `shift` is the moment of the first forced
/// collection, which may move the level for good.
pub(super) fn reduce(
    times: &[f64],
    segment: &SegmentValues<'_>,
    shift: Option<f64>,
) -> (ReducedSeries, ReducedAs) {
    let values = &segment.values;
    let (points, beside, kind) = match find_sawtooth(times, values) {
        Some(s) if s.edges >= LEAST_TEETH => {
            let kind = ReducedAs::Floors { cycles: s.edges, tooth: s.tooth };
            (s.floors, Vec::new(), kind)
        }
        few => match few.map(|s| s.edges).or_else(|| count_few_teeth(values)) {
            Some(cycles) => {
                let cycle_s = (times[times.len() - 1] - times[0]) / (cycles + 1) as f64;
                (bin_samples(times, values.all()), Vec::new(), ReducedAs::TooFewCycles { cycles, cycle_s })
            }
            None => reduce_level(times, segment),
        },
    };
    (complete_series(points, beside, kind, shift), kind)
}

/// The same without regard to teeth.
pub(super) fn reduce_without_teeth(
    times: &[f64],
    segment: &SegmentValues<'_>,
    shift: Option<f64>,
) -> (ReducedSeries, ReducedAs) {
    let (points, beside, kind) = reduce_level(times, segment);
    (complete_series(points, beside, kind, shift), kind)
}

/// The level that it keeps returning to; none where it does not.
pub(super) fn reduce_to_returns(
    times: &[f64],
    segment: &SegmentValues<'_>,
    shift: Option<f64>,
) -> Option<(ReducedSeries, ReducedAs)> {
    let Returns { times, swing, edge, level } = find_returns(times, segment.values.all())?;
    let kind = ReducedAs::Returns { times, swing, edge };
    Some((complete_series(level, Vec::new(), kind, shift), kind))
}

fn complete_series(
    mut points: Vec<Point>,
    mut beside: Vec<Vec<f64>>,
    kind: ReducedAs,
    shift: Option<f64>,
) -> ReducedSeries {
    if points.len() > MOST_POINTS {
        points = bin_points(&points);
    }
    if let Some(shift) = shift {
        beside.push(points.iter().map(|p| if p.at_s >= shift { 1.0 } else { 0.0 }).collect());
    }
    let step_s = median_of(points.windows(2).map(|w| w[1].at_s - w[0].at_s));
    let fewest = if matches!(kind, ReducedAs::Floors { .. }) { LEAST_FLOORS } else { LEAST_POINTS };
    ReducedSeries { points, beside, shift_s: shift, step_s: if step_s > 0.0 { step_s } else { 1.0 }, fewest }
}

/// The level without spikes, a rhythm beside it or regimes in its place.
fn reduce_level(times: &[f64], segment: &SegmentValues<'_>) -> (Vec<Point>, Vec<Vec<f64>>, ReducedAs) {
    let (times, values) = segment.level(times);
    if let Some(points) = find_regimes(&times, values) {
        return (points, Vec::new(), ReducedAs::Level);
    }
    let points = bin_samples(&times, values.all());
    match dominant_period(&times, values.all()) {
        Some(period) => {
            let beside = harmonic_columns(period, &times, &points);
            (points, beside, ReducedAs::Periodic { seconds: period.seconds })
        }
        None => (points, Vec::new(), ReducedAs::Level),
    }
}

/// Many floors, binned like samples.
fn bin_points(points: &[Point]) -> Vec<Point> {
    let (times, values): (Vec<f64>, Vec<f64>) = points.iter().map(|p| (p.at_s, p.value)).unzip();
    bin_samples(&times, &values)
}
