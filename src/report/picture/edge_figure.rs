//! What the right edge writes at a line or an area: its figure where steady ends, as in every table, and where settle has
//! moved it since, what it is after settle, named as that.

use super::stage::Stage;
use crate::evidence::{AccountPart, Phase, SeriesId};
use crate::units::Unit;
use crate::wording::picture::add_after_settle;

/// The label of a line that ends with the reading `last`: `named` makes it of a figure. `end` is its reading where
/// steady ends.
pub fn edge_label(
    stage: &Stage<'_>,
    unit: Unit,
    (end, last): (Option<f64>, f64),
    named: impl Fn(f64) -> String,
) -> String {
    let is_settled = stage.phases.last().is_some_and(|span| span.phase == Phase::Settle);
    let figure = end.unwrap_or(last);
    match is_settled && unit.show(figure) != unit.show(last) {
        true => add_after_settle(&named(figure), &unit.show(last)),
        false => named(figure),
    }
}

/// What a series reads where steady ends, as the tables have it.
pub fn end_in_tables(stage: &Stage<'_>, id: &SeriesId) -> Option<f64> {
    stage.findings.series.iter().find(|s| s.id == *id)?.end
}

/// What a part of the account holds where steady ends, as the account has it; none of what the account does not have.
pub fn end_in_account(stage: &Stage<'_>, part: AccountPart) -> Option<f64> {
    stage.findings.account.iter().find(|row| row.part == part).map(|row| row.end)
}

/// What a picture calls a series, where there is little room.
pub fn short_name(id: &SeriesId) -> String {
    match id {
        SeriesId::Rss => "resident".into(),
        SeriesId::RssAnon => "private".into(),
        other => other.name().strip_suffix("_bytes").unwrap_or(other.name()).replace('_', " "),
    }
}
