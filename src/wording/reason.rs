//! Why a verdict is what it is, in words.

use crate::evidence::{ProbeRecord, Runtime, SeriesId, UnseenKeys};
use crate::findings::{
    Doubt, Excluded, ExcludedGrowth, Failure, Found, GroupDoubt, GroupDoubtReason, HeldByRequests, LongerRun,
    RateShortfall, Reason, Scheme, SeriesGrowth, Trend, TrendReason, WorstError,
};
use crate::units::{Rate, Span, Unit, significant};

use super::absence::explain_absence;
use super::culprit::explain_group;
use super::errors;
use super::leak;
use super::phrase::{mean_count, named};
use super::trend::explain_trend;
use super::workers;

/// What decided, without the word for the verdict.
pub fn reason(reason: &Reason) -> String {
    match reason {
        Reason::KilledWhileGrowing => {
            "the kernel killed it (out of memory) while its memory was growing".into()
        }
        Reason::Failure(failure) => self::failure(failure),
        Reason::Leak(leak) => leak::leak(leak),
        Reason::Doubt(doubt) => self::doubt(doubt),
        Reason::NoGrowth(Some(excluded)) => self::excluded(excluded),
        Reason::NoGrowth(None) => "nothing grows".into(),
        Reason::OnlyLoad => "the load was answered; memory and tasks were not measured".into(),
    }
}

fn failure(failure: &Failure) -> String {
    match failure {
        Failure::Away(absence) => explain_absence(absence),
        Failure::NothingAnswered { other_scheme } => {
            let advice = match other_scheme {
                Some(Scheme::Http) => ": if the port speaks plain HTTP, use http:// in the URL",
                Some(Scheme::Https) => ": if the port speaks TLS, use https:// in the URL",
                None => "",
            };
            format!("no request was answered during steady{advice}")
        }
        Failure::StoppedAnswering { after_s, in_flight } => {
            let span = Span::from_secs_f64(*after_s);
            match in_flight {
                0 => format!("the target stopped answering after {span}"),
                1 => format!("the target stopped answering after {span}, with 1 request in flight"),
                n => format!(
                    "the target stopped answering after {span}, with {} requests in flight",
                    Unit::Count.show(*n as f64)
                ),
            }
        }
        Failure::NothingMeasured => "nothing of the target was measured during steady".into(),
    }
}

/// "no growth of the live heap above 90 B per request in 4 min", or "in the last 2 min" of what settled before.
fn excluded(excluded: &Excluded) -> String {
    let last = if excluded.all_of_steady { "" } else { "the last " };
    let span = Span::from_secs_f64(excluded.over_s);
    let above = match excluded.growth {
        ExcludedGrowth::PerRequest(bytes) => format!("{} per request", Unit::Bytes.show(bytes)),
        ExcludedGrowth::PerSecond(bytes) => Unit::Bytes.show_slope(bytes),
    };
    format!("no growth of {} above {above} in {last}{span}", named(&excluded.id))
}

/// What leaves it open, and the one thing to do next, which is the cheapest that would decide: a probe that can be turned
/// on, before a longer run.
pub fn doubt_with_advice(doubt: &Doubt, missing: Option<&ProbeRecord>, longer: Option<&LongerRun>) -> String {
    let turn_on = missing.and_then(ProbeRecord::ways_to_turn_on).filter(|_| doubt.a_probe_would_decide());
    // a note has the other ways
    let advice = turn_on.map(|(first, _)| format!("; to decide: {first}")).or_else(|| advice(doubt, longer));
    self::doubt(doubt) + &advice.unwrap_or_default()
}

