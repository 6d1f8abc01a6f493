//! What can leak, as one: live heap, stacks and native memory together where the account is exact, else RSS.

use crate::evidence::AccountPart;
use crate::findings::{Direction, SeriesFinding, Shape};

/// The name of the sum; no series of the recording has it.
const SUM: &str = "mem_can_leak_bytes";

/// The growth of all that can leak; none where no memory was read, or a part of an exact account told no slope.
pub fn memory(series: &[SeriesFinding], exact: bool) -> Option<SeriesFinding> {
    if exact { Some(together(&can_leak(series)?)) } else { resident(series).cloned() }
}

/// The growth of what does leak, as one.
pub fn leaking(series: &[SeriesFinding], exact: bool) -> Option<SeriesFinding> {
    let parts = parts(series, exact)?;
    if exact { Some(together(&parts)) } else { parts.first().map(|rss| (*rss).clone()) }
}

/// What does leak: the parts of an exact account that are to blame, else all that can; without one RSS.
pub fn parts(series: &[SeriesFinding], exact: bool) -> Option<Vec<&SeriesFinding>> {
    if !exact {
        return resident(series).map(|rss| vec![rss]);
    }
    let parts = can_leak(series)?;
    let guilty: Vec<&SeriesFinding> = parts.iter().filter(|s| s.grows_unexplained()).copied().collect();
    Some(if guilty.is_empty() { parts } else { guilty })
}

fn resident(series: &[SeriesFinding]) -> Option<&SeriesFinding> {
    let get = |name: &str| series.iter().find(|s| s.id.name() == name);
    get("rss_anon_bytes").or_else(|| get("rss_bytes"))
}

fn can_leak(series: &[SeriesFinding]) -> Option<Vec<&SeriesFinding>> {
    let get = |part: &AccountPart| series.iter().find(|s| s.id == part.series());
    AccountPart::STACKED.iter().filter(|part| part.can_leak()).map(get).collect()
}

fn together(parts: &[&SeriesFinding]) -> SeriesFinding {
    // a part that never moved has no interval to add
    let still = |s: &&&SeriesFinding| s.shape == Shape::Flat && s.slope_per_s.is_none();
    let moving: Vec<&SeriesFinding> = parts.iter().filter(|s| !still(s)).copied().collect();
    let top = parts.iter().copied().find(|s| s.grows_unexplained());
    // whether it matters is not the trend's business, nor that of a gate
    let trend = if parts.iter().any(|s| s.trend == Direction::Growing) {
        Direction::Growing
    } else if parts.iter().all(|s| s.flat) {
        Direction::Stable
    } else {
        Direction::Inconclusive
    };
    let total = |of: fn(&SeriesFinding) -> Option<f64>| parts.iter().map(|s| of(s)).sum::<Option<f64>>();
    let (slope_per_s, slope_ci) = sum(&moving, |s| s.slope_per_s, |s| s.slope_ci);
    let (per_request, per_request_ci) = sum(&moving, |s| s.per_request, |s| s.per_request_ci);
    SeriesFinding {
        id: SUM.into(),
        trend,
        shape: top.map_or(Shape::Flat, |s| s.shape),
        start: total(|s| s.start),
        end: total(|s| s.end),
        slope_per_s,
        slope_ci,
        slope_over_s: top.and_then(|s| s.slope_over_s),
        per_request,
        per_request_ci,
        p_value: parts.iter().map(|s| s.p_value).fold(1.0, f64::min),
        detectable_per_s: total(|s| s.detectable_per_s),
        needs_s: parts.iter().filter_map(|s| s.needs_s).reduce(f64::max),
        recovered: None,
        material: top.is_some(),
        flat: parts.iter().all(|s| s.flat),
        votes: false,
        explained_by: None,
        limit_at_s: None,
        why: top.map_or(String::new(), |s| s.why.clone()),
    }
}

/// A sum with its interval: errors of parts that are measured apart add in squares. Nothing of no parts is nought.
fn sum(
    parts: &[&SeriesFinding],
    value: fn(&SeriesFinding) -> Option<f64>,
    interval: fn(&SeriesFinding) -> Option<[f64; 2]>,
) -> (Option<f64>, Option<[f64; 2]>) {
    let known: Option<Vec<(f64, [f64; 2])>> = parts.iter().map(|s| Some((value(s)?, interval(s)?))).collect();
    let Some(known) = known else { return (None, None) };
    let total: f64 = known.iter().map(|(v, _)| v).sum();
    let root = |distance: fn(&(f64, [f64; 2])) -> f64| {
        known.iter().map(|part| distance(part).powi(2)).sum::<f64>().sqrt()
    };
    let (down, up) = (root(|(v, [lo, _])| v - lo), root(|(v, [_, hi])| hi - v));
    (Some(total), Some([total - down, total + up]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(part: AccountPart, trend: Direction, slope: f64, error: f64) -> SeriesFinding {
        SeriesFinding {
            id: part.series().into(),
            trend,
            shape: Shape::Linear,
            start: Some(100.0),
            end: Some(100.0 + slope),
            slope_per_s: Some(slope),
            slope_ci: Some([slope - error, slope + error]),
            slope_over_s: None,
            per_request: Some(slope / 10.0),
            per_request_ci: Some([(slope - error) / 10.0, (slope + error) / 10.0]),
            p_value: 1.0,
            detectable_per_s: None,
            needs_s: None,
            recovered: None,
            material: trend == Direction::Growing,
            flat: trend != Direction::Growing,
            votes: true,
            explained_by: None,
            limit_at_s: None,
            why: String::new(),
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
        let sum = memory(&series, true).unwrap();
        assert_eq!(
            (sum.trend, sum.slope_per_s, sum.slope_ci),
            (Direction::Growing, Some(80.0), Some([75.0, 85.0]))
        );
        assert_eq!((sum.per_request, sum.start, sum.end), (Some(8.0), Some(300.0), Some(380.0)));
        assert!(memory(&series[..2], true).is_none(), "a part is missing");
        assert_eq!(leaking(&series, true).unwrap().start, Some(200.0), "what is flat is not what leaks");
    }

    #[test]
    fn without_an_account_it_is_private_memory() {
        let rss = SeriesFinding {
            id: "rss_anon_bytes".into(),
            ..part(AccountPart::Live, Direction::Stable, 1.0, 1.0)
        };
        assert_eq!(memory(std::slice::from_ref(&rss), false), Some(rss));
        assert_eq!(memory(&[], false), None);
    }
}
