//! Two runs side by side: what became of each growth, and whether it is fixed.
//!
//! The runs are apart, so the errors of their growths add in squares. A change is one where the interval of the
//! difference lies to one side of nought.

use super::load_difference;
use crate::evidence::Evidence;
use crate::findings::{
    Change, Comparison, Direction, Growth, Per, Report, SeriesChange, SeriesFinding, Side, Verdict,
};
use crate::units::Unit;

/// A leak has become worse if it grows by at least this much more of what it was.
const WORSE: f64 = 0.1;

/// A run, and what it came to.
pub type Run<'a> = (&'a Evidence, &'a Report);

/// Compares two runs by what they came to; `names` are what to call them.
pub fn compare(runs: [Run<'_>; 2], names: [&str; 2]) -> Comparison {
    let [(_, before), (_, after)] = runs;
    let mut series: Vec<SeriesChange> = before
        .series
        .iter()
        .filter_map(|b| Some(change(b, after.series.iter().find(|a| a.id.name() == b.id.name())?)))
        .collect();
    series.sort_by_key(|s| !s.votes);
    let verdict = verdict(before, after, &series);
    let side = |findings: &Report, name: &str| Side {
        name: name.into(),
        verdict: findings.verdict,
        headline: findings.headline.clone(),
        subtitle: findings.subtitle.clone(),
    };
    Comparison {
        schema: "soak-compare/1".into(),
        exit_code: match verdict {
            Change::Fixed | Change::NoDifference => 0,
            Change::StillLeaking | Change::Regressed => 1,
            Change::CannotTell => 3,
        },
        headline: headline(verdict, before, after),
        before: side(before, names[0]),
        after: side(after, names[1]),
        notes: notes(runs),
        verdict,
        series,
    }
}

/// The first that holds.
fn verdict(before: &Report, after: &Report, series: &[SeriesChange]) -> Change {
    use Verdict::{Failed, Leak, Stable};
    match (before.verdict, after.verdict) {
        (Leak, Stable) => Change::Fixed,
        (Leak, Leak) if worse(after, series) => Change::Regressed,
        (Leak, Leak) => Change::StillLeaking,
        (Stable, Leak | Failed) => Change::Regressed,
        (_, Leak) if worse(after, series) => Change::Regressed,
        (_, Leak) => Change::StillLeaking,
        (Stable, Stable) => Change::NoDifference,
        _ => Change::CannotTell,
    }
}

/// Whether something that leaks now certainly leaks more than it did.
fn worse(after: &Report, series: &[SeriesChange]) -> bool {
    series.iter().filter(|s| s.votes).any(|s| {
        let leaks = after.series.iter().any(|a| a.id.name() == s.id.name() && a.grows_unexplained());
        let floor = s.before.map_or(0.0, |b| WORSE * b.value.max(0.0));
        leaks && s.change.is_some_and(|c| c.ci[0] > floor)
    })
}

fn change(before: &SeriesFinding, after: &SeriesFinding) -> SeriesChange {
    let a_request = |s: &SeriesFinding| s.per_request.is_some();
    // what never moved has no growth of its own, and is no reason to count the other by the hour
    let per = match (a_request(before), a_request(after)) {
        (true, true) => Per::Request,
        (true, false) if still(after) => Per::Request,
        (false, true) if still(before) => Per::Request,
        _ => Per::Second,
    };
    let (b, a) = (growth(before, per, after), growth(after, per, before));
    let change = b.zip(a).map(|(b, a)| {
        let value = a.value - b.value;
        let down = (a.value - a.ci[0]).hypot(b.ci[1] - b.value);
        let up = (a.ci[1] - a.value).hypot(b.value - b.ci[0]);
        Growth { value, ci: [value - down, value + up] }
    });
    let unit = before.id.unit();
    let show = |value: f64| match per {
        Per::Request => format!("{} a request", unit.show(value)),
        Per::Second => unit.show_slope(value),
    };
    let why = match change {
        None => "cannot be told in both runs".into(),
        Some(c) if c.ci[0] > 0.0 => format!("grows {} more", show(c.value)),
        Some(c) if c.ci[1] < 0.0 => format!("grows {} less", show(-c.value)),
        Some(_) => "no difference that can be told".into(),
    };
    SeriesChange {
        id: before.id.clone(),
        per,
        before: b,
        after: a,
        change,
        votes: before.is_looked_for() || after.is_looked_for(),
        why,
    }
}

/// Whether a series never moved.
fn still(s: &SeriesFinding) -> bool {
    s.slope_per_s.is_none() && s.trend == Direction::Stable
}

/// The growth of one series, counted as the comparison does; of one that never moved nought, give or take what would
/// have been seen. `other` is the same series in the other run.
fn growth(s: &SeriesFinding, per: Per, other: &SeriesFinding) -> Option<Growth> {
    let told = match per {
        Per::Request => s.per_request.zip(s.per_request_ci),
        Per::Second => s.slope_per_s.zip(s.slope_ci),
    };
    let rate = || Some(other.slope_per_s? / other.per_request?).filter(|rate| *rate > 0.0);
    told.map(|(value, ci)| Growth { value, ci }).or_else(|| {
        let unseen = s.detectable_per_s.filter(|_| still(s))?;
        let unseen = if per == Per::Request { unseen / rate()? } else { unseen };
        Some(Growth { value: 0.0, ci: [-unseen, unseen] })
    })
}

fn headline(verdict: Change, before: &Report, after: &Report) -> String {
    let (b, a) = (bare(before), bare(after));
    match verdict {
        Change::Fixed => format!("Fixed: {a}; before, {b}"),
        Change::StillLeaking => format!("Still leaking: {a}; before, {b}"),
        Change::Regressed => format!("Regressed: {a}; before, {b}"),
        Change::NoDifference => format!("No difference: neither run leaks; {a}"),
        Change::CannotTell => match (before.verdict, after.verdict) {
            (_, Verdict::Inconclusive) => format!("Cannot tell: in the second run, {a}"),
            (_, Verdict::Failed) => format!("Cannot tell: the second run failed: {a}"),
            (Verdict::Failed, _) => format!("Cannot tell: the first run failed: {b}"),
            _ => format!("Cannot tell: in the first run, {b}"),
        },
    }
}

/// A headline without the word for its verdict.
fn bare(findings: &Report) -> &str {
    let headline = &findings.headline;
    ["Leak: ", "No leak: ", "Cannot tell: ", "Failed: "]
        .iter()
        .find_map(|word| headline.strip_prefix(word))
        .unwrap_or(headline)
}

/// What makes the two hard to compare.
fn notes(runs: [Run<'_>; 2]) -> Vec<String> {
    let [(_, before), (_, after)] = runs;
    let mut notes = load_difference::differently(runs);
    if let (Some(b), Some(a)) = (&before.load, &after.load) {
        let show = |seconds: f64| Unit::Seconds.show(seconds);
        if let Some((b, a)) = b.shown_latency().zip(a.shown_latency()) {
            let (b, a) = (b.timed, a.timed);
            notes.push(format!(
                "Latency before: p50 {}, p99 {}; after: p50 {}, p99 {}.",
                show(b.p50),
                show(b.p99),
                show(a.p50),
                show(a.p99)
            ));
        }
    }
    let runtime = |f: &Report| f.target.as_ref().map(|t| t.runtime);
    if runtime(before) != runtime(after) {
        notes.push("The runs looked at services of different runtimes.".into());
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(name: &str, trend: Direction, per_request: Option<f64>, error: f64) -> SeriesFinding {
        SeriesFinding {
            id: name.into(),
            trend,
            slope_per_s: per_request.map(|p| 50.0 * p),
            slope_ci: per_request.map(|p| [50.0 * (p - error), 50.0 * (p + error)]),
            per_request,
            per_request_ci: per_request.map(|p| [p - error, p + error]),
            material: trend == Direction::Growing,
            flat: trend == Direction::Stable,
            ..SeriesFinding::example()
        }
    }

    fn findings(verdict: Verdict, headline: &str, series: Vec<SeriesFinding>) -> Report {
        Report { verdict, headline: headline.into(), series, ..Report::example() }
    }

    /// Compares what two runs came to whose plans nobody knows.
    fn compared(before: &Report, after: &Report) -> Comparison {
        let evidence = Evidence::default();
        compare([(&evidence, before), (&evidence, after)], ["a", "b"])
    }

    fn leaks(per_request: f64) -> Report {
        let tasks = series("goroutines", Direction::Growing, Some(per_request), 0.05);
        findings(Verdict::Leak, "Leak: 1 goroutine more per request", vec![tasks])
    }

    fn is_flat() -> Report {
        let tasks = series("goroutines", Direction::Stable, None, 0.0);
        findings(Verdict::Stable, "No leak: no growth above 90 B a request", vec![tasks])
    }

    fn open() -> Report {
        findings(Verdict::Inconclusive, "Cannot tell: too short", Vec::new())
    }

    #[test]
    fn every_pair_of_verdicts_has_its_answer() {
        let told = |before: &Report, after: &Report| {
            let c = compared(before, after);
            (c.verdict, c.exit_code)
        };
        assert_eq!(told(&leaks(1.0), &is_flat()), (Change::Fixed, 0));
        assert_eq!(told(&leaks(1.0), &leaks(1.0)), (Change::StillLeaking, 1));
        assert_eq!(told(&leaks(1.0), &leaks(0.5)), (Change::StillLeaking, 1));
        assert_eq!(told(&leaks(1.0), &leaks(1.05)), (Change::StillLeaking, 1), "within the error");
        assert_eq!(told(&leaks(1.0), &leaks(2.0)), (Change::Regressed, 1));
        assert_eq!(told(&is_flat(), &leaks(1.0)), (Change::Regressed, 1));
        assert_eq!(told(&is_flat(), &is_flat()), (Change::NoDifference, 0));
        assert_eq!(told(&open(), &is_flat()), (Change::CannotTell, 3));
        assert_eq!(told(&leaks(1.0), &open()), (Change::CannotTell, 3));
        assert_eq!(told(&open(), &leaks(1.0)), (Change::StillLeaking, 1));
    }

    #[test]
    fn what_never_moved_is_nought_give_or_take_what_would_have_been_seen() {
        let c = compared(&leaks(1.0), &is_flat());
        let tasks = &c.series[0];
        assert_eq!((tasks.per, tasks.after.unwrap().value), (Per::Request, 0.0));
        assert_eq!(tasks.after.unwrap().ci, [-0.01, 0.01]);
        let change = tasks.change.unwrap();
        assert!((change.value + 1.0).abs() < 1e-9 && change.ci[1] < -0.9, "{change:?}");
        assert_eq!(tasks.why, "grows 1 a request less");
        assert_eq!(c.headline, "Fixed: no growth above 90 B a request; before, 1 goroutine more per request");
    }
}
