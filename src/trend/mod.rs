//! Does a series grow without bound, or not, or can this data not tell?
//!
//! Pure functions: samples and events in, a [`Trend`] out; no I/O, no clock, nothing random.
//!
//! # Method
//! 1. [`select`]: steady is judged, what stands around it is context; readings taken while a forced collection ran are left
//!    out, and the first such collection may move the level for good.
//! 2. [`segments`]: a restart begins a new segment; each is judged by itself, and [`pool`] weighs their slopes together.
//! 3. [`reduced_series`]: samples become at most about a hundred points. Teeth ([`sawtooth`]) become one floor a cycle and
//!    [`regimes`] one point each; otherwise spikes go ([`spikes`]), and stretches of time become midmeans ([`bins`]).
//!    A dominant [`period`] is fitted beside the line.
//! 4. [`fit`]: generalised least squares under every [`noise`] model from white noise over autoregressions and swings to
//!    random walks with momentum, averaged by integrated likelihood into a [`mixture`]. So the interval and the chance of
//!    growth allow for not knowing how the noise hangs together, which is what makes an ordinary regression cry wolf.
//! 5. [`window`]: the same on trailing windows, each against its [`rivals`]: a few steps, a line that bends, a rise that
//!    dies away; and beside what falls or dips and comes back.
//! 6. [`decide`] and [`answer`]: the longest trailing window of one form decides.
//! 7. [`cycles`]: where the load was repeated, the floors after each settle overrule all of this.
//!
//! Beside these stand [`attribution`] (whose growth it is, where the mix of requests differs by design), [`limit`] (when a
//! level reaches one), [`why`] (the sentence), [`detectable`] (what a run will be able to decide) and [`sequential`] (when to
//! look while it goes on).
//!
//! # Assumptions
//! Noise has one character throughout a window; a leak's rate may vary but it does not pause for the last quarter of what was
//! seen; a quiet last two fifths are the end of growth.
//!
//! # Sources
//! They stand in the heads of the modules that use them. The chief of them: P. Perron and T. Yabu, Estimating
//! Deterministic Trends with an Integrated or Stationary Noise Component (2009); C. A. Sims, Bayesian skepticism on unit root
//! econometrics (1988); A. C. Harvey, Forecasting, Structural Time Series Models and the Kalman Filter (1989); D. A.
//! Harville, Bayesian inference for variance components using only error contrasts (1974); G. Schwarz, Estimating the
//! dimension of a model (1978); M. H. Pesaran and A. Timmermann, Market timing and return prediction under model
//! instability (2002); K. K. G. Lan and D. L. DeMets, Discrete sequential boundaries for clinical trials (1983).
//!
//! # How often it is wrong
//! `tests/trend` makes series of 66 families to order and holds the engine to error rates, a few of each family in every
//! test run and some 4,000 series with `cargo test --release --test trend -- --ignored`.
//!
//! # What it cannot do
//! It does not know what a series is: a heap that grows to its limit by design, or sessions that end later than the run,
//! grow. Teeth or rhythms of which the run saw fewer than about four stay inconclusive, and so do fewer than two dozen
//! samples that are not all alike. Leaks of fewer than about ten jumps are not told from a service that grew so often and
//! stopped, nor a ratchet whose last jump is recent from a leak. A warm-up that has hardly begun to bend is a line. Of a
//! series read on purpose after collections, far apart, 'stable' is said where growth above a tenth of its level would
//! show: there alone the level matters.

mod answer;
mod attribution;
mod bins;
mod cycles;
mod decide;
mod detectable;
mod fit;
mod limit;
mod mixture;
mod noise;
mod period;
mod pool;
mod reduced_series;
mod regimes;
mod rivals;
mod sawtooth;
mod segments;
mod select;
mod sequential;
mod spikes;
mod why;
mod window;

use answer::{Answer, Asked, LOOKED_AT, Reason, answer};
pub use attribution::{Block, Effect, attribute};
pub use detectable::{DetectableGrowth, forecast};
pub use limit::reaches;
use reduced_series::ReducedAs;
pub use sequential::InterimSchedule;

use crate::evidence::{Event, Recording, Series};
use crate::findings::{Direction, Estimate, Shape, Trend};
use crate::units::Unit;

