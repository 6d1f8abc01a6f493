//! How a run's time is shared: baseline → warmup → steady → settle. Pure arithmetic, in whole milliseconds.
//!
//! Steady gets most, since only it is judged: 19 of 30 parts. The others are as long as they must be and no longer,
//! so their shares end at a cap: nothing is learnt from an hour without load.

use std::time::Duration;

use crate::evidence::PhasePlan;
use crate::units::Span;

/// Parts of thirty: 2 s, 5 s, 19 s and 4 s in a run of half a minute.
const ONE_CYCLE: Parts = Parts { baseline: 2, warmup: 5, steady: 19, settle: 4 };
/// With cycles what counts is the floor after each settle, so it gets more and warming up less.
const EACH_CYCLE: Parts = Parts { baseline: 2, warmup: 3, steady: 18, settle: 7 };

/// A minute shows the level at rest.
const BASELINE_CAP_MS: u64 = 60_000;
/// Pools and just-in-time compilers have settled by then; what has not is what a long run is for.
const WARMUP_CAP_MS: u64 = 30 * 60_000;
/// Most timeouts and sessions that end at all have ended.
const SETTLE_CAP_MS: u64 = 5 * 60_000;

/// Where the time follows from steady's, the other phases are never shorter than this, however short steady is.
const DERIVED_FLOOR_MS: u64 = 2_000;
/// Below this there is nothing to judge.
const SHORTEST_RUN_MS: u64 = 1_000;

/// Longer spans are refused before they come here; this keeps the arithmetic below from overflowing.
const LONGEST_MS: u64 = 100 * 366 * 86_400_000;

/// The whole run, where no time is given.
const DEFAULT_MS: u64 = 5 * 60_000;

struct Parts {
    baseline: u64,
    warmup: u64,
    steady: u64,
    settle: u64,
}

/// What was asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    /// The whole run.
    pub(super) duration: Option<Span>,
    /// Phases with a time of their own; zero leaves one out.
    pub(super) baseline: Option<Span>,
    pub(super) warmup: Option<Span>,
    /// --load-duration.
    pub(super) steady: Option<Span>,
    pub(super) settle: Option<Span>,
    /// How long --requests take in every cycle, as far as the rate tells.
    pub(super) requests: Option<Span>,
    /// At least 1.
    pub(super) cycles: u32,
}

/// Four times in milliseconds, or none where it is still to be found.
#[derive(Clone, Copy)]
struct Times {
    baseline: Option<u64>,
    warmup: Option<u64>,
    steady: Option<u64>,
    settle: Option<u64>,
}

/// The times of all phases.
///
/// # Errors
/// What contradicts what, in one line.
pub(super) fn share_time(asked: &Asked) -> Result<PhasePlan, String> {
    let ms = |span: Option<Span>| {
        span.map(|span| u64::try_from(span.0.as_millis()).unwrap_or(LONGEST_MS).min(LONGEST_MS))
    };
    let mut times = Times {
        baseline: ms(asked.baseline),
        warmup: ms(asked.warmup),
        steady: ms(asked.steady),
        settle: ms(asked.settle),
    };
    if times.steady == Some(0) {
        return Err("--load-duration: steady needs some time, it is what is judged".into());
    }
    let total = match (ms(asked.duration), times.steady, ms(asked.requests)) {
        (Some(total), ..) => Some(total),
        (None, Some(_), _) => None,
        (None, None, Some(requests)) => {
            times.steady = Some(requests);
            None
        }
        // without a count, or where its time is not known
        (None, None, None) => Some(DEFAULT_MS),
    };
    let cycles = u64::from(asked.cycles.max(1));
    match (total, times.steady) {
        (Some(total), _) if total < SHORTEST_RUN_MS => Err(format!(
            "--duration: {} is too short, a run takes at least 1 s",
            Span(Duration::from_millis(total))
        )),
        (Some(total), None) => rest_to_steady(total, times, cycles),
        (Some(total), Some(steady)) => fill(total, steady, times, cycles),
        (None, steady) => Ok(phases_around(steady.unwrap_or(DEFAULT_MS), times, cycles)),
    }
}

fn parts(cycles: u64) -> Parts {
    if cycles > 1 { EACH_CYCLE } else { ONE_CYCLE }
}

/// The usual case: phases without a time get their share of what the others leave, and steady the rest.
fn rest_to_steady(total: u64, times: Times, cycles: u64) -> Result<PhasePlan, String> {
    let free = time_left(total, &times, cycles)?;
    if free < cycles {
        return Err(format!(
            "{} take all of --duration {}: nothing is left for steady",
            list_times(&times),
            show(total)
        ));
    }
    let share = parts(cycles);
    let weight = |part: u64, time: Option<u64>| if time.is_none() { part } else { 0 };
    let weights = weight(share.baseline, times.baseline)
        + weight(share.warmup, times.warmup)
        + weight(share.settle, times.settle)
        + share.steady;
    let baseline = times.baseline.unwrap_or((free * share.baseline / weights).min(BASELINE_CAP_MS));
    let warmup = times.warmup.unwrap_or((free * share.warmup / weights / cycles).min(WARMUP_CAP_MS));
    let settle = times.settle.unwrap_or((free * share.settle / weights / cycles).min(SETTLE_CAP_MS));
    let steady = (total - baseline) / cycles - warmup - settle;
    // what does not divide by the cycles goes to the baseline, unless that is set
    let odd = if times.baseline.is_none() { (total - baseline) % cycles } else { 0 };
    Ok(plan(baseline + odd, warmup, steady, settle, cycles))
}

