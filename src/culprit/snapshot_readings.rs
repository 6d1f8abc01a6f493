//! A figure of the snapshots at the moments that matter: the start of the first steady, the end of the last one, and after
//! each settle.

use crate::evidence::{Evidence, Moment, TaskSnapshot};

/// One snapshot, and what was read off it.
#[derive(Debug, Clone, Copy)]
pub struct SnapshotReading<'a> {
    /// The snapshot.
    pub snapshot: &'a TaskSnapshot,
    /// The figure.
    pub value: f64,
}

/// The readings of a run.
#[derive(Debug, Clone)]
pub struct SnapshotReadings<'a> {
    /// At the start of the first steady.
    pub start: SnapshotReading<'a>,
    /// At the end of the last one.
    pub end: SnapshotReading<'a>,
    /// After each settle.
    pub settled: Vec<SnapshotReading<'a>>,
}

impl<'a> SnapshotReadings<'a> {
    /// Reads `figure` off all snapshots that have it; none where one is missing at either end of steady.
    pub fn read(
        evidence: &'a Evidence,
        figure: impl Fn(&TaskSnapshot) -> Option<f64>,
    ) -> Option<SnapshotReadings<'a>> {
        let read = |snapshot: &'a TaskSnapshot| Some(SnapshotReading { snapshot, value: figure(snapshot)? });
        let all: Vec<SnapshotReading<'a>> = evidence.snapshots.iter().filter_map(read).collect();
        let at = |moment: Moment| move |reading: &&SnapshotReading<'a>| reading.snapshot.moment == moment;
        Some(SnapshotReadings {
            start: *all.iter().find(at(Moment::SteadyStart))?,
            end: *all.iter().rfind(at(Moment::SteadyEnd))?,
            settled: all.iter().filter(at(Moment::Settled)).copied().collect(),
        })
    }
}
