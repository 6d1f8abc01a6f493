//! What a run will be able to decide, from the noise that its warm-up showed.
//!
//! A slope's standard error falls with the length watched: to the power 3/2 in noise that returns to its level, 1/2 in noise
//! that wanders (P. Perron and T. Yabu, 2009, section 2). So the spread of a slope over warm-up, what bends there taken
//! away, tells the spread over a steady of any length, and with it the smallest slope that it would show in four runs of
//! five, as [`super::Trend::detectable_per_s`] tells it afterwards. It is a forecast: steady's noise may be another.

use super::bins::Point;
use super::window::{FEWEST, Form, ReducedSeries};
use super::{FOUR_OF_FIVE, IN_PRACTICE, LOOKED_AT, Question, UNSEEN_JUMPS, least_jump, reduced_series};
use crate::evidence::Phase;
use statrs::distribution::{ContinuousCDF, StudentsT};

/// Where a look at the end of warm-up begins, as shares of it: load that has just begun shows another noise.
const STARTS: [f64; 4] = [0.0, 0.2, 0.35, 0.5];
/// Points that steady will have, less what is fitted: a run has some hundreds of samples and they become at most a
/// hundred points.
const FREEDOM: f64 = 90.0;
/// Noise that hangs together more closely than this wanders, as far as a window can show.
const WANDERS: f64 = 0.95;

/// The forecast for one series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DetectableGrowth {
    /// The smallest slope each second that a steady of [`DetectableGrowth::steady_s`] is likely to decide.
    pub per_s: f64,
    /// That steady's length in seconds.
    pub steady_s: f64,
    /// That slope falls with the length to this power.
    power: f64,
}

impl DetectableGrowth {
    /// How long a steady would have to be to decide so small a slope, in seconds.
    pub fn needs_s(&self, per_s: f64) -> f64 {
        self.steady_s * (self.per_s / per_s).powf(1.0 / self.power)
    }
}

/// By which power of its length a window's slope becomes more certain.
pub(super) fn power(correlation: f64) -> f64 {
    if correlation > WANDERS { 0.5 } else { 1.5 }
}

/// What a steady of so many seconds is likely to decide about a series, of which warm-up was seen. None where warm-up
/// holds too few readings.
pub fn forecast(question: &Question<'_>, steady_s: f64) -> Option<DetectableGrowth> {
    let Question { recording, series, false_alarm, .. } = *question;
    let warmup = (0..recording.len()).filter(|i| recording.phases[*i] == Phase::Warmup);
    let (times, values): (Vec<f64>, Vec<f64>) =
        warmup.filter_map(|i| Some((recording.elapsed_s[i], series.samples.get(i)?.get()?))).unzip();
    if times.len() < FEWEST || steady_s <= 0.0 {
        return None;
    }
    // less than a jump or two is not to be seen, however quiet it was
    let least = UNSEEN_JUMPS * least_jump(series.unit()) / steady_s;
    if values.iter().all(|v| *v == values[0]) {
        return Some(DetectableGrowth { per_s: least, steady_s, power: 1.0 });
    }
    let (ground, _) = reduced_series::reduce_without_teeth(&times, &values, None);
    let (spread_per_s, span_s, power) = noise(&ground)?;
    let spread = spread_per_s * (span_s / steady_s).powf(power);
    let beyond = StudentsT::new(0.0, 1.0, FREEDOM).ok()?.inverse_cdf(1.0 - false_alarm / LOOKED_AT);
    let per_s = (IN_PRACTICE * (beyond + FOUR_OF_FIVE) * spread).max(least);
    Some(DetectableGrowth { per_s, steady_s, power })
}

/// The spread of a slope each second over the longest end of warm-up that has one form, the seconds it spans, and by
/// which power of these it falls.
fn noise(ground: &ReducedSeries) -> Option<(f64, f64, f64)> {
    let whole_s = ground.points[ground.points.len() - 1].at_s - ground.points[0].at_s;
    let mut last = None;
    for share in STARTS {
        let from_s = ground.points[0].at_s + share * whole_s;
        let first = ground.points.partition_point(|p| p.at_s < from_s - 1e-9);
        let Some(window) = ground.examine(first, f64::INFINITY) else { break };
        let of = |line: &super::fit::Fit, span_s: f64| {
            (line.coefficient.spread() / ground.step_s, span_s, power(line.correlation))
        };
        last = Some(of(&window.line, window.span_s));
        match (window.form, &window.beside_warmup) {
            (Form::Straight | Form::BendsUp, _) => break,
            (Form::Saturates(_), Some((joint, tau_s))) => {
                // a line beside what dies away is less certain than one where nothing does, as in steady
                let height = joint.coefficients[2];
                let begin_s = ground.points[first].at_s;
                let points = ground.points[first..]
                    .iter()
                    .map(|p| Point { value: p.value + height * (-(p.at_s - begin_s) / tau_s).exp(), ..*p });
                let rest = ReducedSeries {
                    points: points.collect(),
                    beside: ground.beside.iter().map(|c| c[first..].to_vec()).collect(),
                    ..*ground
                };
                if let Some(window) = rest.examine(0, f64::INFINITY) {
                    last = Some(of(&window.line, window.span_s));
                }
                break;
            }
            _ => {}
        }
    }
    last
}
