//! The second load: a ratchet stops growing, a leak repeats itself.
//!
//! With repeated cycles the strongest evidence is across them: the floor after each settle. What the first cycle adds
//! may be warm-up; what every later one adds again, is lost. This is the experiment people trust most (drain, load
//! again), judged by the rises of the floor after the first cycle against that cycle's own.

use statrs::distribution::{ContinuousCDF, StudentsT};

use super::bins::{median, midmean};
use super::order::median_of;
use crate::evidence::{Event, EventKind, Phase, Recording, Series};
use crate::findings::{Direction, Estimate};

/// A later cycle repeats the first if its floor rises by at least this share of the first's rise.
const REPEATED_SHARE: f64 = 0.25;
/// A ratchet has stopped if the last rise is at most this share of the first's.
const STOPPED_SHARE: f64 = 0.1;
/// Floors closer than this many of their errors are one level.
const ERRORS_APART: f64 = 3.0;

/// What the cycles say.
#[derive(Debug, Clone)]
pub(super) struct Cycles {
    pub(super) direction: Direction,
    /// Floors: before the first load if it was seen, then after each settle.
    pub(super) floors: Vec<f64>,
    /// Growth each second of load, from the rises after the first cycle.
    pub(super) slope: Estimate,
    pub(super) p_value: f64,
    /// Seconds of load in one cycle.
    pub(super) load_s: f64,
}

/// Judges across cycles; none where fewer than two floors after settle were read.
pub(super) fn across_cycles(recording: &Recording, series: &Series, events: &[Event]) -> Option<Cycles> {
    let begins: Vec<f64> =
        events.iter().filter(|e| matches!(e.kind, EventKind::Cycle { .. })).map(|e| e.elapsed_s).collect();
    if begins.len() < 2 {
        return None;
    }
    let mut floors: Vec<(f64, f64)> = Vec::new();
    let before = readings(recording, series, f64::NEG_INFINITY, begins[0], &[Phase::Baseline]);
    let start = floor_of(&before);
    let mut load_s = Vec::new();
    for (i, begin) in begins.iter().enumerate() {
        let end = begins.get(i + 1).copied().unwrap_or(f64::INFINITY);
        if let Some(f) = floor_of(&readings(recording, series, *begin, end, &[Phase::Settle])) {
            floors.push(f);
            load_s.push(seconds_of_load(recording, *begin, end));
        }
    }
    if floors.len() < 2 {
        return None;
    }
    let load_s = median(&load_s).max(f64::MIN_POSITIVE);
    let error = median_of(floors.iter().map(|f| f.1));
    let rises: Vec<f64> = floors.windows(2).map(|w| w[1].0 - w[0].0).collect();
    // without a level before the load, the first later rise is measured against noise alone
    let first = start.map(|s| floors[0].0 - s.0).unwrap_or(0.0).max(0.0);
    let n = rises.len() as f64;
    let mean = rises.iter().sum::<f64>() / n;
    let scatter = (rises.iter().map(|r| (r - mean).powi(2)).sum::<f64>() / (n - 1.0).max(1.0)).sqrt();
    // two floors' errors make a rise's
    let spread = scatter.max(error * std::f64::consts::SQRT_2) / n.sqrt();
    let freedom = (n - 1.0).max(4.0);
    let t = StudentsT::new(0.0, 1.0, freedom).ok()?;
    let certain = spread > 0.0;
    let p_value = match (certain, mean > 0.0) {
        (true, _) => t.cdf(-mean / spread),
        (false, true) => 1e-6,
        (false, false) => 1.0,
    };
    let least = rises.iter().copied().fold(f64::INFINITY, f64::min);
    let last = rises[rises.len() - 1];
    let apart = ERRORS_APART * error;
    let direction = if least > apart.max(REPEATED_SHARE * first) && p_value < 0.02 {
        Direction::Growing
    } else if floors[floors.len() - 1].0 <= floors[0].0 + apart {
        // it ends where the first load left it, or below
        Direction::Stable
    } else if last <= apart.max(STOPPED_SHARE * first)
        && (mean <= apart.max(STOPPED_SHARE * first) || has_stopped(&rises))
    {
        Direction::Stable
    } else {
        Direction::Inconclusive
    };
    let half = t.inverse_cdf(0.975) * spread;
    let slope = Estimate { value: mean, lo: mean - half, hi: mean + half }.scaled(1.0 / load_s);
    let floors = start.into_iter().chain(floors).map(|f| f.0).collect();
    Some(Cycles { direction, floors, slope, p_value, load_s })
}

