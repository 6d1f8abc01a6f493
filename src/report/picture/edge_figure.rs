//! The figure at the right end of a line: as the tables have it for the end of steady, and where settle has moved it
//! since, what it is after settle, named as that.

use super::stage::Stage;
use crate::evidence::{Phase, SeriesId};
use crate::units::Unit;
use crate::wording::picture::AFTER_SETTLE;

/// The figure of a line that ends with the reading `last`, and what stands behind it. `end` is its reading where steady
/// ends.
pub fn edge_figure(stage: &Stage<'_>, unit: Unit, end: Option<f64>, last: f64) -> (f64, &'static str) {
    let is_settled = stage.phases.last().is_some_and(|span| span.phase == Phase::Settle);
    match end {
        Some(end) if !is_settled || unit.show(end) == unit.show(last) => (end, ""),
        Some(_) => (last, AFTER_SETTLE),
        None => (last, ""),
    }
}

/// What a series reads where steady ends, as the tables have it.
pub fn end_in_tables(stage: &Stage<'_>, id: &SeriesId) -> Option<f64> {
    stage.findings.series.iter().find(|s| s.id == *id)?.end
}
