//! The segments of one series, each judged by itself over time or over requests.
//!
//! What depends on the values alone is worked out once for both axes.

use std::ops::Range;

use super::bins::{Point, median};
use super::exact_readings::LEAST_EXACT_READINGS;
use super::fell_back::fell_back;
use super::hidden_by_past::hidden_slope;
use super::judge_segment::judge_segment;
use super::reduced_series::{ReducedAs, ReducedSeries, reduce, reduce_to_returns, reduce_without_teeth};
use super::segment_question::SegmentQuestion;
use super::segment_trend::SegmentTrend;
use super::segment_values::SegmentValues;
use super::segments::find_segments;
use super::select::Selection;
use super::timeline::Timeline;
use crate::evidence::Event;
use crate::findings::{Direction, Found, Shape};

/// Of a level that dropped less often than this it is unknown whether the next drop goes as low.
const LEAST_DROPS: usize = 3;

/// What is between the restarts of one series.
pub(super) struct Segments<'a> {
    picked: &'a Selection,
    /// Where each is among the picked samples.
    all: Vec<(Range<usize>, SegmentValues<'a>)>,
    /// The first reading of all.
    first: f64,
    whole_units: bool,
    false_alarm: f64,
}

/// Moments on one axis.
pub(super) struct Axis {
    /// Those of the picked samples.
    at_s: Vec<f64>,
    first_collection_s: Option<f64>,
}

/// One segment and what it was judged by.
pub(super) struct JudgedSegment {
    pub(super) answer: SegmentTrend,
    /// Its length.
    pub(super) seconds: f64,
    kind: ReducedAs,
    reduced: ReducedSeries,
}

/// The points of one segment, and what they stand for.
pub(super) struct ReducedSegment {
    reduced: ReducedSeries,
    kind: ReducedAs,
    samples: usize,
    /// Its length.
    seconds: f64,
}

/// What all segments come to over time.
#[derive(Default)]
pub(super) struct OverTime {
    /// Each segment's answer with its length in seconds.
    pub(super) answers: Vec<(SegmentTrend, f64)>,
    /// Level (floor) at the start of the first and the end of the last.
    pub(super) start: Option<f64>,
    pub(super) end: Option<f64>,
    /// How the longest of them was reduced.
    pub(super) kind: ReducedAs,
    /// The slope per second up to which its past hides growth.
    pub(super) hidden_per_s: f64,
    /// What each was judged by.
    pub(super) points: Vec<ReducedSegment>,
}

impl<'a> Segments<'a> {
    /// The segments of the samples that were picked; none where nothing was read in steady.
    pub(super) fn find(
        picked: &'a Selection,
        events: &[Event],
        whole_units: bool,
        false_alarm: f64,
    ) -> Option<Segments<'a>> {
        let first = picked.first.filter(|_| !picked.times.is_empty())?;
        let values = &picked.values[..];
        let whole = SegmentValues::new(values);
        let mut found = find_segments(&picked.times, &whole.values, first, events);
        let all = match &mut found[..] {
            [only] if *only == (0..values.len()) => vec![(only.clone(), whole)],
            several => several.iter().map(|s| (s.clone(), SegmentValues::new(&values[s.clone()]))).collect(),
        };
        Some(Segments { picked, all, first, whole_units, false_alarm })
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// When the first of them begins.
    pub(super) fn starts_s(&self) -> f64 {
        self.picked.times[0]
    }

    /// The axis of time.
    pub(super) fn over_time(&self) -> Axis {
        Axis { at_s: self.picked.times.clone(), first_collection_s: self.picked.first_collection_s }
    }

    /// The axis of requests; none where their rate was even, or they are not counted.
    pub(super) fn over_requests(&self, timeline: &Timeline<'_>) -> Option<Axis> {
        let requests = timeline.by_requests()?;
        let moved = |at_s: f64| requests.at(&timeline.recording.elapsed_s, at_s);
        Some(Axis {
            at_s: self.picked.samples.iter().map(|i| requests.samples[*i]).collect(),
            first_collection_s: self.picked.first_collection_s.map(moved),
        })
    }

    /// Judges each segment.
    pub(super) fn judge(&self, axis: &Axis) -> Vec<JudgedSegment> {
        self.all.iter().map(|(range, values)| self.judge_one(axis, range.clone(), values)).collect()
    }

    /// The lowest level before a segment.
    fn lowest_before(&self) -> Option<f64> {
        if self.len() > 1 { Some(self.first) } else { self.picked.lowest_before }
    }

