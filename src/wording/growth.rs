//! How the growth of a series is written, the same in every format.

use crate::evidence::SeriesId;
use crate::findings::{Direction, Growth, GrowthClaim, Per, SeriesChange, SeriesFinding};
use crate::units::{Unit, significant};

use super::phrase::mean_count;

/// What stands in a table where nothing is known.
pub const UNKNOWN: &str = "–";

/// In a column of growths that are counted alike, with the interval: "2.8 KiB (2.6 KiB to 3.0 KiB)". `steady_s` is the
/// length of the judged load, where that is known.
pub fn growth_cell(series: &SeriesFinding, per: Per, steady_s: Option<f64>) -> String {
    let show = |value: f64| show_growth(series.id.unit(), per, value);
    match series.growth_claim(per, steady_s) {
        GrowthClaim::Known { value, ci: Some(ends) } => {
            format!("{} {}", show(value), show_interval(series.id.unit(), per, ends))
        }
        claim => show_claim(claim, show).unwrap_or_else(|| UNKNOWN.into()),
    }
}

/// In a few words, per request where requests were counted: "2.8 KiB per request"; none where nothing may be claimed.
pub fn brief_growth(series: &SeriesFinding, steady_s: Option<f64>) -> Option<String> {
    let per = series.counted_by();
    let show = |value: f64| show_growth(series.id.unit(), per, value);
    let text = show_claim(series.growth_claim(per, steady_s), show)?;
    Some(text + per_what(per))
}

/// At a fitted line: of what grows how much with its interval, "+2.8 KiB per request (2.6 KiB to 3.0 KiB)", of what is
/// inconclusive what its interval allows, of what is stable nothing. It has its name where what is drawn is another series.
/// `judged` is what the headline speaks of where that is another series than the line's: "resident memory +3.7 KiB, live
/// heap +3.0 KiB per request", and that alone where only that certainly grows.
pub fn growth_of_line(
    series: &SeriesFinding,
    judged: Option<&SeriesFinding>,
    drawn: &SeriesId,
    steady_s: Option<f64>,
) -> Option<String> {
    let grows = |one: &&SeriesFinding| one.trend == Direction::Growing;
    if let Some(judged) = judged.filter(grows) {
        let both: Vec<&SeriesFinding> =
            [Some(series).filter(grows), Some(judged)].into_iter().flatten().collect();
        // said once where both are counted alike
        let alike = both.windows(2).all(|two| two[0].counted_by() == two[1].counted_by());
        let named = |(place, one): (usize, &&SeriesFinding)| {
            let per = per_what(one.counted_by());
            let growth = brief_growth(one, steady_s)?;
            let growth = match alike && place + 1 < both.len() {
                true => growth.strip_suffix(per).map(String::from).unwrap_or(growth),
                false => growth,
            };
            Some(format!("{} +{growth}", one.id.label()))
        };
        return Some(both.iter().enumerate().filter_map(named).collect::<Vec<String>>().join(", "));
    }
    let is_named = judged.is_some() || series.id != *drawn;
    let name = if is_named { format!("{} ", series.id.label()) } else { String::new() };
    let said = match series.trend {
        Direction::Stable => None,
        Direction::Inconclusive => brief_growth(series, steady_s),
        Direction::Growing => growth_with_interval(series).map(|growth| format!("+{growth}")),
    };
    said.map(|growth| name + &growth)
}

/// The two growths of a comparison: "2.8 KiB per request (2.6 KiB to 3.0 KiB)", "no growth above 24 B per request".
pub fn compared_growths(series: &SeriesChange) -> [String; 2] {
    let growths = [series.before, series.after];
    [0, 1].map(|run| compared_growth(series, growths[run], (series.none_above[run], series.trend[run])))
}

/// As in the report of its run: of what is stable no slope, and of what is inconclusive no more than its interval allows.
fn compared_growth(
    series: &SeriesChange,
    growth: Option<Growth>,
    (none_above, trend): (Option<f64>, Direction),
) -> String {
    let show = |value: f64| show_growth(series.id.unit(), series.per, value);
    let per = per_what(series.per);
    if let Some(least) = none_above {
        return format!("no growth above {}{per}", show(least));
    }
    let claim = match (trend, growth) {
        (Direction::Stable, _) => return trend.to_string(),
        (_, None) => GrowthClaim::Nothing,
        (Direction::Inconclusive, Some(Growth { ci: [lo, hi], .. })) if lo > 0.0 => {
            GrowthClaim::Between([lo, hi])
        }
        (Direction::Inconclusive, Some(Growth { ci: [_, hi], .. })) => GrowthClaim::AtMost(hi.max(0.0)),
        (Direction::Growing, Some(Growth { value, ci })) => {
            let interval = show_interval(series.id.unit(), series.per, ci);
            return format!("{}{per} {interval}", show(value));
        }
    };
    show_claim(claim, show).map_or_else(|| UNKNOWN.into(), |claim| claim + per)
}

fn growth_with_interval(series: &SeriesFinding) -> Option<String> {
    let per = series.counted_by();
    let (value, interval) = series.growth(per);
    let show = |value: f64| show_growth(series.id.unit(), per, value);
    let value = show(value?);
    // an interval too narrow to be seen in what is shown says nothing more
    let show_end = |end: f64| show_end(series.id.unit(), per, end);
    let seen = interval.filter(|ends| show_end(ends[0]) != show_end(ends[1]));
    let ends =
        seen.map(|ends| format!(" {}", show_interval(series.id.unit(), per, ends))).unwrap_or_default();
    Some(format!("{value}{}{ends}", per_what(per)))
}

