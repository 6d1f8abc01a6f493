//! The memory that a run is judged by, as one: of an exact account live heap, stacks and native memory together, else
//! the live heap where that was read and says what resident memory does, else resident memory.
//!
//! Headline, gates, the growth per hour and the picture take it from here, so that they speak of one quantity.

use crate::evidence::{AccountPart, Ends, SeriesId};
use crate::findings::{Direction, Estimate, SeriesEvidence, Shape, Trend, TrendReason};

/// Where resident memory grows by more than so many times the live heap, something else leaks with it.
const MOST_BEYOND_LIVE: f64 = 1.5;

/// The growth of what does leak, as one; of all that can where nothing does. None where no memory was read, or a part of
/// an exact account was not.
pub fn memory_that_leaks(series: &[SeriesEvidence], exact: bool) -> Option<SeriesEvidence> {
    let parts = leaking_parts(series, exact)?;
    if exact { Some(together(&parts)) } else { parts.first().map(|rss| (*rss).clone()) }
}

/// What does leak: the parts of an exact account that are to blame, else all that can; without one the live heap, or
/// RSS.
pub fn leaking_parts(series: &[SeriesEvidence], exact: bool) -> Option<Vec<&SeriesEvidence>> {
    if !exact {
        return live_heap(series).or_else(|| resident(series)).map(|memory| vec![memory]);
    }
    let parts = can_leak(series)?;
    let guilty: Vec<&SeriesEvidence> = parts.iter().filter(|s| s.grows_unexplained()).copied().collect();
    Some(if guilty.is_empty() { parts } else { guilty })
}

/// The live heap where it says all: it leaks, and resident memory grows by no more than that can make it; or it does
/// not grow, and nor does resident memory but for what is explained.
fn live_heap(series: &[SeriesEvidence]) -> Option<&SeriesEvidence> {
    let live = series.iter().find(|s| s.id == SeriesId::MemLive && s.votes())?;
    let resident = resident(series);
    if live.leaks() {
        let each = live.trend.per_request.or(live.trend.slope)?;
        let more = resident.filter(|m| m.grows_unexplained()).and_then(|m| match live.trend.per_request {
            Some(_) => m.trend.per_request,
            None => m.trend.slope,
        });
        return more.is_none_or(|more| more.lo <= MOST_BEYOND_LIVE * each.hi).then_some(live);
    }
    let level = resident.is_none_or(|m| m.flat || m.explained_by.is_some());
    (live.flat && level).then_some(live)
}

fn resident(series: &[SeriesEvidence]) -> Option<&SeriesEvidence> {
    let get = |id: SeriesId| series.iter().find(|s| s.id == id);
    get(SeriesId::RssAnon).or_else(|| get(SeriesId::Rss))
}

fn can_leak(series: &[SeriesEvidence]) -> Option<Vec<&SeriesEvidence>> {
    let get = |part: &AccountPart| series.iter().find(|s| s.id == part.series());
    AccountPart::STACKED.iter().filter(|part| part.can_leak()).map(get).collect()
}

fn together(parts: &[&SeriesEvidence]) -> SeriesEvidence {
    // a part that never moved has no interval to add
    let never_moved = |s: &&&SeriesEvidence| s.trend.shape == Shape::Flat && s.trend.slope.is_none();
    let moving: Vec<&SeriesEvidence> = parts.iter().filter(|s| !never_moved(s)).copied().collect();
    let top = parts.iter().copied().find(|s| s.grows_unexplained());
    let flat = parts.iter().all(|s| s.flat);
    let slope = sum(&moving, |t| t.slope);
    // whether it matters is not the trend's business, nor that of a gate; but where one part grows and another falls, the
    // sum grows only by what is certainly left
    let grows = top.is_some() || slope.is_none_or(|slope| slope.lo > 0.0);
    let direction = if grows && parts.iter().any(|s| s.trend.direction == Direction::Growing) {
        Direction::Growing
    } else if flat {
        Direction::Stable
    } else {
        Direction::Inconclusive
    };
    let total =
        |figure: fn(&Trend) -> Option<f64>| parts.iter().map(|s| figure(&s.trend)).sum::<Option<f64>>();
    SeriesEvidence {
        id: SeriesId::MemCanLeak,
        strength: None,
        groups_vote: false,
        proven: false,
        trend: Trend {
            direction,
            shape: top.map_or(Shape::Flat, |s| s.trend.shape),
            start: total(|t| t.start),
            end: total(|t| t.end),
            slope,
            slope_over_s: top.and_then(|s| s.trend.slope_over_s),
            per_request: sum(&moving, |t| t.per_request),
            detectable_per_s: total(|t| t.detectable_per_s),
            detectable_per_request: total(|t| t.detectable_per_request),
            needs_s: parts.iter().filter_map(|s| s.trend.needs_s).reduce(f64::max),
            recovered: None,
            p_value: parts.iter().map(|s| s.trend.p_value).fold(1.0, f64::min),
            reason: top.map_or(TrendReason::Estimated, |s| s.trend.reason.clone()),
            read: total(|t| t.read.map(|read| read.start))
                .zip(total(|t| t.read.map(|read| read.end)))
                .map(|(start, end)| Ends { start, end }),
        },
        material: top.is_some(),
        excludes_zero: false,
        bounded: false,
        flat,
        significant: false,
        may_be_heap: false,
        explained_by: None,
        limit: None,
        limit_at_s: None,
        after_settle: None,
    }
}

