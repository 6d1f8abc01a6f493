//! Whether a family's count grows, and by how much per request.
//!
//! The answer is that of `trend/` wherever it has one; where a family was seen too seldom for that, a plain estimate
//! stands in: medians of consecutive blocks against requests, by least squares with Student's interval (blocks, since
//! neighbouring samples of what is in flight are not independent; see e.g. Weisberg, Applied Linear Regression, 4th
//! edition, section 2.6), or the two ends with the chance variation of a count. Two ends alone show a growth only where
//! snapshots hold them and it stays after settle ([`SnapshotEnds`](super::snapshot_ends::SnapshotEnds)).

use statrs::distribution::{ContinuousCDF, StudentsT};

use super::counts::{Counts, Totals};
use super::family::Family;
use crate::evidence::{Evidence, GroupKind, Runtime, Sample, Series, SeriesId};
use crate::findings::{Direction, Estimate, Found, Shape, Trend, TrendReason, WindowReason};
use crate::trend::{Question, trend};
use crate::units::Unit;

/// Blocks that steady is cut into at most.
const MOST_BLOCKS: usize = 12;
/// Samples from which there are blocks of at least two.
const LEAST_SAMPLES: usize = 8;
/// Half the width of a 95 % interval, in standard deviations.
const Z95: f64 = 1.96;

/// What a family does in steady.
pub fn judge(
    evidence: &Evidence,
    counts: &Counts<'_>,
    family: &Family,
    totals: &Totals,
    false_alarm: f64,
) -> Trend {
    if family.kind == GroupKind::Class {
        // counted at the ends of phases alone
        let (by_time, by_request) = of_ends(counts, totals);
        return stated(totals, Shape::TooShort, by_time, by_request);
    }
    let samples = counts.series(family).into_iter().map(Sample::new).collect();
    let mut judged = judge_samples(evidence, counts, family.kind, samples, totals, false_alarm);
    if judged.direction != Direction::Stable && family.kind.unit() == Unit::Count {
        by_dealt_requests(&mut judged, evidence, counts, totals);
    }
    if family.kind == GroupKind::Heap {
        widen(&mut judged, counts, totals, sampled_each(evidence));
    }
    judged
}

/// Where misbehaving clients, or requests of several kinds, are dealt to blocks, as many come each second as their block
/// has, and a line through the samples takes that for noise. Over all of steady each kind comes exactly as often as its
/// share says, so the counts at both ends say more of the growth per request.
fn by_dealt_requests(judged: &mut Trend, evidence: &Evidence, counts: &Counts<'_>, totals: &Totals) {
    if !evidence.is_dealt_to_blocks() || totals.lost > 0.0 {
        return;
    }
    let (by_time, by_request) = of_ends(counts, totals);
    judged.slope = judged.slope.map(|line| line.narrowed_by(by_time.map(|fit| fit.slope)));
    judged.per_request = judged.per_request.map(|line| line.narrowed_by(by_request.map(|fit| fit.slope)));
}

/// By so much sampling may be wrong about the growth of a kind, half the width of a 95 % interval; none of what is
/// counted.
pub fn sampling_error(evidence: &Evidence, kind: GroupKind, growth: f64) -> Option<f64> {
    (kind == GroupKind::Heap).then(|| chance_of_sampling(growth, sampled_each(evidence)))
}

/// One allocation in so many bytes is sampled.
fn sampled_each(evidence: &Evidence) -> f64 {
    let runtime = evidence.target().map(|t| t.runtime);
    f64::from(runtime.unwrap_or(Runtime::Go).heap_sampling_bytes())
}

/// A growth of G bytes is seen as about G / rate objects, whose number varies like a Poisson count.
fn chance_of_sampling(growth: f64, rate: f64) -> f64 {
    Z95 * (growth.abs().max(rate) * rate).sqrt()
}

/// What a count does in steady: `samples` are as many as the table of `counts` has moments.
pub fn judge_samples(
    evidence: &Evidence,
    counts: &Counts<'_>,
    kind: GroupKind,
    samples: Vec<Sample>,
    totals: &Totals,
    false_alarm: f64,
) -> Trend {
    let series = Series { id: SeriesId::of_group(kind.unit()), samples };
    let question =
        Question { recording: &counts.table, series: &series, events: &evidence.events, false_alarm };
    let judged = trend(&question);
    // what is blamed explains a growth that other evidence has decided: a plain line through few samples is enough
    let too_few =
        matches!(judged.reason, TrendReason::Window(WindowReason { found: Found::TooFew { .. }, .. }));
    if judged.slope.is_some() && !too_few { judged } else { estimate(counts, kind, &series.samples, totals) }
}

