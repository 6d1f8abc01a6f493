//! A row of the table that both texts have.

use crate::findings::{Growth, Per, SeriesChange};

/// Name, before, after, change.
pub fn row(series: &SeriesChange) -> [String; 4] {
    let unit = series.id.unit();
    let show = |value: f64| match series.per {
        Per::Request => format!("{} a request", unit.show(value)),
        Per::Second => unit.show_slope(value),
    };
    let shown = |growth: Option<Growth>| match growth {
        None => "–".to_string(),
        Some(Growth { value, ci: [lo, hi] }) => format!("{} ({} to {})", show(value), show(lo), show(hi)),
    };
    [series.id.to_string(), shown(series.before), shown(series.after), series.why.clone()]
}
