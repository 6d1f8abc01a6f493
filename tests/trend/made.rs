//! Series made to order: a seed and a family's name give one series whose truth is known.
//!
//! What differs from series to series of a family (length, interval, level, noise and its memory, page size) is drawn
//! anew for each, over ranges wide enough that no constant can have been chosen to please one of them.

use rand::{RngExt, SeedableRng, rngs::SmallRng};
use soak::evidence::{Phase, Recording, Sample, Series};
use soak::findings::{Direction, Trend};
use soak::trend::{Question, trend};

/// What is asked of every series unless a test says otherwise.
pub const FALSE_ALARM: f64 = 0.05;

/// One series and what is true of it.
pub struct Made {
    pub family: &'static str,
    pub truth: Direction,
    /// Growth each second, where it has one value throughout.
    pub slope: Option<f64>,
    pub times: Vec<f64>,
    pub values: Vec<f64>,
    pub counts: bool,
}

/// A family and a length tell which one it is; a thousand values would not.
impl std::fmt::Debug for Made {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} of {} samples", self.truth, self.family, self.values.len())
    }
}

impl Made {
    pub fn recording(&self) -> Recording {
        table(&self.times, &self.values, if self.counts { "tasks" } else { "rss_bytes" })
    }

    pub fn judged(&self) -> Trend {
        judged(&self.recording())
    }
}

/// A table of one series, all of it steady.
pub fn table(times: &[f64], values: &[f64], name: &str) -> Recording {
    Recording {
        elapsed_s: times.to_vec(),
        phases: vec![Phase::Steady; times.len()],
        requests_total: vec![Sample::GAP; times.len()],
        series: vec![Series { id: name.into(), samples: values.iter().map(|v| Sample::new(*v)).collect() }],
    }
}

/// The trend of a table's first series.
pub fn judged(recording: &Recording) -> Trend {
    let series = &recording.series[0];
    trend(&Question { recording, series, events: &[], false_alarm: FALSE_ALARM })
}

/// One recording in the making: what all families draw alike.
pub struct Run {
    pub rng: SmallRng,
    /// Its length in seconds.
    pub span_s: f64,
    pub times: Vec<f64>,
    /// Where it stands at first, in bytes.
    pub level: f64,
    /// Standard deviation of its noise, in bytes.
    pub noise: f64,
}

impl Run {
    pub fn new(seed: u64) -> Run {
        let mut rng = SmallRng::seed_from_u64(seed);
        let n = log_uniform(&mut rng, 240.0, 1500.0) as usize;
        let interval = log_uniform(&mut rng, 0.2, 10.0);
        let times: Vec<f64> = (0..n).map(|i| i as f64 * interval).collect();
        let level = log_uniform(&mut rng, 8e6, 2e9);
        let noise = level * log_uniform(&mut rng, 2e-4, 1e-2);
        Run { rng, span_s: n as f64 * interval, times, level, noise }
    }

    pub fn uniform(&mut self, from: f64, until: f64) -> f64 {
        from + (until - from) * self.rng.random::<f64>()
    }

    pub fn log_uniform(&mut self, from: f64, until: f64) -> f64 {
        log_uniform(&mut self.rng, from, until)
    }

    /// Standard normal (G. E. P. Box and M. E. Muller, 1958).
    pub fn gauss(&mut self) -> f64 {
        let u: f64 = self.rng.random::<f64>().max(1e-300);
        (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * self.rng.random::<f64>()).cos()
    }

