//! How the growth of a series is written, for every format: a figure with its interval, and of a series that is
//! inconclusive no more than its interval allows.
//!
//! Such a series has no growth that anybody could count on: its slope may even have the other sign than the way from its
//! start to its end. What is certain is how much it grows at most, unless even that contradicts what was read: of a series
//! that was level and rose in the last moments the interval is that of the level.

use crate::findings::{Direction, Per, Report, SeriesFinding};
use crate::units::Unit;

/// What nothing is known of.
pub const NOTHING: &str = "–";

/// How long the judged load was, in seconds, by its requests and their rate; none where something else drove.
pub fn steady_s(findings: &Report) -> Option<f64> {
    let load = findings.load.as_ref().filter(|load| load.rate_held > 0.0)?;
    Some(load.due as f64 * load.held_ratio / load.rate_held).filter(|seconds| *seconds > 0.0)
}

/// In a column of growths that are counted alike, with the interval: "2.8 KiB (2.6 KiB to 3.0 KiB)". `steady_s` is
/// [`steady_s`] of all findings.
pub fn cell(series: &SeriesFinding, per: Per, steady_s: Option<f64>) -> String {
    let unit = series.id.unit();
    let (value, interval) = counted(series, per);
    let show = |value: f64| shown(unit, per, value);
    if series.trend == Direction::Inconclusive {
        return allowed(series, interval, steady_s, show).unwrap_or_else(|| NOTHING.into());
    }
    match (value, interval) {
        (Some(value), Some([lo, hi])) => format!("{} ({} to {})", show(value), show(lo), show(hi)),
        (Some(value), None) => show(value),
        _ => NOTHING.into(),
    }
}

/// In a few words, a request where requests were counted: "2.8 KiB a request"; none of what never moved.
pub fn brief(series: &SeriesFinding, steady_s: Option<f64>) -> Option<String> {
    let Told { value, interval, show, behind } = told(series);
    let text = match series.trend {
        Direction::Inconclusive => allowed(series, interval, steady_s, show),
        Direction::Growing | Direction::Stable => value.map(show),
    };
    text.map(|text| text + behind)
}

/// The same of what grows, with its interval: "2.8 KiB a request (2.6 KiB to 3.0 KiB)".
pub fn at_length(series: &SeriesFinding) -> Option<String> {
    let Told { value, interval, show, behind } = told(series);
    let value = show(value?);
    // an interval too narrow to be seen in what is shown says nothing more
    let ends = interval.map(|ends| ends.map(&show)).filter(|[lo, hi]| lo != hi);
    let ends = ends.map(|[lo, hi]| format!(" ({lo} to {hi})")).unwrap_or_default();
    Some(format!("{value}{behind}{ends}"))
}

/// A growth a request where requests were counted, else an hour, and how it is written.
struct Told<F: Fn(f64) -> String> {
    value: Option<f64>,
    interval: Option<[f64; 2]>,
    show: F,
    behind: &'static str,
}

fn told(series: &SeriesFinding) -> Told<impl Fn(f64) -> String + use<>> {
    let unit = series.id.unit();
    let per = if series.per_request.is_some() { Per::Request } else { Per::Second };
    let (value, interval) = counted(series, per);
    let behind = if per == Per::Request { " a request" } else { "" };
    Told { value, interval, show: move |value| shown(unit, per, value), behind }
}

fn shown(unit: Unit, per: Per, value: f64) -> String {
    match per {
        Per::Request => unit.show(value),
        Per::Second => unit.show_slope(value),
    }
}

fn counted(series: &SeriesFinding, per: Per) -> (Option<f64>, Option<[f64; 2]>) {
    match per {
        Per::Request => (series.per_request, series.per_request_ci),
        Per::Second => (series.slope_per_s, series.slope_ci),
    }
}