/// A line with what it says of the latter half.
struct Fit {
    slope: Estimate,
    late: f64,
    p_value: f64,
}

fn estimate(counts: &Counts<'_>, kind: GroupKind, values: &[Sample], totals: &Totals) -> Trend {
    let steady = || counts.steady().filter(|at| *at < values.len());
    let seconds: Vec<(f64, f64)> =
        steady().filter_map(|at| Some((counts.table.elapsed_s[at], values[at].get()?))).collect();
    let requests: Vec<(f64, f64)> =
        steady().filter_map(|at| Some((counts.table.requests_total[at].get()?, values[at].get()?))).collect();
    if seconds.len() >= LEAST_SAMPLES {
        return stated(totals, Shape::Irregular, fit(&seconds), fit(&requests));
    }
    let (mut by_time, by_request) = of_ends(counts, totals);
    let lasting = counts.snapshot_ends(totals).filter(|ends| kind.unit() == Unit::Count && ends.lasts());
    if let (Some(ends), Some(fit)) = (lasting, &mut by_time) {
        (fit.late, fit.p_value) = (fit.slope.value, ends.p_value());
    }
    stated(totals, Shape::TooShort, by_time, by_request)
}

/// By the two ends of steady: each second, and each request where they are counted.
fn of_ends(counts: &Counts<'_>, totals: &Totals) -> (Option<Fit>, Option<Fit>) {
    let by_request = counts.steady_requests().and_then(|requests| ends(totals, requests));
    (ends(totals, counts.steady_span()), by_request)
}

fn stated(totals: &Totals, shape: Shape, by_time: Option<Fit>, by_request: Option<Fit>) -> Trend {
    let direction = by_time.as_ref().map_or(Direction::Inconclusive, direction);
    Trend {
        direction,
        shape,
        start: Some(totals.start),
        end: Some(totals.end),
        slope: by_time.as_ref().map(|fit| fit.slope),
        slope_over_s: None,
        per_request: by_request.map(|fit| fit.slope),
        detectable_per_s: None,
        detectable_per_request: None,
        needs_s: None,
        recovered: None,
        p_value: by_time.map_or(1.0, |fit| fit.p_value),
        reason: TrendReason::Estimated,
        read: None,
    }
}

/// Growing if the whole does and its latter half still does; a rise that has ended is a pool that filled.
fn direction(fit: &Fit) -> Direction {
    let Estimate { value, lo, hi } = fit.slope;
    if lo > 0.0 && fit.late >= 0.3 * value {
        Direction::Growing
    } else if hi <= 0.0 || (lo > 0.0 && fit.late <= 0.05 * value) {
        Direction::Stable
    } else {
        Direction::Inconclusive
    }
}

/// Least squares through the medians of blocks.
fn fit(points: &[(f64, f64)]) -> Option<Fit> {
    if points.len() < LEAST_SAMPLES {
        return None;
    }
    let blocks = MOST_BLOCKS.min(points.len() / 2);
    let medians: Vec<(f64, f64)> = (0..blocks)
        .map(|block| {
            let of_block = &points[block * points.len() / blocks..(block + 1) * points.len() / blocks];
            let mut values: Vec<f64> = of_block.iter().map(|(_, y)| *y).collect();
            values.sort_by(f64::total_cmp);
            let middle = (values[(values.len() - 1) / 2] + values[values.len() / 2]) / 2.0;
            (of_block.iter().map(|(x, _)| *x).sum::<f64>() / of_block.len() as f64, middle)
        })
        .collect();
    let (value, error) = line(&medians)?;
    let (late, _) = line(&medians[blocks / 2..])?;
    let student = StudentsT::new(0.0, 1.0, (blocks - 2) as f64).ok()?;
    let half = student.inverse_cdf(0.975) * error;
    let p_value = if error > 0.0 {
        1.0 - student.cdf(value / error)
    } else if value > 0.0 {
        0.0
    } else {
        1.0
    };
    Some(Fit { slope: Estimate { value, lo: value - half, hi: value + half }, late, p_value })
}

