//! The time of a run, as everything that is drawn of it shows it.

use super::marks::{Mark, find_marks};
use super::phase_spans::phases;
use super::trace::{Trace, breaks};
use crate::evidence::Evidence;

/// The time of a run, as everything that is drawn of it shows it.
#[derive(Debug, Clone)]
pub struct RunTime {
    /// Seconds at the left edge.
    pub from: f64,
    /// Seconds at the right edge.
    pub to: f64,
    /// Name, from, until.
    pub phases: Vec<(String, f64, f64)>,
    /// What happened.
    pub marks: Vec<Mark>,
    breaks: Vec<f64>,
}

impl RunTime {
    /// Moments and values in turn, as pieces of the same with two points for each column at most and no peak lost.
    pub fn thinned(&self, flat: &[f64], columns: usize) -> Vec<Vec<f64>> {
        let points = flat.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
        let trace = Trace::of_points(points, &self.breaks).thinned(self.from, self.to, columns);
        trace.pieces.into_iter().map(|piece| piece.into_iter().flat_map(|(t, v)| [t, v]).collect()).collect()
    }
}

/// The time of a run.
pub fn run_time(evidence: &Evidence) -> RunTime {
    let (from, to) = edges(evidence);
    let phases = phases(evidence, to);
    RunTime {
        from,
        to,
        phases: phases.iter().map(|span| (span.phase.to_string(), span.from, span.to)).collect(),
        marks: find_marks(&evidence.events),
        breaks: breaks(&evidence.events),
    }
}

/// Its first and its last second.
pub fn edges(evidence: &Evidence) -> (f64, f64) {
    let moments = &evidence.recording.elapsed_s;
    let last = [
        moments.last().copied(),
        evidence.load.last().map(|r| r.elapsed_s),
        evidence.events.iter().map(|e| e.elapsed_s).max_by(f64::total_cmp),
    ];
    let from = moments.first().copied().unwrap_or(0.0);
    // a run begins at zero even where its first sample is a little late
    let from = if (0.0..=60.0).contains(&from) { 0.0 } else { from };
    let to = last.into_iter().flatten().fold(from, f64::max);
    (from, if to > from { to } else { from + 1.0 })
}
