//! Workers that are replaced, in words.

use crate::evidence::GroupKind;
use crate::findings::{ReplacedWorkers, WorkersDoubt, WorkersDoubtReason, WorkersFinding};
use crate::units::{Span, Unit};

use super::phrase::noun;
use super::trend::explain_trend;

/// "each worker grows by 64.1 KiB per request, by 37.6 MiB until it is replaced after 600 requests: …".
pub fn leak(workers: &ReplacedWorkers) -> String {
    let by = |value| format!("by {}", amount(workers.kind, value));
    let until = until_replaced(workers);
    let grown = workers.per_life().map(|growth| format!("{} until it is replaced {until}", by(growth.value)));
    let per_request = workers.trend.per_request.map(|each| format!("{} per request", by(each.value)));
    let growth: Vec<String> = [per_request, grown].into_iter().flatten().collect();
    format!("each worker grows {}: recycling hides the leak", growth.join(", "))
}

/// What a reader sees in the picture, and what it means.
pub fn note(workers: &ReplacedWorkers) -> String {
    let levels = workers.trend.start.zip(workers.trend.end).map(|(start, end)| {
        let show = |value| workers.kind.unit().show(value);
        format!(", each from {} to {} as it aged", show(start), show(end))
    });
    let interval = workers.trend.per_request.map(|each| {
        let [lo, hi] = [each.lo, each.hi].map(|value| workers.kind.unit().show(value));
        // an interval too narrow to be seen says nothing more
        if lo == hi { String::new() } else { format!(" ({lo} to {hi} per request)") }
    });
    format!(
        "{} {} workers were replaced in steady{}{}. The total falls with each of them to the level of a new worker, so its \
         floor says nothing of the leak.",
        Unit::Count.show(workers.replaced as f64),
        workers.program,
        levels.unwrap_or_default(),
        interval.unwrap_or_default(),
    )
}

/// Why it is open.
pub fn doubt(doubt: &WorkersDoubt) -> String {
    let WorkersDoubt { workers, why } = doubt;
    let program = &workers.program;
    let until = until_replaced(workers);
    let grows = || match workers.per_life() {
        Some(growth) => format!("grows by {}", amount(workers.kind, growth.value)),
        None => "grows".into(),
    };
    let longer = "run again with workers that are replaced later, or not at all";
    match why {
        WorkersDoubtReason::MayBeWarmUp => format!(
            "each {program} worker {} until it is replaced {until}, a leak or the warm-up of a new worker: {longer}, to tell the two apart",
            grows()
        ),
        WorkersDoubtReason::NotLevel => format!(
            "each {program} worker is replaced {until}, before its memory is level ({}): {longer}",
            explain_trend(&workers.trend, workers.kind.unit()),
        ),
        WorkersDoubtReason::HeapNotRead(runtime) => format!(
            "each {program} worker {} until it is replaced {until}, but {runtime} may grow its heap before it collects: \
             {longer}, to tell the two apart",
            grows()
        ),
        WorkersDoubtReason::MayBeHeld(hold) => format!(
            "each {program} worker {} until it is replaced {until}, but may hold that for {hold}, longer than a worker runs",
            grows()
        ),
        WorkersDoubtReason::Unresolved { resolution, detectable } => format!(
            "cannot rule out a leak of {} per request: within a {program} worker, which is replaced {until}, only growth \
             above {} per request shows",
            Unit::Bytes.show(*resolution),
            Unit::Bytes.show(*detectable)
        ),
    }
}

/// The row of the report.
pub fn finding(workers: &ReplacedWorkers, leaks: bool) -> WorkersFinding {
    let trend = &workers.trend;
    WorkersFinding {
        program: workers.program.clone(),
        kind: workers.kind.to_string(),
        replaced: workers.replaced,
        observed: workers.observed,
        at_a_time: workers.at_a_time,
        life_s: workers.life_s,
        requests_per_life: workers.requests_per_life,
        trend: trend.direction,
        start: trend.start,
        end: trend.end,
        per_request: trend.per_request.map(|each| each.value),
        per_request_ci: trend.per_request.map(|each| [each.lo, each.hi]),
        per_life: workers.per_life().map(|growth| growth.value),
        leaks,
        why: explain_trend(trend, workers.kind.unit()),
    }
}

/// "after 600 requests".
fn until_replaced(workers: &ReplacedWorkers) -> String {
    match workers.requests_per_life {
        Some(requests) => format!("after {} requests", Unit::Count.show(requests.round())),
        None => format!("after {}", Span::from_secs_f64(workers.life_s)),
    }
}

fn amount(kind: GroupKind, value: f64) -> String {
    match kind.unit() {
        Unit::Bytes => Unit::Bytes.show(value),
        unit => format!("{} {}", unit.show(value), noun(value, kind)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::{Estimate, SeriesEvidence, Trend};

    fn workers(kind: GroupKind, each: f64) -> ReplacedWorkers {
        let per_request = Estimate { value: each, lo: 0.9 * each, hi: 1.1 * each };
        let slope = per_request.scaled(50.0);
        let example = SeriesEvidence::example().trend;
        let trend = Trend { slope: Some(slope), per_request: Some(per_request), ..example };
        ReplacedWorkers {
            program: "gunicorn".into(),
            kind,
            replaced: 5,
            observed: 5,
            at_a_time: 1.0,
            life_s: 24.0,
            whole: 4,
            requests_per_life: Some(1200.0),
            trend,
        }
    }

    #[test]
    fn a_leak_is_sized_by_request_and_by_worker() {
        assert_eq!(
            leak(&workers(GroupKind::ProcessMemory, 65_536.0)),
            "each worker grows by 64.0 KiB per request, by 75.0 MiB until it is replaced after 1,200 requests: recycling \
             hides the leak"
        );
        assert_eq!(
            leak(&workers(GroupKind::ProcessFds, 1.0)),
            "each worker grows by 1 file descriptor per request, by 1,200 file descriptors until it is replaced after \
             1,200 requests: recycling hides the leak"
        );
    }

    #[test]
    fn a_doubt_says_what_would_decide() {
        let of = |why| doubt(&WorkersDoubt { workers: workers(GroupKind::ProcessMemory, 1024.0), why });
        assert_eq!(
            of(WorkersDoubtReason::MayBeWarmUp),
            "each gunicorn worker grows by 1.2 MiB until it is replaced after 1,200 requests, a leak or the warm-up of a \
             new worker: run again with workers that are replaced later, or not at all, to tell the two apart"
        );
    }
}