/// Whether the floor has stopped rising: the last two cycles added little of what the largest did. One quiet cycle is
/// no stop, since collections make rises uneven.
fn has_stopped(rises: &[f64]) -> bool {
    let largest = rises.iter().copied().fold(0.0, f64::max);
    let [.., before_last, last] = rises else { return false };
    rises.len() >= 3 && before_last.max(*last) <= STOPPED_SHARE * largest
}

/// Readings in a stretch of time and phases.
fn readings(recording: &Recording, series: &Series, from: f64, until: f64, phases: &[Phase]) -> Vec<f64> {
    (0..recording.len())
        .filter(|i| {
            (from..until).contains(&recording.elapsed_s[*i]) && phases.contains(&recording.phases[*i])
        })
        .filter_map(|i| series.samples[i].get())
        .collect()
}

/// The level of the later half and its standard error.
fn floor_of(readings: &[f64]) -> Option<(f64, f64)> {
    let later = &readings[readings.len() / 2..];
    if later.is_empty() {
        return None;
    }
    let n = later.len() as f64;
    let level = midmean(later);
    // readings of one settle hang together; a quarter of them count as independent
    let error = 1.4826 * median_of(later.iter().map(|v| (v - level).abs())) / (n / 4.0).max(1.0).sqrt();
    Some((level, error))
}

fn seconds_of_load(recording: &Recording, from: f64, until: f64) -> f64 {
    let times: Vec<f64> = (0..recording.len())
        .filter(|i| (from..until).contains(&recording.elapsed_s[*i]) && recording.phases[*i].has_load())
        .map(|i| recording.elapsed_s[i])
        .collect();
    match (times.first(), times.last()) {
        (Some(a), Some(b)) => b - a,
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Sample, SeriesId};

    /// A run of so many cycles; `added` says what each leaves behind.
    fn run(cycles: usize, added: impl Fn(usize) -> f64) -> (Recording, Series, Vec<Event>) {
        let mut r = Recording::default();
        let mut samples = Vec::new();
        let mut events = Vec::new();
        let mut level = 100.0;
        let mut t = 0.0;
        let mut push = |r: &mut Recording, t: &mut f64, phase: Phase, v: f64| {
            r.elapsed_s.push(*t);
            r.phases.push(phase);
            r.requests_total.push(Sample::GAP);
            samples.push(Sample::new(v + 0.2 * ((*t * 7.7).sin())));
            *t += 1.0;
        };
        for _ in 0..5 {
            push(&mut r, &mut t, Phase::Baseline, level);
        }
        for cycle in 0..cycles {
            events.push(Event { elapsed_s: t, kind: EventKind::Cycle { number: cycle as u32 + 1 } });
            for i in 0..20 {
                push(&mut r, &mut t, Phase::Steady, level + added(cycle) * f64::from(i) / 20.0 + 5.0);
            }
            level += added(cycle);
            for _ in 0..8 {
                push(&mut r, &mut t, Phase::Settle, level);
            }
        }
        (r, Series { id: SeriesId::Rss, samples }, events)
    }

    #[test]
    fn a_leak_repeats_itself_and_a_ratchet_stops() {
        let (r, s, e) = run(4, |_| 10.0);
        let c = across_cycles(&r, &s, &e).unwrap();
        assert_eq!(c.direction, Direction::Growing);
        assert!((c.slope.value * c.load_s - 10.0).abs() < 0.5, "{c:?}");
        let (r, s, e) = run(3, |cycle| if cycle == 0 { 30.0 } else { 0.5 });
        assert_eq!(across_cycles(&r, &s, &e).unwrap().direction, Direction::Stable);
    }

    #[test]
    fn half_a_repetition_is_neither() {
        let (r, s, e) = run(3, |cycle| [30.0, 9.0, 3.5][cycle]);
        assert_eq!(across_cycles(&r, &s, &e).unwrap().direction, Direction::Inconclusive);
    }

    #[test]
    fn one_quiet_cycle_is_no_stop_and_two_are() {
        let judged = |added: [f64; 5]| {
            let (r, s, e) = run(5, |cycle| added[cycle]);
            across_cycles(&r, &s, &e).unwrap().direction
        };
        // a Go service that keeps 2 KiB of every request
        assert_eq!(judged([25.0, 24.0, 18.0, 34.0, 1.0]), Direction::Inconclusive);
        assert_eq!(judged([25.0, 24.0, 18.0, 1.0, 1.0]), Direction::Stable);
    }

    #[test]
    fn one_cycle_says_nothing_across() {
        let (r, s, e) = run(1, |_| 10.0);
        assert!(across_cycles(&r, &s, &e).is_none());
    }
}
