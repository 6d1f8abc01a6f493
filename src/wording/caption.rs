//! The line under the picture.

use crate::evidence::SeriesId;
use crate::findings::{Caption, Findings, Trend};

use super::explanation::explanation;
use super::phrase::capitalize;
use super::trend::explain_trend;
use super::{attribution, gate, notes};

/// What is to blame, else what decided. `worded` are the notes of these findings.
pub fn caption(findings: &Findings, worded: &[String]) -> String {
    let found = &findings.assessment;
    let text = match &findings.caption {
        Caption::Attribution(lines) => return attribution::growth(lines),
        Caption::Culprit => return found.culprits.first().map(notes::blame).unwrap_or_default(),
        Caption::FirstNote => worded.first().cloned(),
        Caption::FailedGate => findings.failed_gate().map(|g| format!("{}: {}", g.expr, gate::reason(g))),
        Caption::Explained(why) => Some(explanation(why)),
        Caption::Series(id) => {
            let series = found.series.iter().find(|s| s.id == *id);
            series.map(|s| format!("{}: {}", id.label(), explain_trend(&s.trend, id.unit())))
        }
        Caption::Bounded(id) => {
            let series = found.series.iter().find(|s| s.id == *id);
            series.and_then(|s| bounded(&s.trend, id))
        }
        Caption::Nothing => None,
    };
    text.map(|text| capitalize(&text)).unwrap_or_default()
}

/// "live heap: 238 KiB → 252 KiB in steady; growth above 29 B per request is excluded".
fn bounded(trend: &Trend, id: &SeriesId) -> Option<String> {
    let (read, unit) = (trend.read?, id.unit());
    let above = match trend.detectable_per_request {
        Some(each) => format!("{} per request", unit.show(each)),
        None => unit.show_slope(trend.detectable_per_s?),
    };
    let [start, end] = [read.start, read.end].map(|value| unit.show(value));
    Some(format!("{}: {start} → {end} in steady; growth above {above} is excluded", id.label()))
}
