//! Does a series grow without bound, or not, or can this data not tell?
//!
//! Pure functions: samples and events in, a [`Trend`] out; no I/O, no clock, nothing random.
//!
//! # Method
//! 1. [`timeline`], which all series share, and [`select`]: steady is judged, the other phases are context; readings
//!    taken while a forced collection ran are left out, and the first such collection may move the level for good.
//! 2. [`segments`]: a restart begins a new segment; each is judged by itself, over time and [`by_requests`]
//!    ([`judged_segments`]), and [`pooled_segments`] weighs their slopes together.
//! 3. [`reduced_series`]: samples become at most about a hundred points. Teeth ([`sawtooth`]) become one floor per
//!    cycle and [`regimes`] one point each; otherwise [`spikes`] and a [`hump`] go, and stretches of time become midmeans ([`bins`]).
//!    A dominant [`period`] is fitted with the line.
//! 4. [`fit`]: generalised least squares under every [`noise`] model from white noise over autoregressions and swings
//!    to random walks with momentum, averaged by integrated likelihood into a [`mixture`]. So the interval and the
//!    chance of growth allow for not knowing how the noise is correlated, which is what makes an ordinary regression
//!    cry wolf.
//! 5. [`window`]: the same on trailing windows, each against its rivals: a few [`steps`], a line that bends, a rise
//!    that dies away ([`rivals`]), and what falls or dips and comes back.
//! 6. [`decide`] and [`judge_segment`]: the longest trailing window of one form decides. Of a walk [`usual_rises`] asks
//!    whether its steps go up more often than down.
//!    Of counts the interval is at least that of so many [`arrivals`].
//! 7. [`exact_readings`]: a few readings on purpose are asked without any model of noise.
//! 8. [`cycles`]: where the load was repeated, the floors after each settle overrule all of this.
//!
//! The room also answers whose growth it is, where the mix of requests differs by design ([`attribution`]), when a
//! level reaches a [`limit`], what a run will be able to decide ([`detectable`]), what it would have found
//! ([`sensitivity`], [`hidden_by_past`], [`found_growth`]) and when to judge while it goes on ([`interim`]).
//!
//! # Assumptions
//! Noise has one character throughout a window; a leak's rate may vary but it does not pause for the last quarter of
//! what was seen; a quiet last two fifths are the end of growth.
//!
//! # Sources
//! Each module names its own in its head. The chief ones: P. Perron and T. Yabu, Estimating
//! Deterministic Trends with an Integrated or Stationary Noise Component (2009); C. A. Sims, Bayesian skepticism on
//! unit root econometrics (1988); A. C. Harvey, Forecasting, Structural Time Series Models and the Kalman Filter
//! (1989); D. A. Harville, Bayesian inference for variance components using only error contrasts (1974); G. Schwarz,
//! Estimating the dimension of a model (1978); M. H. Pesaran and A. Timmermann, Market timing and return prediction
//! under model instability (2002); K. K. G. Lan and D. L. DeMets, Discrete sequential boundaries for clinical trials
//! (1983).
//!
//! # How often it is wrong
//! `tests/trend` makes series of 66 families to order and holds the engine to error rates, a few of each family in
//! every test run and some 4,000 series with `cargo test --release --test trend -- --ignored`.
//!
//! # What it cannot do
//! It does not know what a series is: a heap that grows to its limit by design, or sessions that end later than the
//! run, grow. Teeth or rhythms of which the run saw fewer than about four stay inconclusive, and so do fewer than two
//! dozen samples that are not all alike. Leaks of fewer than about ten jumps look like a service that grew so often and
//! stopped, and a ratchet whose last jump is recent looks like a leak. A warm-up that has hardly begun to bend is a
//! line. Of a series read on purpose after collections, far apart, 'stable' is said where growth above a tenth of its
//! level would show: there alone the level matters.

mod arrivals;
mod attribution;
mod bins;
mod by_requests;
mod coarse_times;
mod cycles;
mod decide;
mod detectable;
mod exact_readings;
mod fell_back;
mod fit;
mod found_growth;
mod hidden_by_past;
mod hump;
mod interim;
mod judge_segment;
mod judged_segments;
mod limit;
mod mixture;
mod noise;
mod order;
mod period;
mod pooled_segments;
mod power;
mod question;
mod ramp;
mod reduced_series;
mod regimes;
mod returns;
mod rises;
mod rivals;
mod sawtooth;
mod segment_question;
mod segment_trend;
mod segment_values;
mod segments;
mod select;
mod sensitivity;
mod spikes;
mod steps;
mod timeline;
mod usual_rises;
mod values;
mod window;

pub use attribution::{Block, Effect, attribute};
pub use detectable::{DetectableGrowth, forecast};
pub use interim::InterimSchedule;
pub use limit::time_to_limit;
pub use question::Question;
pub use timeline::Timeline;

use cycles::Cycles;
use judged_segments::Segments;
use reduced_series::ReducedAs;

use crate::evidence::Series;
use crate::findings::{Direction, Estimate, Found, JudgedLevel, Shape, Trend, TrendReason, WindowReason};
use crate::units::Unit;

/// A growth of which at least this share came back after the load was held, not lost.
const CAME_BACK_SHARE: f64 = 0.8;
/// A window of this share of steady is all of it: its ends may be missing a point.
const WHOLE_STEADY_SHARE: f64 = 0.95;

/// The trend of one series.
///
/// The slope's interval is at 95 %. `p_value` allows for the windows and rivals that were examined, so it may be
/// compared with any level, by Holm's procedure too; 'growing' means that it is at most `false_alarm`.
pub fn trend(question: &Question<'_>) -> Trend {
    let Question { recording, series, events, false_alarm } = *question;
    trend_on(&Timeline::read(recording, events), series, false_alarm)
}