    pub fn exponential(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.rng.random::<f64>()).ln()
    }

    /// Counts with this mean.
    pub fn poisson(&mut self, mean: f64) -> f64 {
        if mean > 60.0 {
            return (mean + mean.sqrt() * self.gauss()).round().max(0.0);
        }
        let (mut left, mut count) = (mean, 0.0);
        loop {
            left -= self.exponential(1.0);
            if left < 0.0 {
                return count;
            }
            count += 1.0;
        }
    }

    /// Moments of a Poisson process with so many events on average, in order.
    pub fn moments(&mut self, many: f64) -> Vec<f64> {
        let mut at = 0.0;
        let mut out = Vec::new();
        loop {
            at += self.exponential(self.span_s / many);
            if at >= self.span_s {
                return out;
            }
            out.push(at);
        }
    }

    /// Independent noise.
    pub fn white(&mut self) -> Vec<f64> {
        (0..self.times.len()).map(|_| self.noise * self.gauss()).collect()
    }

    /// An autoregression that forgets within this share of the run, beside a little white noise.
    pub fn wandering(&mut self, memory: f64) -> Vec<f64> {
        let keep = (-1.0 / (memory * self.times.len() as f64).max(0.2)).exp();
        let fresh = (1.0 - keep * keep).sqrt();
        let mut state = self.gauss();
        (0..self.times.len())
            .map(|_| {
                state = keep * state + fresh * self.gauss();
                self.noise * (state + 0.3 * self.gauss())
            })
            .collect()
    }

    /// White or wandering, as it comes.
    pub fn some_noise(&mut self) -> Vec<f64> {
        if self.rng.random::<f64>() < 0.5 {
            return self.white();
        }
        let memory = self.log_uniform(0.002, 0.03);
        self.wandering(memory)
    }

    /// Level, shape and noise together.
    pub fn values(&self, noise: &[f64], shape: impl Fn(f64) -> f64) -> Vec<f64> {
        self.times.iter().zip(noise).map(|(t, e)| self.level + shape(*t) + e).collect()
    }

    /// The standard error of a slope in this run's noise, as if that were white, per second.
    pub fn slope_error(&self) -> f64 {
        self.noise * 12f64.sqrt() / (self.span_s * (self.times.len() as f64).sqrt())
    }

    /// A slope that the noise does not hide: so many of its errors in a few dozen independent readings.
    pub fn clear_slope(&mut self) -> f64 {
        let times = self.log_uniform(3.0, 60.0);
        times * 2.0 * self.noise / self.span_s
    }

    fn made(self, family: &'static str, truth: Direction, slope: Option<f64>, mut values: Vec<f64>) -> Made {
        // what a kernel counts comes in pages
        values.iter_mut().for_each(|v| *v = (v.max(0.0) / 4096.0).round() * 4096.0);
        Made { family, truth, slope, times: self.times, values, counts: false }
    }

    pub fn stable(self, family: &'static str, values: Vec<f64>) -> Made {
        self.made(family, Direction::Stable, Some(0.0), values)
    }

    pub fn growing(self, family: &'static str, slope: impl Into<Option<f64>>, values: Vec<f64>) -> Made {
        self.made(family, Direction::Growing, slope.into(), values)
    }

    pub fn unsure(self, family: &'static str, values: Vec<f64>) -> Made {
        self.made(family, Direction::Inconclusive, None, values)
    }

    /// The same for whole numbers of tasks.
    pub fn tasks(self, family: &'static str, truth: Direction, slope: Option<f64>, values: Vec<f64>) -> Made {
        let values = values.iter().map(|v| v.max(0.0).round()).collect();
        Made { family, truth, slope, times: self.times, values, counts: true }
    }
}

/// Every scale alike likely.
pub fn log_uniform(rng: &mut SmallRng, from: f64, until: f64) -> f64 {
    (from.ln() + (until / from).ln() * rng.random::<f64>()).exp()
}

/// How often each answer was given.
#[derive(Default, Clone, Copy, Debug)]
pub struct Tally {
    pub growing: usize,
    pub stable: usize,
    pub unsure: usize,
}

impl Tally {
    pub fn count(&mut self, direction: Direction) {
        match direction {
            Direction::Growing => self.growing += 1,
            Direction::Stable => self.stable += 1,
            Direction::Inconclusive => self.unsure += 1,
        }
    }

    pub fn all(self) -> usize {
        self.growing + self.stable + self.unsure
    }
}

impl std::ops::Add for Tally {
    type Output = Tally;

    fn add(self, other: Tally) -> Tally {
        Tally {
            growing: self.growing + other.growing,
            stable: self.stable + other.stable,
            unsure: self.unsure + other.unsure,
        }
    }
}
