//! A series as a row of the report.

use crate::findings::{SeriesEvidence, SeriesFinding};
use crate::units::Unit;

use super::explanation::explanation;
use super::trend::explain_trend;

/// What a row of a table calls a series: bytes below zero, which only native memory has, are a change.
pub fn table_label(series: &SeriesFinding) -> String {
    let below_zero = |bytes: Option<f64>| series.id.unit() == Unit::Bytes && bytes.is_some_and(|v| v < 0.0);
    match &series.id {
        id if below_zero(series.start) || below_zero(series.end) => format!("change of {}", id.label()),
        id => id.label().into(),
    }
}

/// The row.
pub fn finding(series: &SeriesEvidence) -> SeriesFinding {
    let trend = &series.trend;
    SeriesFinding {
        id: series.id.clone(),
        trend: trend.direction,
        shape: trend.shape,
        start: trend.read.map(|ends| ends.start),
        end: trend.read.map(|ends| ends.end),
        slope_per_s: trend.slope.map(|s| s.value),
        slope_ci: trend.slope.map(|s| [s.lo, s.hi]),
        slope_over_s: trend.slope_over_s,
        per_request: trend.per_request.map(|s| s.value),
        per_request_ci: trend.per_request.map(|s| [s.lo, s.hi]),
        p_value: trend.p_value,
        detectable_per_s: trend.detectable_per_s,
        detectable_per_request: trend.detectable_per_request,
        needs_s: trend.needs_s,
        recovered: trend.recovered,
        material: series.material,
        flat: series.flat,
        votes: series.votes(),
        explained_by: series.explained_by.as_ref().map(explanation),
        limit_at_s: series.limit_at_s,
        why: explain_trend(trend, series.unit()),
    }
}
