//! What every panel of one picture shares.

use super::panel::TimeAxis;
use super::theme::Palette;
use super::timeline::{Mark, Span};
use crate::evidence::Evidence;
use crate::findings::{Report, SeriesFinding, Verdict};

/// What is drawn, how, and over which time.
#[derive(Debug)]
pub struct Stage<'a> {
    /// What was seen.
    pub evidence: &'a Evidence,
    /// What it comes to.
    pub findings: &'a Report,
    /// In which colours.
    pub theme: &'a Palette,
    /// The time that all panels show.
    pub time: TimeAxis,
    /// The phases within it.
    pub phases: Vec<Span>,
    /// What happened.
    pub marks: Vec<Mark>,
    /// Where lines break.
    pub breaks: Vec<f64>,
    /// How far up axes must reach at least.
    pub tops: Tops,
}

/// Where two pictures share their axes, the highest of either; nought where one stands alone.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Tops {
    /// Bytes.
    pub memory: f64,
    /// Tasks.
    pub tasks: f64,
}

/// Whether a series is drawn in the colour of what is wrong.
pub fn guilty(findings: &Report, series: &str) -> bool {
    findings.series.iter().any(|s| s.id.name() == series && is_guilty(findings, s))
}

/// Whether the verdict is bad, and this grows, materially, with nothing that explains it.
pub fn is_guilty(findings: &Report, finding: &SeriesFinding) -> bool {
    matches!(findings.verdict, Verdict::Leak | Verdict::Failed) && finding.grows_unexplained()
}