/// The run's and steady's time are both set: the others share what is between.
fn fill(total: u64, steady: u64, times: Times, cycles: u64) -> Result<PhasePlan, String> {
    let free = time_left(total, &times, cycles)?;
    let share = parts(cycles);
    let unset =
        [(times.baseline, share.baseline), (times.warmup, share.warmup), (times.settle, share.settle)];
    let weights: u64 = unset.iter().filter(|(time, _)| time.is_none()).map(|(_, part)| part).sum();
    if weights == 0 && free > 0 {
        return Err(format!(
            "{} add up to {}, --duration says {}: leave one of them out",
            list_times(&times),
            show(total - free),
            show(total)
        ));
    }
    let part = |part: u64, each: u64| (free * part).checked_div(weights).unwrap_or(0) / each;
    let warmup = times.warmup.unwrap_or_else(|| part(share.warmup, cycles));
    let settle = times.settle.unwrap_or_else(|| part(share.settle, cycles));
    // the last of them that is free takes what rounding left over
    let taken = cycles * (warmup + steady + settle);
    let baseline = times.baseline.unwrap_or(total - taken);
    let over = (total - taken - baseline) / cycles;
    let (warmup, settle) = match (times.warmup, times.settle) {
        (None, _) => (warmup + over, settle),
        (_, None) => (warmup, settle + over),
        _ => (warmup, settle),
    };
    Ok(plan(baseline, warmup, steady, settle, cycles))
}

/// Only steady's time is known: the others follow from it.
fn phases_around(steady: u64, times: Times, cycles: u64) -> PhasePlan {
    let share = parts(cycles);
    let follows =
        |part: u64, n: u64, cap: u64| (steady * n * part / share.steady).clamp(DERIVED_FLOOR_MS, cap);
    let baseline = times.baseline.unwrap_or_else(|| follows(share.baseline, cycles, BASELINE_CAP_MS));
    let warmup = times.warmup.unwrap_or_else(|| follows(share.warmup, 1, WARMUP_CAP_MS));
    let settle = times.settle.unwrap_or_else(|| follows(share.settle, 1, SETTLE_CAP_MS));
    plan(baseline, warmup, steady, settle, cycles)
}

/// What the phases with a time of their own leave of the whole.
fn time_left(total: u64, times: &Times, cycles: u64) -> Result<u64, String> {
    let each = [times.warmup, times.steady, times.settle].into_iter().flatten().fold(0, u64::saturating_add);
    let taken = each.saturating_mul(cycles).saturating_add(times.baseline.unwrap_or(0));
    total.checked_sub(taken).ok_or_else(|| {
        let times_each = if cycles > 1 { format!(" in {cycles} cycles") } else { String::new() };
        let verb = if list_times(times).contains(' ') { "take" } else { "takes" };
        format!(
            "{} {verb} {}{times_each}, longer than --duration {}",
            list_times(times),
            show(taken),
            show(total)
        )
    })
}

