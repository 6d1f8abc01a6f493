//! Two runs side by side: what became of each growth, and whether it is fixed.
//!
//! The runs are apart, so the errors of their growths add in squares. A change is one where the interval of the
//! difference lies to one side of 0.

use super::load_difference::{self, Run};
use crate::evidence::{Evidence, Runtime};
use crate::findings::{
    Assessment, Change, Compared, ComparedSide, ComparisonNote, Direction, Estimate, Growth, GrowthChange,
    Per, SeriesEvidence, Verdict,
};

/// A leak has become worse if it grows by at least this much more of what it was.
const LEAST_WORSENING_SHARE: f64 = 0.1;

/// Compares two runs by what they came to; `names` are what to call them.
pub fn compare(runs: [Run<'_>; 2], names: [&str; 2]) -> Compared {
    let [(_, before), (_, after)] = runs;
    let mut series: Vec<GrowthChange> = before
        .series
        .iter()
        .filter_map(|b| Some(change(b, after.series.iter().find(|a| a.id == b.id)?)))
        .collect();
    series.sort_by_key(|s| !s.votes);
    // two services, and no change of one of them
    let known =
        [before, after].iter().all(|run| run.target.as_ref().is_some_and(|t| t.runtime != Runtime::Other));
    let notes = notes(runs);
    let comparable = !(known && have_other_runtimes(before, after));
    let nothing_alike = notes.iter().any(ComparisonNote::is_of_nothing_alike);
    let verdict = match verdict(before, after, &series) {
        _ if !comparable => Change::CannotTell,
        // a leak of the later run is one whatever the earlier one drove
        Change::Fixed | Change::NoDifference if nothing_alike => Change::CannotTell,
        verdict => verdict,
    };
    let side = |run: &Assessment, name: &str| ComparedSide { name: name.into(), answer: run.answer.clone() };
    Compared {
        exit_code: match verdict {
            Change::Fixed | Change::NoDifference => 0,
            Change::StillLeaking | Change::Regressed => 1,
            Change::CannotTell => 3,
        },
        sides: [side(before, names[0]), side(after, names[1])],
        notes,
        verdict,
        series,
    }
}

/// The first that holds.
fn verdict(before: &Assessment, after: &Assessment, series: &[GrowthChange]) -> Change {
    use Verdict::{Failed, Inconclusive, Leak, Stable};
    match (before.verdict(), after.verdict()) {
        (Leak, Stable) => Change::Fixed,
        (Leak, Leak) if is_worse(after, series) => Change::Regressed,
        (Leak, Leak) => Change::StillLeaking,
        (Stable, Leak | Failed) => Change::Regressed,
        (_, Leak) if is_worse(after, series) => Change::Regressed,
        (_, Leak) => Change::StillLeaking,
        (Stable, Stable) => Change::NoDifference,
        (Leak, Inconclusive | Failed)
        | (Stable, Inconclusive)
        | (Inconclusive | Failed, Stable | Inconclusive | Failed) => Change::CannotTell,
    }
}

/// Whether something that leaks now certainly leaks more than it did.
fn is_worse(after: &Assessment, series: &[GrowthChange]) -> bool {
    series.iter().filter(|s| s.votes).any(|s| {
        let leaks = after.series.iter().any(|a| a.id == s.id && a.grows_unexplained());
        let floor = s.before.map_or(0.0, |b| LEAST_WORSENING_SHARE * b.value.max(0.0));
        leaks && s.change.is_some_and(|c| c.ci[0] > floor)
    })
}

fn change(before: &SeriesEvidence, after: &SeriesEvidence) -> GrowthChange {
    let by_request = |s: &SeriesEvidence| s.trend.per_request.is_some();
    // what never moved has no growth of its own, and is no reason to count the other by the hour
    let per = match (by_request(before), by_request(after)) {
        (true, true) => Per::Request,
        (true, false) if never_moved(after) => Per::Request,
        (false, true) if never_moved(before) => Per::Request,
        _ => Per::Second,
    };
    let (b, a) = (growth(before, per, after), growth(after, per, before));
    let change = b.zip(a).map(|(b, a)| {
        let value = a.value - b.value;
        let down = (a.value - a.ci[0]).hypot(b.ci[1] - b.value);
        let up = (a.ci[1] - a.value).hypot(b.value - b.ci[0]);
        no_less_than_nothing(b, Growth { value, ci: [value - down, value + up] })
    });
    let none_above = |s: &SeriesEvidence| {
        let least = match per {
            Per::Request => s.trend.detectable_per_request,
            Per::Second => s.trend.detectable_per_s,
        };
        least.filter(|_| s.trend.direction == Direction::Stable)
    };
    GrowthChange {
        none_above: [before, after].map(none_above),
        trend: [before, after].map(|s| s.trend.direction),
        id: before.id.clone(),
        per,
        before: b,
        after: a,
        change,
        votes: before.is_looked_for() || after.is_looked_for(),
    }
}

/// A growth that is gone was lost in full, and no more than that: what does not grow any more is measured with an error,
/// too.
fn no_less_than_nothing(before: Growth, change: Growth) -> Growth {
    let is_gone = change.ci[1] < 0.0 && before.value > 0.0 && change.value < -before.value;
    if !is_gone {
        return change;
    }
    let value = -before.value;
    Growth { value, ci: [change.ci[0], change.ci[1].max(value)] }
}

/// Whether a series never moved.
fn never_moved(s: &SeriesEvidence) -> bool {
    s.trend.slope.is_none() && s.trend.direction == Direction::Stable
}

/// The growth of one series, counted as the comparison does; of one that never moved 0, give or take what would have
/// been found. `other` is the same series in the other run.
fn growth(s: &SeriesEvidence, per: Per, other: &SeriesEvidence) -> Option<Growth> {
    let estimate = match per {
        Per::Request => s.trend.per_request,
        Per::Second => s.trend.slope,
    };
    let rate = || {
        let rate = other.trend.slope?.value / other.trend.per_request?.value;
        Some(rate).filter(|rate| *rate > 0.0)
    };
    let known = estimate.map(|Estimate { value, lo, hi }| Growth { value, ci: [lo, hi] });
    known.or_else(|| {
        let unseen = s.trend.detectable_per_s.filter(|_| never_moved(s))?;
        let unseen = match per {
            Per::Request => s.trend.detectable_per_request.or_else(|| Some(unseen / rate()?))?,
            Per::Second => unseen,
        };
        Some(Growth { value: 0.0, ci: [-unseen, unseen] })
    })
}

/// What makes the two hard to compare.
fn notes(runs: [Run<'_>; 2]) -> Vec<ComparisonNote> {
    let [(_, before), (_, after)] = runs;
    let mut notes = load_difference::differences(runs);
    if is_same_run(runs.map(|(evidence, _)| evidence)) {
        notes.insert(0, ComparisonNote::SameRun);
    }
    if let (Some(b), Some(a)) = (&before.load, &after.load)
        && let Some((b, a)) = b.shown_latency().zip(a.shown_latency())
    {
        notes.push(ComparisonNote::Latency([b.timed, a.timed]));
    }
    if have_other_runtimes(before, after) {
        notes.push(ComparisonNote::Runtimes);
    }
    notes
}

/// Whether both were recorded at once of the same process.
fn is_same_run([before, after]: [&Evidence; 2]) -> bool {
    let recorded = |run: &Evidence| run.environment.clone().zip(run.recording.elapsed_s.last().copied());
    recorded(before).is_some_and(|run| recorded(after) == Some(run))
}

/// Whether the two are services of different runtimes.
fn have_other_runtimes(before: &Assessment, after: &Assessment) -> bool {
    let runtime = |run: &Assessment| run.target.as_ref().map(|t| t.runtime);
    runtime(before) != runtime(after)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Environment, PlanRecord, Recording, SeriesId};
    use crate::findings::{Answer, Doubt, LeakSummary, Reason, Trend};

    fn series(direction: Direction, per_request: Option<f64>, error: f64) -> SeriesEvidence {
        let per_request = per_request.map(|p| Estimate { value: p, lo: p - error, hi: p + error });
        let trend = Trend {
            direction,
            slope: per_request.map(|p| p.scaled(50.0)),
            per_request,
            ..SeriesEvidence::example().trend
        };
        SeriesEvidence {
            id: SeriesId::Goroutines,
            trend,
            material: direction == Direction::Growing,
            flat: direction == Direction::Stable,
            ..SeriesEvidence::example()
        }
    }

    fn assessed(reason: Reason, series: Vec<SeriesEvidence>) -> Assessment {
        let answer = Answer { reason, summary: LeakSummary::default(), until_then: None };
        Assessment { answer, series, ..Assessment::example() }
    }

    /// Compares what two runs came to whose plans are not known.
    fn compared(before: &Assessment, after: &Assessment) -> Compared {
        let evidence = Evidence::default();
        compare([(&evidence, before), (&evidence, after)], ["a", "b"])
    }

    #[test]
    fn a_run_that_is_compared_with_itself_says_so() {
        let environment = Some(Environment::example(Runtime::Go, 1));
        let run = |ended_s| {
            let recording = Recording { elapsed_s: vec![0.0, ended_s], ..Recording::default() };
            Evidence { environment: environment.clone(), recording, ..Evidence::default() }
        };
        assert!(is_same_run([&run(60.0), &run(60.0)]));
        assert!(!is_same_run([&run(60.0), &run(59.8)]));
        assert!(!is_same_run([&Evidence::default(), &Evidence::default()]), "nothing was recorded");
    }

    fn leaks(per_request: f64) -> Assessment {
        let tasks = series(Direction::Growing, Some(per_request), 0.05);
        assessed(Reason::KilledWhileGrowing, vec![tasks])
    }

    fn is_flat() -> Assessment {
        assessed(Reason::NoGrowth(None), vec![series(Direction::Stable, None, 0.0)])
    }

    fn open() -> Assessment {
        assessed(Reason::Doubt(Doubt::NoSteady), Vec::new())
    }

    #[test]
    fn every_pair_of_verdicts_has_its_answer() {
        let answer = |before: &Assessment, after: &Assessment| {
            let c = compared(before, after);
            (c.verdict, c.exit_code)
        };
        assert_eq!(answer(&leaks(1.0), &is_flat()), (Change::Fixed, 0));
        assert_eq!(answer(&leaks(1.0), &leaks(1.0)), (Change::StillLeaking, 1));
        assert_eq!(answer(&leaks(1.0), &leaks(0.5)), (Change::StillLeaking, 1));
        assert_eq!(answer(&leaks(1.0), &leaks(1.05)), (Change::StillLeaking, 1), "within the error");
        assert_eq!(answer(&leaks(1.0), &leaks(2.0)), (Change::Regressed, 1));
        assert_eq!(answer(&is_flat(), &leaks(1.0)), (Change::Regressed, 1));
        assert_eq!(answer(&is_flat(), &is_flat()), (Change::NoDifference, 0));
        assert_eq!(answer(&open(), &is_flat()), (Change::CannotTell, 3));
        assert_eq!(answer(&leaks(1.0), &open()), (Change::CannotTell, 3));
        assert_eq!(answer(&open(), &leaks(1.0)), (Change::StillLeaking, 1));
    }

    #[test]
    fn a_run_of_other_requests_shows_nothing_of_a_fix_and_its_leak_all_the_same() {
        let run = |url: &str| Evidence {
            plan: Some(PlanRecord { url: url.into(), ..PlanRecord::example() }),
            ..Evidence::default()
        };
        let (orders, healthy) = (run("http://127.0.0.1:1/orders"), run("http://127.0.0.1:1/healthy"));
        let answer = |before: &Assessment, after: &Assessment| {
            compare([(&orders, before), (&healthy, after)], ["a", "b"]).verdict
        };
        assert_eq!(answer(&leaks(1.0), &is_flat()), Change::CannotTell);
        assert_eq!(answer(&is_flat(), &leaks(1.0)), Change::Regressed);
        let same = compare([(&orders, &leaks(1.0)), (&orders, &is_flat())], ["a", "b"]).verdict;
        assert_eq!(same, Change::Fixed);
    }

    #[test]
    fn a_growth_that_is_gone_has_lost_no_more_than_it_was() {
        let falls = assessed(Reason::NoGrowth(None), vec![series(Direction::Stable, Some(-0.2), 0.05)]);
        let change = compared(&leaks(1.0), &falls).series[0].change.unwrap();
        assert_eq!(change.value, -1.0);
        assert!(change.ci[0] < -1.0 && change.ci[1] == -1.0, "{change:?}");
        let halved = compared(&leaks(1.0), &leaks(0.5)).series[0].change.unwrap();
        assert_eq!(halved.value, -0.5);
    }

    #[test]
    fn what_never_moved_is_0_give_or_take_what_would_have_been_found() {
        let c = compared(&leaks(1.0), &is_flat());
        let tasks = &c.series[0];
        assert_eq!((tasks.per, tasks.after.unwrap().value), (Per::Request, 0.0));
        assert_eq!(tasks.after.unwrap().ci, [-0.01, 0.01]);
        let change = tasks.change.unwrap();
        assert!((change.value + 1.0).abs() < 1e-9 && change.ci[1] < -0.9, "{change:?}");
    }
}