fn show_claim(claim: GrowthClaim, show: impl Fn(f64) -> String) -> Option<String> {
    match claim {
        GrowthClaim::Nothing => None,
        GrowthClaim::Known { value, .. } => Some(show(value)),
        GrowthClaim::AtMost(most) => Some(format!("at most {}", show(most))),
        GrowthClaim::Between([lo, hi]) => Some(format!("{} to {}", show(lo), show(hi))),
        GrowthClaim::NoneAbove(least) => Some(format!("no growth above {}", show(least))),
    }
}

/// An interval beside its estimate: of counts per request to three digits, since two would often be those of the estimate.
fn show_interval(unit: Unit, per: Per, [lo, hi]: [f64; 2]) -> String {
    format!("({} to {})", show_end(unit, per, lo), show_end(unit, per, hi))
}

fn show_end(unit: Unit, per: Per, end: f64) -> String {
    match (unit, per) {
        (Unit::Count, Per::Request) if end.abs() < 10.0 => significant(end, 3),
        _ => show_growth(unit, per, end),
    }
}

fn show_growth(unit: Unit, per: Per, value: f64) -> String {
    match per {
        Per::Request if unit == Unit::Count => mean_count(value),
        Per::Request => unit.show(value),
        Per::Second => unit.show_slope(value),
    }
}

fn per_what(per: Per) -> &'static str {
    match per {
        Per::Request => " per request",
        // a slope carries its own unit of time
        Per::Second => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(growth: Option<(f64, [f64; 2])>) -> SeriesFinding {
        SeriesFinding {
            id: SeriesId::RssAnon,
            trend: Direction::Inconclusive,
            start: Some(1e6),
            end: Some(2e6),
            slope_per_s: growth.map(|(value, _)| 50.0 * value),
            slope_ci: growth.map(|(_, [lo, hi])| [50.0 * lo, 50.0 * hi]),
            per_request: growth.map(|(value, _)| value),
            per_request_ci: growth.map(|(_, ci)| ci),
            ..SeriesFinding::example()
        }
    }

    #[test]
    fn an_inconclusive_series_shows_what_it_may_claim() {
        let both = |growth| {
            let series = open(growth);
            (brief_growth(&series, None), growth_cell(&series, Per::Request, None))
        };
        let same = |text: &str| (Some(format!("{text} per request")), text.to_string());
        assert_eq!(both(Some((-90.0, [-2260.0, 2150.0]))), same("at most 2.1 KiB"));
        assert_eq!(both(Some((90.0, [40.0, 2150.0]))), same("40 B to 2.1 KiB"));
        assert_eq!(both(None), (None, UNKNOWN.to_string()));
        let line = growth_of_line(&open(Some((-90.0, [-2260.0, 2150.0]))), None, &SeriesId::RssAnon, None);
        assert_eq!(line.as_deref(), Some("at most 2.1 KiB per request"));
        let other = growth_of_line(&open(Some((-90.0, [-2260.0, 2150.0]))), None, &SeriesId::Rss, None);
        assert_eq!(other.as_deref(), Some("private memory at most 2.1 KiB per request"));
    }

    #[test]
    fn a_comparison_shows_of_a_growth_what_the_report_of_its_run_shows() {
        let growth = |value, ci| Some(Growth { value, ci });
        let series = SeriesChange {
            id: SeriesId::RssAnon,
            per: Per::Request,
            before: growth(2867.0, [2600.0, 3100.0]),
            after: growth(330.0, [-123.0, 774.0]),
            none_above: [None; 2],
            trend: [Direction::Growing, Direction::Inconclusive],
            change: None,
            votes: true,
            why: String::new(),
        };
        let shown = ["2.8 KiB per request (2.5 KiB to 3.0 KiB)", "at most 774 B per request"];
        assert_eq!(compared_growths(&series), shown);
        let stable = SeriesChange { trend: [Direction::Stable; 2], ..series };
        assert_eq!(compared_growths(&stable), ["stable", "stable"], "no slope of what does not grow");
        let known = SeriesChange { none_above: [Some(24.0), None], ..stable };
        assert_eq!(compared_growths(&known)[0], "no growth above 24 B per request");
    }

    #[test]
    fn what_grows_is_shown_with_its_interval_and_what_is_stable_with_what_would_have_been_found() {
        let grows = SeriesFinding::example();
        assert_eq!(brief_growth(&grows, None).as_deref(), Some("1.0 per request"));
        assert_eq!(growth_cell(&grows, Per::Request, None), "1.0 (0.98 to 1.02)");
        assert_eq!(growth_cell(&grows, Per::Second, None), "50/s (49/s to 51/s)");
        assert_eq!(
            growth_of_line(&grows, None, &grows.id, None).as_deref(),
            Some("+1.0 per request (0.98 to 1.02)")
        );
        let flat = SeriesFinding {
            trend: Direction::Stable,
            slope_per_s: None,
            slope_ci: None,
            per_request: None,
            per_request_ci: None,
            end: grows.start,
            detectable_per_request: Some(0.01),
            ..grows
        };
        assert_eq!(brief_growth(&flat, None).as_deref(), Some("no growth above 0.01 per request"));
        assert_eq!(growth_cell(&flat, Per::Request, None), "no growth above 0.01");
        assert_eq!(growth_cell(&flat, Per::Second, None), UNKNOWN);
        assert_eq!(growth_of_line(&flat, None, &flat.id, None), None);
        let live = SeriesFinding { id: SeriesId::MemLive, ..SeriesFinding::example() };
        let label = growth_of_line(&flat, Some(&live), &flat.id, None);
        assert_eq!(label.as_deref(), Some("live heap +1 B per request"));
    }
}
