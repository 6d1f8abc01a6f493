//! What every panel of one picture shares.

use super::panel::TimeAxis;
use super::theme::Theme;
use super::timeline::{Mark, Span};
use crate::evidence::{Direction, Evidence, Findings, Verdict};

/// What is drawn, how, and over which time.
#[derive(Debug)]
pub struct Stage<'a> {
    /// What was seen.
    pub evidence: &'a Evidence,
    /// What it comes to.
    pub findings: &'a Findings,
    /// In which colours.
    pub theme: &'a Theme,
    /// The time that all panels show.
    pub time: TimeAxis,
    /// The phases within it.
    pub phases: Vec<Span>,
    /// What happened.
    pub marks: Vec<Mark>,
    /// Where lines break.
    pub breaks: Vec<f64>,
}

/// Whether a series is drawn in the colour of what is wrong: the verdict is bad, and it grows, materially, with
/// nothing that explains it.
pub fn guilty(findings: &Findings, series: &str) -> bool {
    matches!(findings.verdict, Verdict::Leak | Verdict::Failed)
        && findings.series.iter().any(|s| {
            s.name == series && s.trend == Direction::Growing && s.material && s.explained_by.is_none()
        })
}