    /// What is asked about the points of one segment, which stand for so many samples.
    fn asked<'r>(&self, reduced: &'r ReducedSeries, kind: ReducedAs, samples: usize) -> SegmentQuestion<'r> {
        // the level that it returns to is asked about where the answer before was another
        let questions = if let ReducedAs::Returns { .. } = kind { 2.0 } else { 1.0 };
        SegmentQuestion {
            reduced,
            kind,
            samples,
            deliberate: self.picked.deliberate,
            whole_units: self.whole_units,
            samples_in_all: self.picked.times.len(),
            lowest_before: self.lowest_before(),
            false_alarm: self.false_alarm / questions,
        }
    }

    /// What is said of the same points of each segment after each was moved.
    pub(super) fn judge_moved(
        &self,
        segments: &[ReducedSegment],
        moved: impl Fn(&Point) -> Point,
    ) -> Vec<(SegmentTrend, f64)> {
        let judge = |segment: &ReducedSegment| {
            let ReducedSegment { reduced, kind, samples, seconds } = segment;
            let points = reduced.points.iter().map(&moved).collect();
            let reduced = ReducedSeries { points, beside: reduced.beside.clone(), ..*reduced };
            (judge_segment(&self.asked(&reduced, *kind, *samples)), *seconds)
        };
        segments.iter().map(judge).collect()
    }

    fn judge_one(&self, axis: &Axis, range: Range<usize>, values: &SegmentValues<'_>) -> JudgedSegment {
        let picked = self.picked;
        let times = &axis.at_s[range];
        let shift = shift_within(times, axis.first_collection_s);
        let (mut reduced, kind) = reduce(times, values, shift);
        if picked.deliberate {
            reduced.fewest = reduced.fewest.min(LEAST_EXACT_READINGS);
        }
        let asked = self.asked(&reduced, kind, times.len());
        let mut answer = judge_segment(&asked);
        if let ReducedAs::Floors { .. } | ReducedAs::TooFewCycles { .. } = kind
            && answer.direction == Direction::Inconclusive
        {
            let (at_start, at_end) = levels_at_ends(&reduced);
            let (reduced, plain) = reduce_without_teeth(times, values, shift);
            let whole = judge_segment(&SegmentQuestion { reduced: &reduced, kind: plain, ..asked });
            // a level that falls from its last tooth on, above floors that rose, says nothing of them
            if whole.found != Found::Falls || at_end <= at_start {
                answer = with_whole_level(answer, kind, whole);
            }
        }
        JudgedSegment { answer, seconds: times[times.len() - 1] - times[0], kind, reduced }
    }

    /// Judges each segment over time; without events nothing says whether a fall was a restart, after which the level
    /// has only begun anew.
    pub(super) fn judge_over_time(&self, events: &[Event]) -> OverTime {
        let axis = self.over_time();
        let judged = self.judge(&axis).into_iter().zip(&self.all);
        let mut out = OverTime::default();
        for (one, (range, values)) in judged {
            self.add(&mut out, one, (&axis.at_s[range.clone()], values), events);
        }
        out
    }

    /// Judges the level that a series keeps returning to, if that is one segment, and does. It is the second question
    /// about the same series, so its chance counts twice, as in [`SegmentQuestion::false_alarm`].
    pub(super) fn judge_returns(&self, events: &[Event]) -> Option<OverTime> {
        let [(_, values)] = &self.all[..] else { return None };
        let times = &self.picked.times;
        let (reduced, kind) =
            reduce_to_returns(times, values, shift_within(times, self.picked.first_collection_s))?;
        let answer = judge_segment(&self.asked(&reduced, kind, times.len()));
        let answer = SegmentTrend { p_value: (2.0 * answer.p_value).min(1.0), ..answer };
        let seconds = times[times.len() - 1] - times[0];
        let mut out = OverTime::default();
        self.add(&mut out, JudgedSegment { answer, seconds, kind, reduced }, (times, values), events);
        Some(out)
    }

    /// Adds a segment to what all come to.
    fn add(
        &self,
        out: &mut OverTime,
        one: JudgedSegment,
        (times, values): (&[f64], &SegmentValues<'_>),
        events: &[Event],
    ) {
        let JudgedSegment { mut answer, seconds, kind, reduced } = one;
        let (at_start, at_end) = levels_at_ends(&reduced);
        out.start = out.start.or(at_start);
        out.end = at_end.or(out.end);
        if events.is_empty()
            && answer.direction == Direction::Stable
            && !matches!(kind, ReducedAs::Floors { .. })
            && let Some(height) = fell_back(times, &values.values, self.whole_units, self.false_alarm)
        {
            answer.direction = Direction::Inconclusive;
            answer.found = Found::FellBack { height };
            answer.needs_s = Some(2.0 * seconds);
        }
        if out.answers.iter().all(|(_, other_s)| seconds > *other_s) {
            out.kind = kind;
            out.hidden_per_s = hidden_slope(&reduced, self.lowest_before(), &answer);
        }
        out.answers.push((answer, seconds));
        out.points.push(ReducedSegment { reduced, kind, samples: times.len(), seconds });
    }
}

/// The moment of the first forced collection, where that is within these.
fn shift_within(times: &[f64], first_collection_s: Option<f64>) -> Option<f64> {
    first_collection_s.filter(|s| times[0] < *s && *s < times[times.len() - 1])
}

/// Adds to an inconclusive floor, or to too few teeth to have one, what the level with all its teeth shows.
fn with_whole_level(mut floor: SegmentTrend, kind: ReducedAs, whole: SegmentTrend) -> SegmentTrend {
    match kind {
        // floors are few; where the level with all its teeth is certain not to grow, the floor under it does not
        ReducedAs::Floors { .. } if whole.direction == Direction::Stable => {
            return SegmentTrend { shape: Shape::Sawtooth, ..whole };
        }
        ReducedAs::TooFewCycles { cycles, .. } if cycles < LEAST_DROPS => return floor,
        _ => {}
    }
    if floor.slope.is_none() {
        // too few teeth for a slope: the level with them bounds it all the same
        (floor.slope, floor.span_s) = (whole.slope, whole.span_s);
    }
    floor
}

/// Levels (floors) at both ends: the medians of three points, or of few points the first and the last.
fn levels_at_ends(reduced: &ReducedSeries) -> (Option<f64>, Option<f64>) {
    let values: Vec<f64> = reduced.points.iter().map(|p| p.value).collect();
    let taken = if values.len() < 16 { values.len().min(1) } else { 3 };
    if taken == 0 {
        return (None, None);
    }
    (Some(median(&values[..taken])), Some(median(&values[values.len() - taken..])))
}
