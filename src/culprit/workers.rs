//! What one worker does from its start to its end, where workers are replaced.
//!
//! All workers of a program are put on top of each other by their age, and the mean of them is judged like any series:
//! the mean of curves that begin together (J. O. Ramsay and B. W. Silverman, Functional Data Analysis, 2005, chapter 2).
//! Noise in it is of the character that it has in one worker, and smaller. Workers begin at different levels and not all
//! are seen at each age, so what is averaged are the steps from age to age. Where workers differ by more than the noise
//! of their mean allows, the interval is that of the differences (R. T. Birge, The calculation of errors by the method
//! of least squares, 1932), and one worker of some weight that does not grow stands against growth, as with segments
//! between restarts.

use super::counts::Counts;
use super::lives::{Life, Lives, other_processes, replaced_workers};
use crate::evidence::{Event, EventKind, Evidence, GroupKind, Phase, Recording, Sample, Series, SeriesId};
use crate::findings::{Direction, Estimate, Found, ReplacedWorkers, Trend, TrendReason};
use crate::trend::{Question, trend};
use crate::units::Unit;

/// An age counts from so many workers that were read at it,
const LEAST_AT_AGE: usize = 2;
/// and from this share of the most that were.
const SHARE_AT_AGE: f64 = 1.0 / 3.0;
/// A worker has weight from this share of the longest.
const WEIGHTY_SHARE: f64 = 0.6;
/// A worker grows as the others do from this share of their slope.
const GROWS_ALIKE: f64 = 0.3;
/// Half the width of a 95 % interval, in standard deviations.
const Z95: f64 = 1.96;

/// The workers of each program that were replaced within steady; `false_alarm` is the chance of calling one growing that
/// is not.
pub fn workers(evidence: &Evidence, kind: GroupKind, false_alarm: f64) -> Vec<ReplacedWorkers> {
    let all = replaced_workers(evidence, kind);
    let share = false_alarm / all.len().max(1) as f64;
    all.into_iter().filter_map(|lives| judge(lives, kind, share)).collect()
}

/// What all processes of the target but these workers do together.
pub fn trend_without_workers(
    evidence: &Evidence,
    kind: GroupKind,
    workers: &[ReplacedWorkers],
    false_alarm: f64,
) -> Trend {
    let counts = Counts::new(evidence, kind);
    let programs: Vec<&str> = workers.iter().map(|workers| workers.program.as_str()).collect();
    let sums = other_processes(evidence, &counts, &programs);
    let id = SeriesId::of_group(kind.unit());
    let series = Series { id, samples: sums.into_iter().map(Sample::new).collect() };
    trend(&Question { recording: &counts.table, series: &series, events: &evidence.events, false_alarm })
}

fn judge(lives: Lives, kind: GroupKind, false_alarm: f64) -> Option<ReplacedWorkers> {
    let (ages_s, values) = mean_life(&lives.lives)?;
    let requests = |age_s: &f64| lives.requests_per_s.map(|rate| rate * age_s).into();
    let recording = Recording {
        phases: vec![Phase::Steady; ages_s.len()],
        requests_total: ages_s.iter().map(requests).collect(),
        elapsed_s: ages_s,
        series: Vec::new(),
    };
    let name = if kind.unit() == Unit::Bytes { "worker_bytes" } else { "worker" };
    let series = Series { id: name.into(), samples: values.into_iter().map(Sample::new).collect() };
    // a worker does not restart: with an event of its own a fall within it is not taken for one
    let started = Event { elapsed_s: 0.0, kind: EventKind::Phase { phase: Phase::Steady } };
    let events = [started];
    let question = Question { recording: &recording, series: &series, events: &events, false_alarm };
    // no longer run decides: a worker ends when it ends
    let trend = Trend { needs_s: None, ..held_to_each(trend(&question), &lives.lives) };
    Some(ReplacedWorkers {
        program: lives.program,
        kind,
        replaced: lives.replaced,
        observed: lives.lives.len(),
        at_a_time: lives.at_a_time,
        life_s: lives.life_s,
        whole: lives.whole,
        requests_per_life: lives.requests_per_s.map(|rate| rate * lives.life_s),
        trend,
    })
}

