//! A row of the table that both texts have.

use crate::findings::SeriesChange;
use crate::wording::compared_growth;

/// Name, before, after, change.
pub fn row(series: &SeriesChange) -> [String; 4] {
    let [before, after] = [series.before, series.after].map(|growth| compared_growth(series, growth));
    [series.id.to_string(), before, after, series.why.clone()]
}
