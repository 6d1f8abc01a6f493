//! The count of goroutines where it was read too seldom in steady for a trend, as when its probe was slowed, or when
//! the run was ended before its time: snapshots at the ends of steady and after settle are evidence by themselves. And its
//! growth where requests are dealt to blocks: snapshots size it better than a line.

use crate::culprit::SnapshotEnds;
use crate::evidence::{Ends, Evidence, SeriesId, segment_starts};
use crate::findings::{Direction, Shape, Trend, TrendReason};

use super::steady::Steady;

/// Readings in steady from which its own trend decides.
const READINGS_FOR_A_TREND: usize = 8;

/// What this count does by the snapshots; none where its own readings decide (`own` is their trend), or the snapshots
/// show no growth.
pub fn trend_from_snapshots(
    evidence: &Evidence,
    steady: &Steady,
    id: &SeriesId,
    own: &Trend,
) -> Option<Trend> {
    let series = evidence.recording.series(id.clone())?;
    let times = evidence.recording.elapsed_s.iter().zip(&series.samples);
    let readings = times.filter(|(t, value)| steady.holds(**t) && value.get().is_some()).count();
    if own.direction != Direction::Inconclusive || !segment_starts(&evidence.events).is_empty() {
        return None;
    }
    let shows = |ends: &SnapshotEnds| ends.is_proven() || (readings < READINGS_FOR_A_TREND && ends.lasts());
    let ends = SnapshotEnds::read(evidence, id).filter(shows)?;
    let slope = ends.estimate().scaled(1.0 / ends.seconds);
    Some(Trend {
        direction: Direction::Growing,
        shape: Shape::TooShort,
        start: Some(ends.start),
        end: Some(ends.end),
        slope: Some(slope),
        slope_over_s: None,
        per_request: ends.requests.map(|requests| ends.estimate().scaled(1.0 / requests)),
        detectable_per_s: None,
        detectable_per_request: None,
        needs_s: None,
        recovered: ends.settled.map(|settled| ((ends.end - settled) / ends.growth()).clamp(0.0, 1.0)),
        p_value: ends.p_value(),
        reason: TrendReason::Snapshots {
            seconds: ends.seconds,
            settled: ends.settled,
            proven: ends.proven.filter(|_| ends.is_proven()),
        },
        read: Some(Ends { start: ends.start, end: ends.end }),
    })
}

/// The same trend with the growth between the snapshots at the ends of steady, where requests are dealt to blocks and so
/// the ends say more than a line through the readings: as of the culprits that it counts.
pub fn sized_by_ends(evidence: &Evidence, id: &SeriesId, trend: Trend) -> Trend {
    let is_dealt = evidence.is_dealt_to_blocks();
    if trend.direction != Direction::Growing || !is_dealt || !segment_starts(&evidence.events).is_empty() {
        return trend;
    }
    let Some(ends) = SnapshotEnds::read(evidence, id).filter(|ends| ends.seconds > 0.0) else { return trend };
    let by_request = ends.requests.map(|requests| ends.estimate().scaled(1.0 / requests));
    Trend {
        slope: trend.slope.map(|line| line.narrowed_by(Some(ends.estimate().scaled(1.0 / ends.seconds)))),
        per_request: trend.per_request.map(|line| line.narrowed_by(by_request)),
        ..trend
    }
}

#[cfg(test)]
mod tests;