/// A growth of which at least this share came back after the load was held, not lost.
const CAME_BACK: f64 = 0.8;
/// From a slope's spread to what is found in four runs of five: the normal distribution's upper fifth.
const FOUR_OF_FIVE: f64 = 0.84;
/// Noise is estimated from the same data, and rivals of a line take a share of what a slope explains: what two errors
/// alone would promise is found in three runs of five. With this factor it is four, as simulated in tests/trend/copes.rs.
const IN_PRACTICE: f64 = 1.3;
/// Jumps that a constant series would have shown with 95 % probability, had it grown at the rate told (Poisson).
const UNSEEN_JUMPS: f64 = 3.0;
/// Of a level that dropped less often than this nobody knows whether the next drop goes as low.
const DROPS: usize = 3;
/// A window of this share of steady is all of it: its ends may be missing a point.
const WHOLE: f64 = 0.95;
/// What bytes of a process are counted in on most machines.
const PAGE: f64 = 4096.0;

/// What is asked of [`trend`].
pub struct Question<'a> {
    /// The table the series stands in: times, phases, requests.
    pub recording: &'a Recording,
    /// The series to judge.
    pub series: &'a Series,
    /// What happened meanwhile: collections, restarts, cycles, phases.
    pub events: &'a [Event],
    /// The chance of answering 'growing' on a series that does not grow, at most; 0.05 for a series asked by itself.
    pub false_alarm: f64,
}

/// The trend of one series.
///
/// The slope's interval is at 95 %. `p_value` allows for the windows and rivals that were looked at, so it may be
/// compared with any level, by Holm's procedure too; 'growing' means that it is at most `false_alarm`.
pub fn trend(question: &Question<'_>) -> Trend {
    let Question { recording, series, events, false_alarm } = *question;
    let unit = series.unit();
    let picked = select::select(question);
    let Some((first, n)) = picked.first.zip(Some(picked.times.len()).filter(|n| *n > 0)) else {
        return nothing_read();
    };
    let lives = segments::find_segments(&picked.times, &picked.values, first, events);
    let mut answers = Vec::new();
    let (mut start, mut end, mut kind) = (None, None, ReducedAs::Level);
    let mut longest = -1.0;
    for life in &lives {
        let times = &picked.times[life.clone()];
        let shift = picked.first_collection_s.filter(|s| times[0] < *s && *s < times[times.len() - 1]);
        let (ground, life_kind) = reduced_series::reduce(times, &picked.values[life.clone()], shift);
        let (at_start, at_end) = ends(&ground);
        start = start.or(at_start);
        end = at_end.or(end);
        let seconds = times[times.len() - 1] - times[0];
        if seconds > longest {
            (longest, kind) = (seconds, life_kind);
        }
        let asked = Asked {
            ground: &ground,
            kind: life_kind,
            samples: times.len(),
            deliberate: picked.deliberate,
            lowest_before: if lives.len() > 1 { Some(first) } else { picked.lowest_before },
            false_alarm,
        };
        let mut answered = answer(&asked);
        if let ReducedAs::Floors { .. } | ReducedAs::TooFewCycles { .. } = life_kind
            && answered.direction == Direction::Inconclusive
        {
            let (ground, kind) =
                reduced_series::reduce_without_teeth(times, &picked.values[life.clone()], shift);
            let whole = answer(&Asked { ground: &ground, kind, ..asked });
            // a level that falls from its last tooth on, above floors that rose, says nothing of them
            if whole.reason != Reason::Falls || at_end <= at_start {
                answered = with_all_its_teeth(answered, life_kind, whole);
            }
        }
        answers.push((answered, seconds));
    }
    let Some((mut judged, slope)) = pool::pool(answers, false_alarm) else { return nothing_read() };
    // what is counted in whole ones cannot be told closer than one of them over the time watched
    let grain = grain(unit) / judged.span_s.max(f64::MIN_POSITIVE);
    let mut slope =
        slope.map(|s| Estimate { lo: s.lo.min(s.value - grain), hi: s.hi.max(s.value + grain), ..s });
    let recovered = recovered(start, end, picked.settled);
    if judged.direction == Direction::Growing
        && let Some(share) = recovered.filter(|share| *share >= CAME_BACK)
    {
        judged.direction = Direction::Inconclusive;
        judged.reason = Reason::CameBack { share };
        judged.needs_s = Some(2.0 * judged.span_s);
    }
    let span_s = picked.times[n - 1] - picked.times[0];
    let mut slope_over_s = (lives.len() == 1 && judged.slope.is_some()).then_some(judged.span_s);
    let detectable_per_s = detectable_slope(&judged, unit, span_s, false_alarm);
    let facts = why::Facts { unit, slope, start, end, detectable_per_s, recovered, kind, lives: lives.len() };
    let mut why = why::why(&judged, &facts);
    if let Some(cycles) = cycles::across_cycles(recording, series, events) {
        judged.direction = cycles.direction;
        judged.p_value = (2.0 * cycles.p_value).min(1.0);
        judged.needs_s = (cycles.direction == Direction::Inconclusive).then_some(2.0 * cycles.load_s);
        if cycles.slope.is_some() {
            (slope, slope_over_s) = (cycles.slope, None);
        }
        why = why::across(&cycles, unit);
    }
    let per_request = slope.zip(picked.requests_per_s).map(|(s, rate)| s.scaled(1.0 / rate));
    Trend {
        direction: judged.direction,
        shape: judged.shape,
        start,
        end,
        slope,
        slope_over_s: slope_over_s.filter(|over| *over < WHOLE * span_s),
        per_request,
        detectable_per_s,
        needs_s: judged.needs_s.filter(|_| judged.direction == Direction::Inconclusive),
        recovered,
        p_value: judged.p_value,
        why,
    }
}

