//! What a run will be able to decide, from the noise that its warm-up showed.
//!
//! A slope's standard error falls with the length watched: to the power 3/2 in noise that returns to its level, 1/2 in
//! noise that wanders (P. Perron and T. Yabu, 2009, section 2). So the spread of a slope over warm-up, what bends there
//! taken away, tells the spread over a steady of any length, and with it the smallest slope that it would show in four
//! runs of five, as [`super::Trend::detectable_per_s`] tells it afterwards. It is a forecast: steady's noise may be
//! another.

use super::bins::Point;
use super::fit::Fit;
use super::question::Question;
use super::reduced_series::{LEAST_POINTS, ReducedSeries, reduce_without_teeth};
use super::segment_trend::WINDOWS_ALLOWED_FOR;
use super::segment_values::SegmentValues;
use super::sensitivity::{
    FOUND_JUMPS, FOUR_OF_FIVE_RUNS, SPREAD_IN_PRACTICE, UNSEEN_JUMPS, least_jump, length_power,
};
use super::window::{Form, examine};
use crate::evidence::Phase;
use statrs::distribution::{ContinuousCDF, StudentsT};

/// Where a look at the end of warm-up begins, as shares of it: load that has just begun shows another noise.
const WINDOW_STARTS: [f64; 4] = [0.0, 0.2, 0.35, 0.5];
/// Points that steady will have, less what is fitted: a run has some hundreds of samples and they become at most a
/// hundred points.
const STEADY_DEGREES_OF_FREEDOM: f64 = 90.0;

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
    /// Of a quantity whose noise is far below `least`, the least growth within steady that counts: that much, over a
    /// steady of so many seconds.
    pub fn of_least(least: f64, steady_s: f64) -> DetectableGrowth {
        DetectableGrowth { per_s: least / steady_s, steady_s, power: 1.0 }
    }

    /// The same where something else hides more, so much each second: a fixed amount, whose share of each second falls
    /// with the length.
    pub fn hidden_below(self, per_s: f64) -> DetectableGrowth {
        match per_s > self.per_s {
            true => DetectableGrowth { per_s, power: 1.0, ..self },
            false => self,
        }
    }

    /// How long a steady would have to be to decide so small a slope, in seconds.
    pub fn needs_s(&self, per_s: f64) -> f64 {
        self.steady_s * (self.per_s / per_s).powf(1.0 / self.power)
    }
}

/// What a steady of so many seconds is likely to decide about a series, of which warm-up was seen. None where warm-up
/// holds too few readings.
pub fn forecast(question: &Question<'_>, steady_s: f64) -> Option<DetectableGrowth> {
    let Question { recording, series, false_alarm, .. } = *question;
    let warmup = (0..recording.len()).filter(|i| recording.phases[*i] == Phase::Warmup);
    let (times, values): (Vec<f64>, Vec<f64>) =
        warmup.filter_map(|i| Some((recording.elapsed_s[i], series.samples.get(i)?.get()?))).unzip();
    if times.len() < LEAST_POINTS || steady_s <= 0.0 {
        return None;
    }
    // less than a few jumps is not to be seen, however quiet it was
    let jump_per_s = least_jump(series.unit()) / steady_s;
    if values.iter().all(|v| *v == values[0]) {
        return Some(DetectableGrowth { per_s: UNSEEN_JUMPS * jump_per_s, steady_s, power: 1.0 });
    }
    let (reduced, _) = reduce_without_teeth(&times, &SegmentValues::new(&values), None);
    let (spread_per_s, span_s, power) = slope_noise_of(&reduced)?;
    let spread = spread_per_s * (span_s / steady_s).powf(power);
    let beyond = StudentsT::new(0.0, 1.0, STEADY_DEGREES_OF_FREEDOM)
        .ok()?
        .inverse_cdf(1.0 - false_alarm / WINDOWS_ALLOWED_FOR);
    let per_s = (SPREAD_IN_PRACTICE * (beyond + FOUR_OF_FIVE_RUNS) * spread).max(FOUND_JUMPS * jump_per_s);
    Some(DetectableGrowth { per_s, steady_s, power })
}

/// The spread of a slope each second over the longest end of warm-up that has one form, the seconds it spans, and by
/// which power of these it falls.
fn slope_noise_of(reduced: &ReducedSeries) -> Option<(f64, f64, f64)> {
    let whole_s = reduced.points[reduced.points.len() - 1].at_s - reduced.points[0].at_s;
    let mut last = None;
    for share in WINDOW_STARTS {
        let from_s = reduced.points[0].at_s + share * whole_s;
        let first = reduced.points.partition_point(|p| p.at_s < from_s - 1e-9);
        let Some(window) = examine(reduced, first, f64::INFINITY) else { break };
        let slope_noise = |line: &Fit, span_s: f64| {
            (line.coefficient.spread() / reduced.step_s, span_s, length_power(line.correlation))
        };
        last = Some(slope_noise(&window.line, window.span_s));
        match (window.form, &window.beside_warmup) {
            (Form::Straight | Form::BendsUp, _) => break,
            (Form::Saturates(_), Some((joint, tau_s))) => {
                // a line beside what dies away is less certain than one where nothing does, as in steady
                let height = joint.coefficients[2];
                let begin_s = reduced.points[first].at_s;
                let points = reduced.points[first..]
                    .iter()
                    .map(|p| Point { value: p.value + height * (-(p.at_s - begin_s) / tau_s).exp(), ..*p });
                let rest = ReducedSeries {
                    points: points.collect(),
                    beside: reduced.beside.iter().map(|c| c[first..].to_vec()).collect(),
                    ..*reduced
                };
                if let Some(window) = examine(&rest, 0, f64::INFINITY) {
                    last = Some(slope_noise(&window.line, window.span_s));
                }
                break;
            }
            _ => {}
        }
    }
    last
}
