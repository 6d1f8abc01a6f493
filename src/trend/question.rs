//! What is asked about one series.

use crate::evidence::{Event, Recording, Series};

/// One series, with all that its trend depends on.
pub struct Question<'a> {
    /// The table that holds the series: times, phases, requests.
    pub recording: &'a Recording,
    /// The series to judge.
    pub series: &'a Series,
    /// What happened meanwhile: collections, restarts, cycles, phases.
    pub events: &'a [Event],
    /// The chance of answering 'growing' on a series that does not grow, at most; 0.05 for a series asked by itself.
    pub false_alarm: f64,
}