/// What is known of an inconclusive floor, or of too few teeth to have one, beside what the level with them says.
fn with_all_its_teeth(mut floor: Answer, kind: ReducedAs, whole: Answer) -> Answer {
    match kind {
        // floors are few; where the level with all its teeth is certain not to grow, the floor under it does not
        ReducedAs::Floors { .. } if whole.direction == Direction::Stable => {
            return Answer { shape: Shape::Sawtooth, ..whole };
        }
        ReducedAs::TooFewCycles { cycles, .. } if cycles < DROPS => return floor,
        _ => {}
    }
    if floor.slope.is_none() {
        // too few teeth to tell a slope by: what the level with them leaves open bounds it all the same
        (floor.slope, floor.span_s) = (whole.slope, whole.span_s);
    }
    floor
}

fn nothing_read() -> Trend {
    Trend {
        direction: Direction::Inconclusive,
        shape: Shape::TooShort,
        start: None,
        end: None,
        slope: None,
        slope_over_s: None,
        per_request: None,
        detectable_per_s: None,
        needs_s: None,
        recovered: None,
        p_value: 1.0,
        why: "nothing was read in steady".into(),
    }
}

/// Levels (floors) at both ends: the medians of three points, or of few the first and the last.
fn ends(ground: &window::ReducedSeries) -> (Option<f64>, Option<f64>) {
    let values: Vec<f64> = ground.points.iter().map(|p| p.value).collect();
    let few = if values.len() < 16 { values.len().min(1) } else { 3 };
    if few == 0 {
        return (None, None);
    }
    let mut first = values[..few].to_vec();
    let mut last = values[values.len() - few..].to_vec();
    (Some(bins::median(&mut first)), Some(bins::median(&mut last)))
}

/// Share of the growth in steady that came back in settle, 0 to 1; none without growth or settle.
fn recovered(start: Option<f64>, end: Option<f64>, settled: Option<f64>) -> Option<f64> {
    let (start, end, settled) = (start?, end?, settled?);
    (end > start).then(|| ((end - settled) / (end - start)).clamp(0.0, 1.0))
}

/// What a series of this unit is counted in at the least; nought where it can have any value.
fn grain(unit: Unit) -> f64 {
    if matches!(unit, Unit::Bytes | Unit::Count) { least_jump(unit) } else { 0.0 }
}

/// The least by which a series of this unit can move.
fn least_jump(unit: Unit) -> f64 {
    if unit == Unit::Bytes { PAGE } else { 1.0 }
}

/// The smallest slope each second that data like these would have shown in four of five runs.
fn detectable_slope(answer: &Answer, unit: Unit, span_s: f64, false_alarm: f64) -> Option<f64> {
    match &answer.slope {
        Some(s) => {
            let beyond = s.coefficient.quantile(1.0 - false_alarm / LOOKED_AT) - s.coefficient.mean();
            let noise = IN_PRACTICE * (beyond + FOUR_OF_FIVE * s.coefficient.spread()) / s.step_s;
            Some(noise.max(UNSEEN_JUMPS * grain(unit) / answer.span_s.max(f64::MIN_POSITIVE)))
        }
        None if answer.reason == Reason::Constant && span_s > 0.0 => {
            Some(UNSEEN_JUMPS * least_jump(unit) / span_s)
        }
        None => None,
    }
}