/// A sum with its interval: errors of parts that are measured apart add in squares. Nothing of no parts is 0.
fn sum(parts: &[&SeriesEvidence], figure: fn(&Trend) -> Option<Estimate>) -> Option<Estimate> {
    let known: Vec<Estimate> = parts.iter().map(|s| figure(&s.trend)).collect::<Option<_>>()?;
    let value: f64 = known.iter().map(|e| e.value).sum();
    let root = |distance: fn(&Estimate) -> f64| known.iter().map(|e| distance(e).powi(2)).sum::<f64>().sqrt();
    Some(Estimate { value, lo: value - root(|e| e.value - e.lo), hi: value + root(|e| e.hi - e.value) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(part: AccountPart, direction: Direction, slope: f64, error: f64) -> SeriesEvidence {
        let slope = Estimate { value: slope, lo: slope - error, hi: slope + error };
        let trend = Trend {
            direction,
            start: Some(100.0),
            end: Some(100.0 + slope.value),
            slope: Some(slope),
            per_request: Some(slope.scaled(0.1)),
            ..SeriesEvidence::example().trend
        };
        let grows = direction == Direction::Growing;
        SeriesEvidence {
            id: part.series(),
            trend,
            material: grows,
            flat: !grows,
            ..SeriesEvidence::example()
        }
    }

    #[test]
    fn parts_of_an_exact_account_add_up_and_their_errors_in_squares() {
        use AccountPart::{Live, Native, Stacks};
        let series = [
            part(Live, Direction::Growing, 30.0, 3.0),
            part(Stacks, Direction::Growing, 50.0, 4.0),
            part(Native, Direction::Stable, 0.0, 0.0),
        ];
        let all: Vec<&SeriesEvidence> = series.iter().collect();
        let sum = together(&all).trend;
        assert_eq!(
            (sum.direction, sum.slope),
            (Direction::Growing, Some(Estimate { value: 80.0, lo: 75.0, hi: 85.0 }))
        );
        assert_eq!((sum.per_request.unwrap().value, sum.start, sum.end), (8.0, Some(300.0), Some(380.0)));
        assert!(memory_that_leaks(&series[..2], true).is_none(), "a part is missing");
        assert_eq!(
            memory_that_leaks(&series, true).unwrap().trend.start,
            Some(200.0),
            "what is flat is not what leaks"
        );
    }

    #[test]
    fn a_sum_in_which_one_part_falls_by_more_than_another_grows_does_not_grow() {
        use AccountPart::{Live, Native, Stacks};
        let mut series = [
            part(Live, Direction::Growing, 2.0, 1.0),
            part(Stacks, Direction::Stable, -4.0, 1.0),
            part(Native, Direction::Stable, 0.0, 0.0),
        ];
        // it grows by too little to count
        (series[0].material, series[0].flat) = (false, true);
        let all: Vec<&SeriesEvidence> = series.iter().collect();
        assert_eq!(together(&all).trend.direction, Direction::Stable);
    }

    #[test]
    fn without_an_account_it_is_private_memory() {
        let rss =
            SeriesEvidence { id: SeriesId::RssAnon, ..part(AccountPart::Live, Direction::Stable, 1.0, 1.0) };
        assert_eq!(memory_that_leaks(std::slice::from_ref(&rss), false), Some(rss));
        assert_eq!(memory_that_leaks(&[], false), None);
    }
}