/// What the interval of an inconclusive series leaves open; nothing where it cannot hold the way that the series went.
fn allowed(
    series: &SeriesFinding,
    interval: Option<[f64; 2]>,
    steady_s: Option<f64>,
    show: impl Fn(f64) -> String,
) -> Option<String> {
    let [lo, hi] = interval?;
    let rose = series.end.zip(series.start).map_or(0.0, |(end, start)| end - start);
    // a slope of steady's last part says nothing of the way before
    let steady_s = steady_s.filter(|_| series.slope_over_s.is_none());
    let most = series.slope_ci.zip(steady_s).map_or(f64::INFINITY, |([_, hi], seconds)| hi * seconds);
    if rose > most.max(0.0) || (hi < 0.0 && rose > 0.0) || (lo > 0.0 && rose < 0.0) {
        return None;
    }
    Some(match lo > 0.0 {
        true => format!("{} to {}", show(lo), show(hi)),
        false => format!("at most {}", show(hi.max(0.0))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{html, markdown, terminal, testing};

    fn open(start: f64, end: f64, each: Option<(f64, [f64; 2])>) -> SeriesFinding {
        SeriesFinding {
            id: "rss_anon_bytes".into(),
            trend: Direction::Inconclusive,
            start: Some(start),
            end: Some(end),
            slope_per_s: each.map(|(value, _)| 50.0 * value),
            slope_ci: each.map(|(_, [lo, hi])| [50.0 * lo, 50.0 * hi]),
            per_request: each.map(|(value, _)| value),
            per_request_ci: each.map(|(_, ci)| ci),
            ..SeriesFinding::example()
        }
    }

    #[test]
    fn an_inconclusive_series_shows_what_its_interval_allows_and_no_more() {
        let both = |start, end, each| {
            let series = open(start, end, each);
            (brief(&series, None), cell(&series, Per::Request, None))
        };
        let same = |text: &str, behind: &str| (Some(format!("{text}{behind}")), text.to_string());
        // the point has the other sign than the way from start to end
        let [a, b] = [1e6, 2e6];
        assert_eq!(both(a, b, Some((-90.0, [-2260.0, 2150.0]))), same("at most 2.1 KiB", " a request"));
        assert_eq!(both(a, b, Some((90.0, [40.0, 2150.0]))), same("40 B to 2.1 KiB", " a request"));
        assert_eq!(both(b, a, Some((-90.0, [-100.0, -80.0]))), same("at most 0 B", " a request"));
        // an interval that contradicts what was read says nothing, and neither does none
        for (start, end, each) in
            [(a, b, Some((-90.0, [-100.0, -80.0]))), (b, a, Some((90.0, [80.0, 100.0]))), (a, b, None)]
        {
            assert_eq!(both(start, end, each), (None, NOTHING.to_string()));
        }
    }

    #[test]
    fn an_interval_of_the_level_before_a_late_rise_is_not_shown() {
        // 2 goroutines, and 3 in the last moments of 8 s at 50/s: what the level allows is less than what was read
        let mut series = open(2.0, 3.0, Some((0.0, [-4.6e-9, 4.6e-9])));
        series.id = "goroutines".into();
        assert_eq!(
            (brief(&series, Some(8.0)), cell(&series, Per::Second, Some(8.0))),
            (None, NOTHING.into())
        );
        series.slope_ci = Some([-0.16, 0.35]);
        series.per_request_ci = Some([-0.0032, 0.0069]);
        assert_eq!(brief(&series, Some(8.0)).as_deref(), Some("at most 0.0069 a request"));
        let load = crate::findings::LoadFinding::example();
        let driven = Report { load: Some(load), ..Report::example() };
        assert_eq!((steady_s(&driven), steady_s(&Report::example())), (Some(120.0), None));
    }

    #[test]
    fn every_format_shows_the_same_of_an_inconclusive_series() {
        let mut case = testing::leak();
        case.findings.series = vec![open(1e6, 1.1e6, Some((-90.0, [-2260.0, 2150.0])))];
        let page = markdown::render(&case.evidence, &case.findings);
        let summary = terminal::summary(&case.findings, None);
        let html = html::render(&case.evidence, &case.findings, "<svg/>").unwrap();
        assert!(summary.contains("at most 2.1 KiB a request"), "{summary}");
        for text in [page, summary, html] {
            assert!(text.contains("at most 2.1 KiB") && !text.contains("-90 B"), "{text}");
        }
    }

    #[test]
    fn what_grows_is_shown_with_its_interval_and_what_never_moved_with_nothing() {
        let grows = SeriesFinding::example();
        assert_eq!(brief(&grows, None).as_deref(), Some("1 a request"));
        assert_eq!(cell(&grows, Per::Request, None), "1 (0.98 to 1)");
        assert_eq!(cell(&grows, Per::Second, None), "50/s (49/s to 51/s)");
        let flat = SeriesFinding {
            trend: Direction::Stable,
            slope_per_s: None,
            slope_ci: None,
            per_request: None,
            per_request_ci: None,
            ..grows
        };
        assert_eq!((brief(&flat, None), cell(&flat, Per::Second, None)), (None, NOTHING.into()));
    }
}
