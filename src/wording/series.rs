//! A series as a row of the report, and what is said below a table of series.

use crate::evidence::{Runtime, SeriesId};
use crate::findings::{Report, SeriesEvidence, SeriesFinding};

use super::explanation::explanation;
use super::levels::{end_cells, from_to};
use super::phrase::{capitalize, list};
use super::remark::remark;
use super::trend::explain_trend;

/// Start and end of steady in one cell.
pub fn series_from_to(series: &SeriesFinding) -> String {
    from_to(series.id.unit(), series.start, series.end)
}

/// Start and end of steady in a cell each.
pub fn series_ends(series: &SeriesFinding) -> [String; 2] {
    end_cells(series.id.unit(), series.start, series.end)
}

/// The trend with what a table adds to it: "inconclusive (too noisy)".
pub fn trend_cell(series: &SeriesFinding) -> String {
    match &series.remark {
        Some(remark) => format!("{} ({remark})", series.trend),
        None => series.trend.to_string(),
    }
}

/// What to know below a table of these series: which of them count, and what a name stands for that does not say it.
pub fn below_series(report: &Report, shown: &[&SeriesFinding]) -> Vec<String> {
    let mut lines = vec!["Series in bold count for the verdict.".to_string()];
    let by_group = shown.iter().filter(|s| s.groups_vote && !s.votes);
    let by_group: Vec<String> = by_group.map(|s| s.id.label().to_string()).collect();
    if !by_group.is_empty() {
        let are = if by_group.iter().all(|label| label.ends_with('s')) { "count" } else { "counts" };
        let names = capitalize(&list(&by_group, "and"));
        lines.push(format!("{names} {are} group by group: each is judged by itself."));
    }
    let votes = |id: SeriesId| report.series.iter().any(|s| s.id == id && s.votes);
    if votes(SeriesId::RssAnon) && shown.iter().any(|s| s.id == SeriesId::Rss && !s.counts()) {
        lines.push("Resident memory counts by its private part.".into());
    }
    let runtime = report.target.as_ref().map(|target| target.runtime);
    if runtime == Some(Runtime::V8) && shown.iter().any(|s| s.id == SeriesId::MemLive) {
        lines.push(format!("{LIVE_HEAP_OF_V8}."));
    }
    lines
}

/// What the live heap of V8 is, which can be more than its heap.
pub const LIVE_HEAP_OF_V8: &str = "The live heap holds all that objects keep alive, buffers outside of the heap included, so it can be larger than \
                                   the heap";

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
        groups_vote: series.groups_vote,
        remark: remark(series),
        explained_by: series.explained_by.as_ref().map(explanation),
        limit_at_s: series.limit_at_s,
        why: explain_trend(trend, series.unit()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Environment;
    use crate::findings::Direction;

    fn row(id: SeriesId, votes: bool, groups_vote: bool) -> SeriesFinding {
        SeriesFinding { id, votes, groups_vote, ..SeriesFinding::example() }
    }

    #[test]
    fn below_a_table_stands_what_counts_and_how() {
        let series = vec![
            row(SeriesId::Goroutines, false, true),
            row(SeriesId::Rss, false, false),
            row(SeriesId::RssAnon, true, false),
            row(SeriesId::MemLive, true, false),
        ];
        let mut report = Report { series, ..Report::example() };
        let said = |report: &Report, shown: usize| {
            let shown: Vec<&SeriesFinding> = report.series.iter().take(shown).collect();
            below_series(report, &shown)
        };
        assert_eq!(
            said(&report, 4)[1..],
            [
                "Goroutines count group by group: each is judged by itself.",
                "Resident memory counts by its private part."
            ]
        );
        assert_eq!(said(&report, 1).len(), 2, "of what is not shown nothing is said");
        report.target = Environment::example(Runtime::V8, 1).target;
        assert!(said(&report, 4)[3].contains("buffers outside of the heap"));
    }

    #[test]
    fn a_trend_has_its_remark() {
        let noisy = SeriesFinding {
            trend: Direction::Inconclusive,
            remark: Some("too noisy".into()),
            ..SeriesFinding::example()
        };
        assert_eq!(trend_cell(&noisy), "inconclusive (too noisy)");
        assert_eq!(trend_cell(&SeriesFinding::example()), "growing");
    }
}