/// The same of one of several series of a recording, of which what they share was read once.
pub fn trend_on(timeline: &Timeline<'_>, series: &Series, false_alarm: f64) -> Trend {
    let Timeline { recording, events, requests_per_s, .. } = *timeline;
    let unit = series.unit();
    let picked = select::select(timeline, series);
    let Some(found) = Segments::find(&picked, events, unit == Unit::Count, false_alarm) else {
        return nothing_read();
    };
    let segments = found.len();
    let span_s = picked.times.last().zip(picked.times.first()).map_or(0.0, |(last, first)| last - first);
    let asked = power::Question { segments: &found, unit, span_s, false_alarm };
    let answer = asked.pool(found.judge_over_time(events)).map(|answer| {
        let returned = || asked.pool(found.judge_returns(events)?).filter(|other| other.overrules(&answer));
        if answer.may_hide_behind_swings() { returned().unwrap_or(answer) } else { answer }
    });
    let Some(power::Answer { mut judged, slope, start, end, kind, detectable_per_s }) = answer else {
        return nothing_read();
    };
    // a count of whole units has no finer slope than one unit over the time observed
    let step = sensitivity::counting_step(unit) / judged.span_s.max(f64::MIN_POSITIVE);
    let in_steps = |s: Estimate| Estimate { lo: s.lo.min(s.value - step), hi: s.hi.max(s.value + step), ..s };
    let slope = slope.map(in_steps).map(|slope| match unit {
        Unit::Count if segments == 1 => arrivals::widen_to_arrivals(slope, &picked.times, &picked.values),
        _ => slope,
    });
    let recovered = share_recovered(start, end, picked.settled);
    if judged.direction == Direction::Growing
        && let Some(share) = recovered.filter(|share| *share >= CAME_BACK_SHARE)
    {
        judged.direction = Direction::Inconclusive;
        judged.found = Found::CameBack { share };
        judged.needs_s = Some(2.0 * judged.span_s);
    }
    let slope_over_s = (segments == 1 && judged.slope.is_some())
        .then_some(judged.span_s)
        .filter(|over| *over < WHOLE_STEADY_SHARE * span_s);
    let reason = WindowReason { found: judged.found, over_s: judged.span_s, level: kind.into(), segments };
    let by_window = Trend {
        direction: judged.direction,
        shape: judged.shape,
        start,
        end,
        slope,
        slope_over_s,
        per_request: None,
        detectable_per_s,
        detectable_per_request: None,
        needs_s: judged.needs_s,
        recovered,
        p_value: judged.p_value,
        reason: TrendReason::Window(reason),
        read: None,
    };
    let decided = match cycles::across_cycles(recording, series, events) {
        Some(cycles) => overruled_by_cycles(by_window, cycles),
        None => by_window,
    };
    // over requests the readings are judged, or their floors, and no other level
    let other_level =
        matches!(decided.reason, TrendReason::Cycles { .. }) || matches!(kind, ReducedAs::Returns { .. });
    let over_requests = || slope_by_requests(timeline, &found, false_alarm);
    let per_request = match decided.slope {
        Some(_) if !other_level => over_requests().map(in_steps).or(decided.slope),
        slope => slope,
    };
    Trend {
        per_request: per_request.zip(requests_per_s).map(|(s, rate)| s.scaled(1.0 / rate)),
        needs_s: decided.needs_s.filter(|_| decided.direction == Direction::Inconclusive),
        ..decided
    }
}

/// The slope over requests in place of time, at their mean rate; none where the rate is even, or nothing is certain.
fn slope_by_requests(timeline: &Timeline<'_>, segments: &Segments<'_>, false_alarm: f64) -> Option<Estimate> {
    let judged = segments.judge(&segments.over_requests(timeline)?);
    let answers = judged.into_iter().map(|one| (one.answer, one.seconds)).collect();
    pooled_segments::pool_segments(answers, false_alarm)?.1
}

/// Where the load was repeated, the floors after each settle decide.
fn overruled_by_cycles(by_window: Trend, cycles: Cycles) -> Trend {
    Trend {
        direction: cycles.direction,
        slope: Some(cycles.slope),
        slope_over_s: None,
        needs_s: Some(2.0 * cycles.load_s),
        p_value: (2.0 * cycles.p_value).min(1.0),
        reason: TrendReason::Cycles { floors: cycles.floors },
        ..by_window
    }
}

impl From<ReducedAs> for JudgedLevel {
    fn from(kind: ReducedAs) -> JudgedLevel {
        match kind {
            ReducedAs::Floors { cycles, .. } => JudgedLevel::Floor { teeth: cycles },
            ReducedAs::Periodic { seconds } => JudgedLevel::BeneathPeriod { seconds },
            ReducedAs::Returns { times, .. } => JudgedLevel::ReturnedTo { times },
            ReducedAs::Level | ReducedAs::TooFewCycles { .. } => JudgedLevel::Readings,
        }
    }
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
        detectable_per_request: None,
        needs_s: None,
        recovered: None,
        p_value: 1.0,
        reason: TrendReason::NothingRead,
        read: None,
    }
}

/// Share of the growth in steady that came back in settle, 0 to 1; none without growth or settle.
fn share_recovered(start: Option<f64>, end: Option<f64>, settled: Option<f64>) -> Option<f64> {
    let (start, end, settled) = (start?, end?, settled?);
    (end > start).then(|| ((end - settled) / (end - start)).clamp(0.0, 1.0))
}
