//! What all texts of a comparison have: its title, and the table of changes row by row.

use crate::evidence::SeriesId;
use crate::findings::{Comparison, Growth, SeriesChange};
use crate::wording::compared_growths;

/// The word of the answer with what follows it: "FIXED: no growth …".
pub fn title(comparison: &Comparison) -> String {
    format!("{}: {}", badge(comparison), comparison.summary)
}

/// The word of the answer, in capitals.
pub fn badge(comparison: &Comparison) -> String {
    comparison.verdict.to_string().to_uppercase()
}

/// The series to show: without all of resident memory where its private part is there, which it repeats.
fn shown(comparison: &Comparison) -> impl Iterator<Item = &SeriesChange> {
    let private = comparison.series.iter().any(|s| s.id == SeriesId::RssAnon);
    comparison.series.iter().filter(move |s| !(private && s.id == SeriesId::Rss))
}

/// All others that moved in one of the runs.
pub fn others(comparison: &Comparison) -> Vec<&SeriesChange> {
    let first = foremost(comparison);
    let is_first = |series: &SeriesChange| first.iter().any(|shown| shown.id == series.id);
    let moved = |growth: Option<Growth>| growth.is_some_and(|growth| growth.value != 0.0);
    let moved = |s: &&SeriesChange| moved(s.before) || moved(s.after);
    shown(comparison).filter(moved).filter(|series| !is_first(series)).collect()
}

/// Those of them to begin with: they count, and grew in one of the runs or changed; where none did, all that count.
pub fn foremost(comparison: &Comparison) -> Vec<&SeriesChange> {
    let mut counting: Vec<&SeriesChange> = shown(comparison).filter(|s| s.votes).collect();
    let is_known = |growth: Option<Growth>| growth.is_some_and(|g| g.ci[0] > 0.0 || g.ci[1] < 0.0);
    let moved = |s: &SeriesChange| [s.before, s.after, s.change].into_iter().any(is_known);
    if counting.iter().any(|s| moved(s)) {
        counting.retain(|s| moved(s));
    }
    counting
}

/// Name, before, after, change.
pub fn row(series: &SeriesChange) -> [String; 4] {
    let [before, after] = compared_growths(series);
    [series.id.label().to_string(), before, after, series.why.clone()]
}
