//! Why a verdict is what it is, in words.

use crate::evidence::Runtime;
use crate::findings::{
    Doubt, Excluded, ExcludedGrowth, Failure, GroupDoubt, GroupDoubtReason, RateShortfall, Reason,
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
        Doubt::MayBeWarmUp { growth, runtime, pools_bytes } => {
            let reads_heap = match runtime {
                Runtime::V8 => {
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
        Doubt::Open { id, trend } => format!("{}: {}", id.label(), explain_trend(trend, id.unit())),
        Doubt::NotSignificant { id, trend } => {
            format!(
                "{}: {}, but not clearly beside the other series of this run",
                id.label(),
                explain_trend(trend, id.unit())
            )
        }
        Doubt::MemoryUnresolved { resolution, id, detectable, steady_s } => format!(
            "a leak of {} a request would not have been found: {} shows nothing below {} a request in {}",
            Unit::Bytes.show(*resolution),
            id.label(),
            Unit::Bytes.show(*detectable),
            Span::from_secs_f64(*steady_s)
        ),
        Doubt::TasksUnresolved { resolution, detectable, steady_s } => format!(
            "a leak of {resolution} tasks a request would not have been found: nothing below {} a request shows in {}",
            Unit::Count.show(*detectable),
            Span::from_secs_f64(*steady_s)
        ),
    }
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
        GroupDoubtReason::Open => why_blamed,
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
