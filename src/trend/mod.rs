//! Does a series grow without bound?

use crate::evidence::{Direction, Event, Recording, Series, Shape, Trend};

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
pub fn trend(question: &Question<'_>) -> Trend {
    let _ = question;
    Trend {
        direction: Direction::Inconclusive,
        shape: Shape::TooShort,
        start: None,
        end: None,
        slope: None,
        per_request: None,
        detectable_per_s: None,
        needs_s: None,
        recovered: None,
        p_value: 1.0,
        why: "not judged".into(),
    }
}
