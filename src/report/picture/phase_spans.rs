//! The phases of a run as spans of time, behind the data.

use super::theme::{Palette, Rgb};
use crate::evidence::{EventKind, Evidence, Phase};

/// One phase, from when to when in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    /// Which.
    pub phase: Phase,
    /// Its first second.
    pub from: f64,
    /// Its last.
    pub to: f64,
}

impl Span {
    /// The colour behind it; steady has none.
    pub fn ground(&self, theme: &Palette) -> Option<Rgb> {
        match self.phase {
            Phase::Steady => None,
            Phase::Warmup => Some(theme.warmup),
            Phase::Baseline | Phase::Settle => Some(theme.idle),
        }
    }
}

/// The phases of a run up to `end`: by the events, else by the samples.
pub fn phases(evidence: &Evidence, end: f64) -> Vec<Span> {
    let begun = evidence.events.iter().filter_map(|e| match e.kind {
        EventKind::Phase { phase } => Some((e.elapsed_s, phase)),
        _ => None,
    });
    let mut begins: Vec<(f64, Phase)> = begun.collect();
    if begins.is_empty() {
        let recording = &evidence.recording;
        for (t, phase) in recording.elapsed_s.iter().zip(&recording.phases) {
            if begins.last().is_none_or(|(_, before)| before != phase) {
                begins.push((*t, *phase));
            }
        }
    }
    let ends = begins.iter().skip(1).map(|(t, _)| *t).chain([end]);
    let spans = begins.iter().zip(ends).map(|(&(from, phase), to)| Span { phase, from, to });
    spans.filter(|s| s.to > s.from).collect()
}