/// What another run could do to decide, with what joins it to the cause.
fn advice(doubt: &Doubt, longer: Option<&LongerRun>) -> Option<String> {
    match doubt {
        Doubt::MayBeWarmUp { runtime, live_heap_read, .. } => {
            let more = "run again with more load, or with --cycles 3";
            Some(match runtime {
                Runtime::V8 if !live_heap_read => {
                    ": start it with --inspect so that soak can read its heap, or run again with --cycles 3"
                        .into()
                }
                _ => format!(": {more}"),
            })
        }
        Doubt::HeapNotRead { drives, .. } => {
            let separates = match drives {
                true => "--cycles 3",
                // a watch can repeat no load
                false => "--gc, where the runtime serves its heap,",
            };
            Some(format!(": run again with {separates} to tell the two apart"))
        }
        Doubt::KeysUnseen { keys, .. } if keys.seen == keys.distinct => {
            Some(": run again with a --warmup in which all keys come".into())
        }
        Doubt::KeysUnseen { longer: LongerRun { needs_s: None, .. }, .. } => {
            Some(": use fewer keys, such as {{pick N}} with a smaller N".into())
        }
        Doubt::Open { id, trend } if rises_and_falls(id, trend) => Some(separate_collected(longer)),
        Doubt::KeysUnseen { .. }
        | Doubt::Open { .. }
        | Doubt::NotSignificant { .. }
        | Doubt::TooLittleGrown { .. }
        | Doubt::MemoryUnresolved { .. }
        | Doubt::TasksUnresolved { .. } => longer.map(|longer| format!("; {}", advise_longer_run(longer))),
        _ => None,
    }
}

/// A store that has an entry for each key still fills.
fn unseen_keys(growth: &SeriesGrowth, keys: &UnseenKeys) -> String {
    let count = |n: u64| Unit::Count.show(n as f64);
    let (growth, distinct) = (leak::series(growth), count(keys.distinct));
    match keys.distinct - keys.seen {
        0 => format!(
            "{growth}, but the last of {distinct} keys came in steady, and a store with an entry for each fills until \
             then"
        ),
        left => format!(
            "{growth}, but {} of {distinct} keys had not been seen yet, and a store with an entry for each still fills",
            count(left)
        ),
    }
}

/// What leaves it open.
pub fn doubt(doubt: &Doubt) -> String {
    match doubt {
        Doubt::Forwarder(text) => text.clone(),
        Doubt::NoSteady => "the run ended before steady began".into(),
        Doubt::DriverTooSlow(rate) => format!("soak itself could send only {}", shortfall(rate)),
        Doubt::Errors { ratio, worst, most } => failed_requests(*ratio, worst.as_ref(), *most),
        Doubt::RateNotHeld(rate) => format!("only {} could be sent in steady", shortfall(rate)),
        Doubt::Unused => "no request was answered while it was watched, by the target's own count".into(),
        Doubt::Group(doubt) => group(doubt),
        Doubt::Workers(doubt) => workers::doubt(doubt),
        Doubt::OutsideWorkers(trend) => {
            format!("memory of the processes that are not replaced: {}", explain_trend(trend, Unit::Bytes))
        }
        Doubt::MayBeHeld { growth, hold } => {
            format!("{}, but may be held for {hold}, longer than it was observed", leak::series(growth))
        }
        Doubt::KeysUnseen { growth, keys, .. } => unseen_keys(growth, keys),
        Doubt::MayBeWarmUp { growth, runtime, pools_bytes, .. } => {
            format!(
                "{}, but {runtime} takes up to {} in its first half hour under load without a leak",
                leak::series(growth),
                Unit::Bytes.show(*pools_bytes)
            )
        }
        Doubt::HeldByRequests(HeldByRequests { id, rose, requests }) => {
            let rose = match id.unit() {
                Unit::Bytes => format!("{} of {}", Unit::Bytes.show(*rose), id.label()),
                _ => format!("{} {}", Unit::Count.show(rose.round()), id.label()),
            };
            format!(
                "{} more requests in flight at the end of steady than at its start may hold the {rose} that came with \
                 them; a --settle longer than --timeout would show what stays",
                Unit::Count.show(*requests as f64)
            )
        }
        Doubt::HeapNotRead { id, runtime, live_heap_read, .. } => {
            let why = match live_heap_read {
                false => "its live heap could not be read",
                true => "how much of that is heap is not known",
            };
            format!("{} grows, but {runtime} may grow its heap before it collects, and {why}", id.label())
        }
        Doubt::Open { id, trend } => {
            format!("{}: {}", id.label(), explain_trend(trend, id.unit()))
        }
        Doubt::NotSignificant { id, trend } => {
            format!(
                "{}: {}, but not significant after correcting for the number of series",
                id.label(),
                explain_trend(trend, id.unit())
            )
        }
        Doubt::TooLittleGrown { growth, grown, least, .. } => format!(
            "{}, but by {} in all, and only {} or more counts",
            leak::series(growth),
            Unit::Bytes.show(*grown),
            Unit::Bytes.show(*least)
        ),
        Doubt::MemoryUnresolved { resolution, id, detectable, steady_s, .. } => format!(
            "cannot rule out a leak of {} per request: in {}, {} shows only growth above {} per request",
            Unit::Bytes.show(*resolution),
            Span::from_secs_f64(*steady_s),
            named(id),
            Unit::Bytes.show(*detectable),
        ),
        Doubt::TasksUnresolved { resolution, id, detectable, steady_s, .. } => format!(
            "cannot rule out a leak of {resolution} {} per request: in {}, only growth above {} per request shows",
            id.label(),
            Span::from_secs_f64(*steady_s),
            significant(*detectable, if *detectable < 1.1 * resolution { 3 } else { 2 }),
        ),
    }
}

