//! Why a verdict is what it is, in words.

use crate::evidence::{Runtime, SeriesId};
use crate::findings::{
    Doubt, Excluded, ExcludedGrowth, Failure, Found, GroupDoubt, GroupDoubtReason, HeldByRequests, LongerRun,
    RateShortfall, Reason, Trend, TrendReason,
};
use crate::units::{Rate, Span, Unit, significant};

use super::absence::explain_absence;
use super::culprit::explain_group;
use super::leak;
use super::phrase::named;
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
        Reason::OnlyLoad => "the load was answered; no memory and no tasks were looked at".into(),
    }
}

fn failure(failure: &Failure) -> String {
    match failure {
        Failure::Away(absence) => explain_absence(absence),
        Failure::NothingAnswered => "nothing was answered in steady".into(),
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
        Failure::NothingMeasured => "nothing of the target was seen in steady".into(),
    }
}

/// "no growth of the live heap above 90 B per request in 4 min".
fn excluded(excluded: &Excluded) -> String {
    let span = Span::from_secs_f64(excluded.steady_s);
    let above = match excluded.growth {
        ExcludedGrowth::PerRequest(bytes) => format!("{} per request", Unit::Bytes.show(bytes)),
        ExcludedGrowth::PerSecond(bytes) => Unit::Bytes.show_slope(bytes),
    };
    format!("no growth of {} above {above} in {span}", named(&excluded.id))
}

/// What leaves it open.
pub fn doubt(doubt: &Doubt) -> String {
    match doubt {
        Doubt::Forwarder(text) => text.clone(),
        Doubt::NoSteady => "the run ended before steady began".into(),
        Doubt::DriverTooSlow(rate) => format!("soak itself could send only {}", shortfall(rate)),
        Doubt::Errors { ratio, worst, most } => format!(
            "{} of the requests in steady failed ({}), more than {}",
            Unit::Ratio.show(*ratio),
            worst.as_deref().unwrap_or_default(),
            Unit::Ratio.show(*most)
        ),
        Doubt::RateNotHeld(rate) => format!("only {} could be sent in steady", shortfall(rate)),
        Doubt::Unused => "no request was answered while it was watched, by the target's own count".into(),
        Doubt::Group(doubt) => group(doubt),
        Doubt::Workers(doubt) => workers::doubt(doubt),
        Doubt::MayBeHeld { growth, hold } => {
            format!("{}, but may be held for {hold}, longer than it was seen", leak::series(growth))
        }
        Doubt::MayBeWarmUp { growth, runtime, live_heap_read, pools_bytes } => {
            let reads_heap = match runtime {
                Runtime::V8 if !live_heap_read => {
                    "start it with --inspect so that soak can read its heap, or run again with --cycles 3"
                }
                _ => "run again with more load, or with --cycles 3",
            };
            format!(
                "{}, but {runtime} takes up to {} in its first minutes under load without a leak: {reads_heap}",
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
        Doubt::HeapNotRead { id, runtime, live_heap_read, drives } => {
            let why = match live_heap_read {
                false => "its live heap could not be read",
                true => "how much of that is heap is not known",
            };
            let separates = match drives {
                true => "--cycles 3",
                // a watch can repeat no load
                false => "--gc, where the runtime serves its heap,",
            };
            format!(
                "{} grows, but {runtime} may grow its heap before it collects, and {why}: run again with {separates} \
                 to tell the two apart",
                id.label()
            )
        }
        Doubt::Open { id, trend } => {
            let why = explain_trend(trend, id.unit());
            let rises_and_falls = if rises_and_falls(id, trend) { RISES_AND_FALLS } else { "" };
            format!("{}: {why}{rises_and_falls}", id.label())
        }
        Doubt::NotSignificant { id, trend } => {
            format!(
                "{}: {}, but not clearly beside the other series of this run",
                id.label(),
                explain_trend(trend, id.unit())
            )
        }
        Doubt::MemoryUnresolved { resolution, id, detectable, steady_s, longer } => format!(
            "cannot rule out a leak of {} per request: in {}, {} shows only growth above {} per request; {}",
            Unit::Bytes.show(*resolution),
            Span::from_secs_f64(*steady_s),
            named(id),
            Unit::Bytes.show(*detectable),
            longer_run(longer)
        ),
        Doubt::TasksUnresolved { resolution, id, detectable, steady_s, longer } => format!(
            "cannot rule out a leak of {resolution} {} per request: in {}, only growth above {} per request shows; {}",
            id.label(),
            Span::from_secs_f64(*steady_s),
            significant(*detectable, if *detectable < 1.1 * resolution { 3 } else { 2 }),
            longer_run(longer)
        ),
    }
}

/// "run again with --load-duration of about 4 min".
fn longer_run(longer: &LongerRun) -> String {
    let flag = if longer.drives { "--load-duration" } else { "--duration" };
    match longer.needs_s {
        Some(seconds) => format!("run again with {flag} of about {}", Span::from_secs_f64(seconds)),
        None => format!("run again with a much longer {flag}"),
    }
}

/// What separates tasks that only a collection frees from tasks that leak.
const RISES_AND_FALLS: &str = "; --cycles 3 or a longer run would show whether collections free them";

/// Whether this is a count of tasks that goes up and down.
fn rises_and_falls(id: &SeriesId, trend: &Trend) -> bool {
    let TrendReason::Window(window) = &trend.reason else { return false };
    id.is_task_count() && matches!(window.found, Found::TooFewCycles { .. } | Found::NoPower)
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
                "{}: {seen}; no more than connections, they may be in flight, and {would_tell} would tell",
                group.label()
            )
        }
        GroupDoubtReason::NotSignificant => format!("{seen}, though not clearly so"),
        GroupDoubtReason::MayBeHeld { hold_s } => format!(
            "{} grows by {} per request, but was seen for {} only and may be held for {}",
            group.label(),
            group.per_request.map_or("some".into(), |n| significant(n.value, 2)),
            Span::from_secs_f64(group.seen_for_s),
            Span::from_secs_f64(*hold_s)
        ),
    }
}