/// The mean of all workers by age: ages half as far apart as readings are, since workers are read at different ages.
fn mean_life(lives: &[Life]) -> Option<(Vec<f64>, Vec<f64>)> {
    let mut gaps: Vec<f64> =
        lives.iter().flat_map(|life| life.ages_s.windows(2).map(|pair| pair[1] - pair[0])).collect();
    gaps.sort_by(f64::total_cmp);
    let step_s = *gaps.get(gaps.len() / 2)? / 2.0;
    let longest_s = lives.iter().filter_map(|life| life.ages_s.last().copied()).fold(0.0, f64::max);
    if step_s <= 0.0 || !longest_s.is_finite() {
        return None;
    }
    let steps = (longest_s / step_s) as usize;
    let read_at = |step: usize| -> Vec<(f64, f64)> {
        let (from, until) = (step as f64 * step_s, (step + 1) as f64 * step_s);
        lives.iter().filter_map(|life| Some((life.at(from)?, life.at(until)?))).collect()
    };
    let most = (0..steps).map(|step| read_at(step).len()).max()?;
    let enough = ((SHARE_AT_AGE * most as f64).ceil() as usize).max(LEAST_AT_AGE);
    let first = (0..steps).find(|step| read_at(*step).len() >= enough)?;
    let mean = |values: &mut dyn Iterator<Item = f64>| {
        let values: Vec<f64> = values.collect();
        values.iter().sum::<f64>() / values.len() as f64
    };
    let mut ages_s = vec![first as f64 * step_s];
    let mut values = vec![mean(&mut read_at(first).iter().map(|(from, _)| *from))];
    for step in first..steps {
        let pairs = read_at(step);
        if pairs.len() < enough {
            break;
        }
        let added = mean(&mut pairs.iter().map(|(from, until)| until - from));
        ages_s.push((step + 1) as f64 * step_s);
        values.push(values.last()? + added);
    }
    Some((ages_s, values))
}

/// The trend of the mean, no surer than the workers agree.
fn held_to_each(mut trend: Trend, lives: &[Life]) -> Trend {
    let (Some(slope), TrendReason::Window(window)) = (trend.slope, &trend.reason) else { return trend };
    // what a worker loads as it starts is not of the window that was judged
    let oldest_s = lives.iter().filter_map(|life| life.ages_s.last().copied()).fold(0.0, f64::max);
    let from_s = oldest_s - window.over_s;
    let judged: Vec<Life> = lives.iter().map(|life| life.from(from_s)).collect();
    let longest_s = judged.iter().map(Life::span_s).fold(0.0, f64::max);
    let weighty = judged.iter().filter(|life| life.span_s() >= WEIGHTY_SHARE * longest_s);
    let slopes: Vec<f64> = weighty.filter_map(Life::slope).collect();
    let n = slopes.len() as f64;
    let mean = slopes.iter().sum::<f64>() / n;
    let variance = slopes.iter().map(|slope| (slope - mean).powi(2)).sum::<f64>() / (n - 1.0);
    let differ = Z95 * (variance / n).sqrt();
    if slopes.len() >= 2 && differ.is_finite() {
        let wider = |estimate: Estimate, by: f64| Estimate {
            lo: estimate.lo.min(estimate.value - by),
            hi: estimate.hi.max(estimate.value + by),
            ..estimate
        };
        trend.per_request = trend.per_request.map(|each| wider(each, differ * each.value / slope.value));
        trend.slope = Some(wider(slope, differ));
    }
    let alike = slopes.len() >= 2 && slopes.iter().all(|slope| *slope >= GROWS_ALIKE * mean);
    let surely = trend.slope.is_some_and(|slope| slope.lo > 0.0);
    if trend.direction == Direction::Growing && !(alike && surely) {
        trend.direction = Direction::Inconclusive;
        if let TrendReason::Window(reason) = &mut trend.reason {
            reason.found = Found::NoPower;
        }
    }
    trend
}

impl Life {
    /// What it had at an age, between two readings in proportion; none outside of what was read.
    fn at(&self, age_s: f64) -> Option<f64> {
        let after = self.ages_s.partition_point(|age| *age < age_s);
        let (age, value) = (self.ages_s.get(after)?, self.values[after]);
        if after == 0 {
            return (*age <= age_s).then_some(value);
        }
        let (before, value_before) = (self.ages_s[after - 1], self.values[after - 1]);
        Some(value_before + (value - value_before) * (age_s - before) / (age - before))
    }

    /// What was read from an age on.
    fn from(&self, age_s: f64) -> Life {
        let first = self.ages_s.partition_point(|age| *age < age_s);
        Life { ages_s: self.ages_s[first..].to_vec(), values: self.values[first..].to_vec() }
    }

    fn span_s(&self) -> f64 {
        self.ages_s.last().zip(self.ages_s.first()).map_or(0.0, |(last, first)| last - first)
    }

    /// The slope of a line through all its readings, by least squares.
    fn slope(&self) -> Option<f64> {
        let n = self.ages_s.len() as f64;
        let mean = |values: &[f64]| values.iter().sum::<f64>() / n;
        let (mean_age, mean_value) = (mean(&self.ages_s), mean(&self.values));
        let pairs = || self.ages_s.iter().zip(&self.values);
        let spread: f64 = pairs().map(|(age, _)| (age - mean_age).powi(2)).sum();
        let together: f64 = pairs().map(|(age, value)| (age - mean_age) * (value - mean_value)).sum();
        (spread > 0.0).then_some(together / spread)
    }
}