/// The slope and its standard error.
fn line(points: &[(f64, f64)]) -> Option<(f64, f64)> {
    let n = points.len() as f64;
    let (mean_x, mean_y) =
        (points.iter().map(|p| p.0).sum::<f64>() / n, points.iter().map(|p| p.1).sum::<f64>() / n);
    let sxx: f64 = points.iter().map(|p| (p.0 - mean_x).powi(2)).sum();
    if points.len() < 3 || sxx <= 0.0 {
        return None;
    }
    let slope = points.iter().map(|p| (p.0 - mean_x) * (p.1 - mean_y)).sum::<f64>() / sxx;
    let rest: f64 = points.iter().map(|p| (p.1 - mean_y - slope * (p.0 - mean_x)).powi(2)).sum();
    Some((slope, (rest / (n - 2.0) / sxx).sqrt()))
}

/// Two counts and what lies between them. What is in flight at a moment varies like a Poisson count, by the root of
/// its mean.
fn ends(totals: &Totals, between: f64) -> Option<Fit> {
    if between <= 0.0 {
        return None;
    }
    let half = Z95 * (totals.start.max(0.0) + totals.end.max(0.0)).max(1.0).sqrt();
    let growth = totals.growth();
    let slope =
        Estimate { value: growth / between, lo: (growth - half) / between, hi: (growth + half) / between };
    // two ends cannot show whether it still grows: by themselves they never say 'growing'
    Some(Fit { slope, late: 0.2 * slope.value, p_value: 1.0 })
}

/// Growth of less than so many sampled objects may be a single one.
const LEAST_SAMPLED_OBJECTS: f64 = 1.5;

/// Allows for the chance variation of sampling one allocation in `rate` bytes.
fn widen(trend: &mut Trend, counts: &Counts<'_>, totals: &Totals, rate: f64) {
    if totals.growth() < LEAST_SAMPLED_OBJECTS * rate {
        // one object that happened to be sampled stands for half a mebibyte, and nothing else shows that growth
        trend.direction = Direction::Stable;
    }
    let half = chance_of_sampling(totals.growth(), rate);
    let wide = |estimate: Estimate, over: f64| Estimate {
        lo: estimate.lo.min(estimate.value - half / over),
        hi: estimate.hi.max(estimate.value + half / over),
        ..estimate
    };
    let span = counts.steady_span();
    if span > 0.0 {
        trend.slope = trend.slope.map(|slope| wide(slope, span));
    }
    if let Some(requests) = counts.steady_requests() {
        trend.per_request = trend.per_request.map(|slope| wide(slope, requests));
    }
    if trend.direction == Direction::Growing && trend.slope.is_some_and(|slope| slope.lo <= 0.0) {
        trend.direction = Direction::Inconclusive;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn points(y: impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
        (0..120).map(|i| (f64::from(i) * 10.0, y(f64::from(i)))).collect()
    }

    /// A fixed disturbance of about ±1.
    fn noise(i: f64) -> f64 {
        (i * 12.9898).sin() + (i * 78.233).cos()
    }

    #[test]
    fn a_straight_rise_is_sized_and_a_level_is_not_growing() {
        let rise = fit(&points(|i| 5.0 + i * 10.0 + 3.0 * noise(i))).unwrap();
        assert!(rise.slope.lo <= 1.0 && 1.0 <= rise.slope.hi && rise.slope.hi - rise.slope.lo < 0.05);
        assert_eq!(direction(&rise), Direction::Growing);
        let level = fit(&points(|i| 50.0 + 20.0 * noise(i))).unwrap();
        assert!(level.slope.lo < 0.0 && level.p_value > 0.05);
        assert_ne!(direction(&level), Direction::Growing);
    }

    #[test]
    fn a_pool_that_has_filled_does_not_grow() {
        let pool = fit(&points(|i| (i * 10.0).min(400.0))).unwrap();
        assert_eq!(direction(&pool), Direction::Stable);
    }

    #[test]
    fn two_ends_give_a_figure_and_no_verdict() {
        let totals = Totals { start: 100.0, end: 1100.0, settled: None, lost: 0.0 };
        let fit = ends(&totals, 1000.0).unwrap();
        assert!(fit.slope.lo < 1.0 && fit.slope.hi > 1.0 && fit.slope.lo > 0.9);
        assert_eq!(direction(&fit), Direction::Inconclusive);
        assert!(ends(&totals, 0.0).is_none());
    }

    proptest! {
        #[test]
        fn any_numbers_give_an_ordered_interval(ys in proptest::collection::vec(-1e9f64..1e9, 0..60)) {
            let points: Vec<(f64, f64)> = ys.iter().enumerate().map(|(i, y)| (i as f64, *y)).collect();
            if let Some(fit) = fit(&points) {
                prop_assert!(fit.slope.lo <= fit.slope.value && fit.slope.value <= fit.slope.hi);
                prop_assert!((0.0..=1.0).contains(&fit.p_value));
            }
        }
    }
}
