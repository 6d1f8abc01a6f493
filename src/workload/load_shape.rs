//! The shape of a rate over a stretch of load.
//!
//! A shape is its cumulative rate: [`LoadShape::count`] says how many requests are due by a time,
//! [`LoadShape::reaches`] when a count is reached. The schedule, the time that follows from --requests and the mean
//! rate all come from these two. Each has a closed form except the inverse of a sine, which is Newton's method within a
//! bracket.

use std::f64::consts::TAU;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::units::{Level, Span};

/// A warm-up that ramps begins at this share of the rate at which steady begins.
const RAMP_FROM: f64 = 0.1;
/// And takes this share of warm-up: what fills with requests, a cache or a ring, still fills in the rest of it.
const RAMP_OVER: f64 = 0.2;

/// How the rate goes over a stretch of load, from the stretch's start on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum LoadShape {
    /// In a straight line, and then on at the rate it came to.
    Ramp {
        /// At the start.
        from: Level,
        /// At the end.
        to: Level,
        /// How long it takes.
        over: Span,
    },
    /// One after the other, and then on at the last.
    Steps {
        /// At least one.
        rates: Vec<Level>,
        /// How long each takes.
        each: Span,
    },
    /// A low rate that jumps up at the end of every period.
    Spikes {
        /// Most of the time.
        from: Level,
        /// In a spike.
        to: Level,
        /// From one spike's end to the next one's.
        every: Span,
        /// How long a spike takes.
        #[serde(rename = "for")]
        lasts: Span,
    },
    /// As a day goes: the lowest at the start, the highest after half a period.
    Sine {
        /// At the start of each period.
        low: Level,
        /// In its middle.
        high: Level,
        /// A day, whatever it takes.
        period: Span,
    },
}

impl LoadShape {
    /// The same rate throughout.
    pub fn constant(rate: Level) -> LoadShape {
        LoadShape::Ramp { from: rate, to: rate, over: Span::default() }
    }

    /// The warm-up of so long that leads up to this rate.
    pub fn warmup(rate: Level, warmup: Span) -> LoadShape {
        let over = Span(warmup.0.mul_f64(RAMP_OVER));
        LoadShape::Ramp { from: Level(rate.0 * RAMP_FROM), to: rate, over }
    }

    /// The rate at which it begins.
    pub fn first(&self) -> Level {
        match self {
            LoadShape::Ramp { from, .. } | LoadShape::Spikes { from, .. } => *from,
            LoadShape::Steps { rates, .. } => rates.first().copied().unwrap_or_default(),
            LoadShape::Sine { low, .. } => *low,
        }
    }

    /// The highest rate it comes to.
    pub fn peak(&self) -> Level {
        match self {
            LoadShape::Ramp { from, to, .. } | LoadShape::Spikes { from, to, .. } => Level(from.0.max(to.0)),
            LoadShape::Steps { rates, .. } => Level(rates.iter().map(|rate| rate.0).fold(0.0, f64::max)),
            LoadShape::Sine { low, high, .. } => Level(low.0.max(high.0)),
        }
    }

    /// The mean rate of its first `time`.
    pub fn mean(&self, time: Span) -> Level {
        Level(if time.secs() > 0.0 { self.count(time.secs()) / time.secs() } else { self.first().0 })
    }

    /// How many requests it has in its first `t` seconds: the integral of its rate.
    pub fn count(&self, t: f64) -> f64 {
        match self {
            LoadShape::Ramp { from, to, over } => {
                let over = over.secs();
                if t < over {
                    t * (from.0 + 0.5 * (to.0 - from.0) * t / over)
                } else {
                    0.5 * (from.0 + to.0) * over + to.0 * (t - over)
                }
            }
            LoadShape::Steps { rates, each } => {
                let each = each.secs();
                let (mut count, mut left) = (0.0, t);
                for (i, rate) in rates.iter().enumerate() {
                    if left <= each || i + 1 == rates.len() {
                        return count + rate.0 * left;
                    }
                    (count, left) = (count + rate.0 * each, left - each);
                }
                count
            }
            LoadShape::Spikes { from, to, every, lasts } => {
                let (calm, lasts) = (every.secs() - lasts.secs(), lasts.secs());
                let whole = (t / every.secs()).floor();
                let left = t - whole * every.secs();
                whole * (from.0 * calm + to.0 * lasts)
                    + from.0 * left.min(calm)
                    + to.0 * (left - calm).max(0.0)
            }
            LoadShape::Sine { low, high, period } => {
                let (low, high, period) = (low.0, high.0, period.secs());
                let (whole, left) = ((t / period).floor(), t % period);
                let mean = 0.5 * (low + high);
                whole * mean * period + wave(low, high, period, left)
            }
        }
    }

