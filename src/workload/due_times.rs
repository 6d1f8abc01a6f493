//! When each request of a load is due, and how many are due by a time. Warm-up and steady are one count.
//!
//! Comes in: a rate and a [`Load`]. Times are since the load's start. Requests are numbered from 0, and a number means
//! a due time here and nowhere else: a backlog is the difference of two numbers, and an engine that sends only some of
//! the requests skips the other numbers.
//!
//! Steady begins with a request that is due at its first nanosecond, so a steady phase of constant rate is exact
//! whatever warm-up was. A Poisson process has no such request and runs through.

use std::time::Duration;

use super::poisson::PoissonProcess;
use super::rate_curve::{RateCurve, correct_count, duration_after};
use super::{Arrivals, Load, LoadShape, Pace};
use crate::units::{Level, Span};

/// When the requests of one load are due.
#[derive(Debug, Clone)]
pub struct DueTimes {
    warmup: Duration,
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    Even { warmup: Stretch, steady: Stretch, first_steady: u64 },
    Poisson { warmup: LoadShape, steady: LoadShape, arrivals: PoissonProcess },
}

/// DueTimes from 0 on, in time from 0 on.
#[derive(Debug, Clone)]
enum Stretch {
    /// Constant, and exact for ever.
    Pace(Pace),
    /// Of a rate that changes.
    Curve(RateCurve),
}

impl Stretch {
    fn new(shape: Option<LoadShape>, per_second: f64) -> Stretch {
        match shape {
            Some(shape) => Stretch::Curve(RateCurve(shape)),
            None => Stretch::Pace(Pace::new(per_second)),
        }
    }

    fn due(&self, n: u64) -> Duration {
        match self {
            Stretch::Pace(pace) => pace.due(n),
            Stretch::Curve(curve) => curve.due(n),
        }
    }

    fn count_by(&self, time: Duration) -> u64 {
        match self {
            Stretch::Pace(pace) => pace.count_by(time),
            Stretch::Curve(curve) => curve.count_by(time),
        }
    }

    fn count_before(&self, time: Duration) -> u64 {
        time.checked_sub(Duration::from_nanos(1)).map_or(0, |last| self.count_by(last))
    }
}

impl DueTimes {
    /// `per_second` is the rate where the load's pattern has no shape.
    pub fn new(per_second: f64, load: &Load) -> DueTimes {
        let shape = load.pattern.shape.as_ref();
        let first = shape.map_or(Level(per_second), LoadShape::first);
        let ramp = load.pattern.warmup_ramp.then(|| LoadShape::warmup(first, Span(load.warmup)));
        let kind = match load.pattern.arrivals {
            Arrivals::Even => {
                let steady = Stretch::new(shape.cloned(), per_second);
                let warmup = Stretch::new(ramp, first.0);
                let first_steady = warmup.count_before(load.warmup);
                Kind::Even { warmup, steady, first_steady }
            }
            Arrivals::Poisson => {
                let warmup = ramp.unwrap_or(LoadShape::constant(first));
                let steady = shape.cloned().unwrap_or(LoadShape::constant(first));
                let all = warmup.count(load.warmup.as_secs_f64()) + steady.count(load.steady.as_secs_f64());
                Kind::Poisson { warmup, steady, arrivals: PoissonProcess::new(all) }
            }
        };
        DueTimes { warmup: load.warmup, kind }
    }

    /// How long after the start the n-th (from 0) is due; at the end of time where there is no such number.
    pub fn due(&mut self, n: u64) -> Duration {
        match &mut self.kind {
            Kind::Even { warmup, first_steady, .. } if n < *first_steady => warmup.due(n),
            Kind::Even { steady, first_steady, .. } => {
                self.warmup.saturating_add(steady.due(n - *first_steady))
            }
            Kind::Poisson { warmup, steady, arrivals } => {
                let Some(place) = arrivals.place_of(n) else { return Duration::MAX };
                let seam = warmup.count(self.warmup.as_secs_f64());
                match place < seam {
                    true => duration_after(warmup.reaches(place)),
                    false => self.warmup.saturating_add(duration_after(steady.reaches(place - seam))),
                }
            }
        }
    }

    /// How many are due up to and including this time.
    pub fn count_by(&mut self, time: Duration) -> u64 {
        let in_steady = time.checked_sub(self.warmup);
        match (&mut self.kind, in_steady) {
            (Kind::Even { warmup, first_steady, .. }, None) => warmup.count_by(time).min(*first_steady),
            (Kind::Even { steady, first_steady, .. }, Some(time)) => {
                first_steady.saturating_add(steady.count_by(time))
            }
            (Kind::Poisson { warmup, steady, arrivals }, in_steady) => {
                let place = match in_steady {
                    None => warmup.count(time.as_secs_f64()),
                    Some(time) => warmup.count(self.warmup.as_secs_f64()) + steady.count(time.as_secs_f64()),
                };
                let (guess, total) = (arrivals.count_by(place), arrivals.total());
                // rounding to nanoseconds may put one on the other side
                correct_count(guess, |n| n < total && self.due(n) <= time)
            }
        }
    }

    /// How many are due before this time.
    pub fn count_before(&mut self, time: Duration) -> u64 {
        time.checked_sub(Duration::from_nanos(1)).map_or(0, |last| self.count_by(last))
    }
}