/// "run again with --load-duration of about 4 min".
pub fn advise_longer_run(longer: &LongerRun) -> String {
    let flag = duration_flag(longer);
    match longer.needs_s {
        Some(seconds) => format!("run again with {flag} of about {}", Span::from_secs_f64(seconds)),
        None => format!("run again with a much longer {flag}"),
    }
}

/// The flag that makes steady longer.
fn duration_flag(longer: &LongerRun) -> &'static str {
    if longer.drives { "--load-duration" } else { "--duration" }
}

/// What separates tasks that only a collection frees from tasks that leak.
fn separate_collected(longer: Option<&LongerRun>) -> String {
    let longer = longer.and_then(|longer| Some((duration_flag(longer), longer.needs_s?)));
    let longer = longer
        .map_or("a longer run".into(), |(flag, s)| format!("{flag} of about {}", Span::from_secs_f64(s)));
    format!("; --cycles 3 or {longer} would show whether collections free them")
}

/// Whether this is a count of tasks that goes up and down.
fn rises_and_falls(id: &SeriesId, trend: &Trend) -> bool {
    let TrendReason::Window(window) = &trend.reason else { return false };
    id.is_task_count() && matches!(window.found, Found::TooFewCycles { .. } | Found::NoPower)
}

fn failed_requests(ratio: f64, worst: Option<&WorstError>, most: f64) -> String {
    let (ratio, most) = (Unit::Ratio.show(ratio), Unit::Ratio.show(most));
    let Some(worst) = worst else {
        return format!("{ratio} of the requests in steady failed, more than {most}");
    };
    let failed = errors::all_answers(worst).unwrap_or_else(|| {
        format!(
            "{ratio} of the requests in steady failed ({}), more than {most}",
            errors::describe_worst(worst)
        )
    });
    failed + &errors::after_errors(worst)
}

/// How much of the rate was held.
fn shortfall(rate: &RateShortfall) -> String {
    let held = if rate.held < 100.0 { rate.held } else { rate.held.round() };
    format!("{} of the {} asked for", Rate::PerSecond(held.max(1e-9)), rate.asked)
}

fn group(doubt: &GroupDoubt) -> String {
    let GroupDoubt { group, why } = doubt;
    let why_blamed = explain_group(group);
    let seen = why_blamed.trim_end_matches('.');
    match why {
        GroupDoubtReason::Open { drives } => {
            let would_tell =
                if *drives { "--cycles 3 or a longer --load-duration" } else { "a longer watch" };
            format!("{}: {seen}; {would_tell} would show whether that goes on", group.label())
        }
        GroupDoubtReason::MayBeInFlight { drives } => {
            let would_tell = if *drives { "a settle" } else { "a longer watch" };
            format!(
                "{}: {seen}; there are no more than connections, so they may be in flight: {would_tell} would show it",
                group.label()
            )
        }
        GroupDoubtReason::NotSignificant => {
            format!("{seen}, but not significant after correcting for the number of series")
        }
        GroupDoubtReason::MayBeHeld { hold_s } => format!(
            "{} grows by {} per request, but was observed for only {} and may be held for {}",
            group.label(),
            group.per_request.map_or("some".into(), |n| mean_count(n.value)),
            Span::from_secs_f64(group.seen_for_s),
            Span::from_secs_f64(*hold_s)
        ),
    }
}