    /// After how many seconds it has so many; infinite where it never does.
    pub fn reaches(&self, count: f64) -> f64 {
        if count <= 0.0 {
            return 0.0;
        }
        match self {
            LoadShape::Ramp { from, to, over } => {
                let (over, all) = (over.secs(), self.count(over.secs()));
                if count >= all {
                    return over + after(count - all, to.0);
                }
                // the form of the quadratic formula that loses no digits where the ramp is nearly flat
                let slope = (to.0 - from.0) / over;
                2.0 * count / (from.0 + (from.0 * from.0 + 2.0 * slope * count).max(0.0).sqrt())
            }
            LoadShape::Steps { rates, each } => {
                let each = each.secs();
                let (mut time, mut left) = (0.0, count);
                for (i, rate) in rates.iter().enumerate() {
                    if left <= rate.0 * each || i + 1 == rates.len() {
                        return time + after(left, rate.0);
                    }
                    (time, left) = (time + each, left - rate.0 * each);
                }
                time
            }
            LoadShape::Spikes { from, to, every, lasts } => {
                let calm = every.secs() - lasts.secs();
                let (below, each) = (from.0 * calm, from.0 * calm + to.0 * lasts.secs());
                let (whole, left) = whole_and_left(count, each);
                let within =
                    if left <= below { after(left, from.0) } else { calm + after(left - below, to.0) };
                whole * every.secs() + within
            }
            LoadShape::Sine { low, high, period } => {
                let (low, high, period) = (low.0, high.0, period.secs());
                let (whole, left) = whole_and_left(count, 0.5 * (low + high) * period);
                whole * period + wave_reaches(low, high, period, left)
            }
        }
    }
}

impl fmt::Display for LoadShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadShape::Ramp { from, to, over } => write!(f, "ramp from {from} to {to} in {over}"),
            LoadShape::Steps { rates, each } => {
                let rates: Vec<String> = rates.iter().map(ToString::to_string).collect();
                write!(f, "steps of {} for {each} each", rates.join(", "))
            }
            LoadShape::Spikes { from, to, every, lasts } => {
                write!(f, "spikes from {from} to {to} for {lasts} in {every}")
            }
            LoadShape::Sine { low, high, period } => write!(f, "sine from {low} to {high} in {period}"),
        }
    }
}

/// How long so many take at this rate.
fn after(count: f64, rate: f64) -> f64 {
    match (count > 0.0, rate > 0.0) {
        (false, _) => 0.0,
        (true, true) => count / rate,
        (true, false) => f64::INFINITY,
    }
}

/// Whole periods of `each`, and what is left; never a whole one.
fn whole_and_left(count: f64, each: f64) -> (f64, f64) {
    let whole = (count / each).floor();
    (whole, (count - whole * each).max(0.0))
}

/// Requests in the first `t` seconds of a sine, within one period.
fn wave(low: f64, high: f64, period: f64, t: f64) -> f64 {
    0.5 * (low + high) * t - 0.5 * (high - low) * (TAU * t / period).sin() * period / TAU
}

/// When a sine has so many within one period: Newton's method, and a bisection wherever a step would leave the bracket,
/// as it does where the rate is near zero. It ends when a step moves it by less than a tenth of a nanosecond.
fn wave_reaches(low: f64, high: f64, period: f64, count: f64) -> f64 {
    let mean = 0.5 * (low + high);
    let swing = 0.5 * (high - low);
    // the sine's own part is bounded, and that bounds the time
    let reach = swing * period / TAU / mean;
    let (mut from, mut to) = ((count / mean - reach).max(0.0), (count / mean + reach).min(period));
    let mut t = (count / mean).clamp(from, to);
    for _ in 0..100 {
        let over = wave(low, high, period, t) - count;
        if over > 0.0 {
            to = t;
        } else {
            from = t;
        }
        let rate = mean - swing * (TAU * t / period).cos();
        let newton = t - over / rate;
        if over == 0.0 || (newton - t).abs() < 1e-10 || to - from < 1e-10 {
            return t;
        }
        t = if newton > from && newton < to { newton } else { 0.5 * (from + to) };
    }
    t
}

#[cfg(test)]
mod tests;