/// The flags that set the phases which have a time.
fn list_times(times: &Times) -> String {
    let flags = [
        ("--baseline", times.baseline),
        ("--warmup", times.warmup),
        ("--load-duration", times.steady),
        ("--settle", times.settle),
    ];
    let set: Vec<&str> = flags.iter().filter(|(_, time)| time.is_some()).map(|(flag, _)| *flag).collect();
    match set.as_slice() {
        [] => "the phases".into(),
        [one] => (*one).into(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn plan(baseline: u64, warmup: u64, steady: u64, settle: u64, cycles: u64) -> PhasePlan {
    let span = |ms: u64| Span(Duration::from_millis(ms));
    PhasePlan {
        baseline: span(baseline),
        warmup: span(warmup),
        steady: span(steady),
        settle: span(settle),
        cycles: u32::try_from(cycles).unwrap_or(u32::MAX),
    }
}

fn show(ms: u64) -> String {
    Span(Duration::from_millis(ms)).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: Asked = Asked {
        duration: None,
        baseline: None,
        warmup: None,
        steady: None,
        settle: None,
        requests: None,
        cycles: 1,
    };

    fn s(seconds: f64) -> Option<Span> {
        Some(Span::from_secs_f64(seconds))
    }

    fn secs(p: PhasePlan) -> [f64; 4] {
        [p.baseline.secs(), p.warmup.secs(), p.steady.secs(), p.settle.secs()]
    }

    #[test]
    fn half_a_minute_and_a_night() {
        let of = |d: f64| secs(share_time(&Asked { duration: s(d), ..NOTHING }).unwrap());
        assert_eq!(of(30.0), [2.0, 5.0, 19.0, 4.0]);
        assert_eq!(of(300.0), [20.0, 50.0, 190.0, 40.0]);
        assert_eq!(of(28_800.0), [60.0, 1800.0, 26_640.0, 300.0]);
        assert_eq!(secs(share_time(&NOTHING).unwrap()), of(300.0));
    }

    #[test]
    fn every_duration_is_filled_exactly_with_sane_phases() {
        for d in
            [1.0, 1.7, 5.0, 7.0, 10.0, 29.999, 30.0, 45.0, 61.0, 90.0, 300.0, 900.0, 3600.0, 28_800.0, 2e6]
        {
            for cycles in [1, 2, 3, 7] {
                let p = share_time(&Asked { duration: s(d), cycles, ..NOTHING }).unwrap();
                assert_eq!(p.total(), s(d).unwrap(), "{d} {p:?}");
                let load = p.steady.secs() * f64::from(cycles) / d;
                assert!((0.55..=1.0).contains(&load), "{d} {p:?}");
                for phase in secs(p) {
                    assert!(phase >= 0.009 * d.min(60.0) / f64::from(cycles), "{d} {p:?}");
                }
                assert!(p.baseline.secs() <= 60.1 && p.settle.secs() <= 300.0 && p.warmup.secs() <= 1800.0);
            }
        }
    }

    #[test]
    fn one_phase_can_be_set_and_the_rest_shared() {
        let p = share_time(&Asked { duration: s(30.0), settle: s(10.0), ..NOTHING }).unwrap();
        assert_eq!(p.settle.secs(), 10.0);
        assert_eq!(p.total().secs(), 30.0);
        assert!(p.steady.secs() > 14.0);
        let p =
            share_time(&Asked { duration: s(30.0), baseline: s(0.0), settle: s(0.0), ..NOTHING }).unwrap();
        assert_eq!((p.baseline.secs(), p.settle.secs(), p.total().secs()), (0.0, 0.0, 30.0));
    }

    #[test]
    fn steady_can_be_set_alone_or_inside_a_duration() {
        let p = share_time(&Asked { steady: s(190.0), ..NOTHING }).unwrap();
        assert_eq!(secs(p), [20.0, 50.0, 190.0, 40.0]);
        for cycles in [1, 3] {
            let p = share_time(&Asked { duration: s(100.0), steady: s(25.0), cycles, ..NOTHING }).unwrap();
            assert_eq!((p.steady.secs(), p.total().secs()), (25.0, 100.0));
            let p = Asked { duration: s(100.0), steady: s(25.0), baseline: s(3.0), cycles, ..NOTHING };
            assert!((share_time(&p).unwrap().total().secs() - 100.0).abs() < 0.01);
        }
    }

    #[test]
    fn the_time_follows_from_the_requests() {
        let p = share_time(&Asked { requests: s(21.0), ..NOTHING }).unwrap();
        assert_eq!(p.steady.secs(), 21.0);
        let p = share_time(&Asked { requests: s(1.1), ..NOTHING }).unwrap();
        assert_eq!(secs(p), [2.0, 2.0, 1.1, 2.0]);
        // with a duration the time is what it is
        let p = share_time(&Asked { requests: s(1.1), duration: s(30.0), ..NOTHING }).unwrap();
        assert_eq!(p.steady.secs(), 19.0);
    }

    #[test]
    fn contradictions_are_refused_in_a_line() {
        let refusal = |asked: Asked| share_time(&asked).unwrap_err();
        assert_eq!(
            refusal(Asked { duration: s(30.0), warmup: s(40.0), ..NOTHING }),
            "--warmup takes 40 s, longer than --duration 30 s"
        );
        assert_eq!(
            refusal(Asked { duration: s(30.0), warmup: s(20.0), settle: s(10.0), ..NOTHING }),
            "--warmup and --settle take all of --duration 30 s: nothing is left for steady"
        );
        assert!(
            refusal(Asked { duration: s(30.0), steady: s(20.0), cycles: 2, ..NOTHING })
                .contains("in 2 cycles")
        );
        let all = Asked { baseline: s(1.0), warmup: s(1.0), steady: s(5.0), settle: s(1.0), ..NOTHING };
        assert!(share_time(&all).is_ok());
        assert!(
            refusal(Asked { duration: s(30.0), ..all }).contains("add up to 8.0 s")
                || refusal(Asked { duration: s(30.0), ..all }).contains("add up to 8 s")
        );
        assert!(refusal(Asked { duration: s(0.0), ..NOTHING }).contains("too short"));
        assert!(refusal(Asked { steady: s(0.0), ..NOTHING }).starts_with("--load-duration"));
    }
}
