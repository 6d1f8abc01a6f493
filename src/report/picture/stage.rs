//! What every panel of one picture shares.

use super::axis::time_ticks;
use super::marks::{Mark, find_marks};
use super::panel::TimeAxis;
use super::phase_spans::{Span, phases};
use super::run_time::edges;
use super::theme::Palette;
use super::trace::breaks;
use crate::evidence::{Evidence, GroupKind};
use crate::findings::Report;

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
    /// What the panel of tasks is about where something counted is blamed, in this run or in the one next to it.
    pub blamed: Option<GroupKind>,
}

/// Where two pictures share their axes, the highest of either; zero where one stands alone.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Tops {
    /// Bytes.
    pub memory: f64,
    /// Tasks.
    pub tasks: f64,
}

impl<'a> Stage<'a> {
    /// The stage of one picture, over the whole time of its run.
    pub fn new(evidence: &'a Evidence, findings: &'a Report, theme: &'a Palette) -> Stage<'a> {
        let (from, to) = edges(evidence);
        Stage {
            evidence,
            findings,
            theme,
            time: TimeAxis { from, to, ticks: time_ticks(from, to, 9) },
            phases: phases(evidence, to),
            marks: find_marks(&evidence.events),
            breaks: breaks(&evidence.events),
            tops: Tops::default(),
            blamed: findings.blamed_count(),
        }
    }
}
