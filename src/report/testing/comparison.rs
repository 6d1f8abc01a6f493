//! The comparison of the leak of the story with its fix.

use super::cases::leak;
use crate::evidence::SeriesId;
use crate::findings::{Change, Comparison, Direction, Growth, Per, SeriesChange, Side, Verdict};

/// The leak is fixed.
pub fn comparison() -> Comparison {
    let case = leak();
    let summary = "no growth of the live heap above 24 B per request in 2 min; before, memory grows 2.8 KiB and one \
                   goroutine per request";
    let side = |name: &str, verdict, headline: &str| Side {
        name: name.into(),
        verdict,
        headline: headline.into(),
        subtitle: case.findings.subtitle.clone(),
    };
    let growth = |value: f64| Growth { value, ci: [0.9 * value, 1.1 * value] };
    let series = |id: SeriesId, before: f64, after: f64, why: &str| SeriesChange {
        id,
        per: Per::Request,
        before: Some(growth(before)),
        after: Some(growth(after)),
        none_above: [None; 2],
        trend: [Direction::Growing; 2],
        change: Some(growth(after - before)),
        votes: true,
        why: why.into(),
    };
    Comparison {
        schema: "soak-compare/1".into(),
        verdict: Change::Fixed,
        exit_code: 0,
        summary: summary.into(),
        headline: format!("Fixed: {summary}"),
        before: side(
            "/srv/pipelines/shop-api/releases/2026.11.24-rc3/soak/main-a1b2c3d",
            Verdict::Leak,
            &case.findings.headline,
        ),
        after: side("fix-queue", Verdict::Stable, "No leak: no growth above 24 B per request"),
        series: vec![
            series(SeriesId::Goroutines, 1.0, 0.0, "grows 1.0 per request less"),
            series(SeriesId::RssAnon, 2867.0, 12.0, "grows 2.8 KiB per request less"),
        ],
        notes: vec!["The runs drove different rates: before 50/s, after 100/s.".into()],
    }
}
