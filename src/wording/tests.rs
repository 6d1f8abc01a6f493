//! One row a reason: the sentence it makes.

use super::*;
use crate::evidence::{Aspect, Gate, GateLimit, GroupKind, MemoryLimit, Quantity, Runtime, SeriesId};
use crate::findings::{
    Absence, AbsenceKind, Answer, Assessment, Badge, Caption, CountGrowth, Counted, CountedBy, Doubt,
    Excluded, ExcludedGrowth, Exit, ExitReason, Failure, GateOutcome, GateReason, GateResult, GroupGrowth,
    HeldByRequests, Leak, LeakSummary, LimitReached, LongerRun, Measured, MemoryGrowth, ProvenTasks,
    RateShortfall, Reason, Scheme, SeriesGrowth, WorstError,
};
use crate::units::{Rate, Span, Unit};

mod advice;

const KIB: f64 = 1024.0;

pub(super) fn flat(id: SeriesId, bytes: f64) -> Reason {
    Reason::NoGrowth(Some(Excluded {
        id,
        growth: ExcludedGrowth::PerRequest(bytes),
        over_s: 76.0,
        all_of_steady: true,
    }))
}

fn grows(id: SeriesId) -> Leak {
    Leak::Series(SeriesGrowth {
        id,
        per_request: Some(3.0 * KIB),
        per_second: Some(300.0 * KIB),
        several_kinds: false,
    })
}

pub(super) fn worker() -> Leak {
    Leak::Group(GroupGrowth {
        name: "main.worker".into(),
        state: Some("chan send".into()),
        kind: GroupKind::Goroutine,
        growth: 6000.0,
        requests: Some(6000.0),
        seconds: 60.0,
    })
}

pub(super) fn answer(reason: Reason) -> Answer {
    Answer { reason, summary: LeakSummary::default(), until_then: None }
}

/// What leaks: memory and a goroutine by each request.
fn leaking() -> Answer {
    let summary = LeakSummary {
        memory: Some(MemoryGrowth {
            id: SeriesId::RssAnon,
            bytes: 3.0 * KIB,
            per: CountedBy::Request,
            process: None,
        }),
        counted: vec![CountGrowth {
            n: 1.0,
            what: Counted::Kind(GroupKind::Goroutine),
            per: CountedBy::Request,
        }],
        limit: Some(LimitReached { limit: MemoryLimit::of_service(512.0 * KIB * KIB), in_s: 2460.0 }),
    };
    Answer { summary, ..answer(Reason::Leak(worker())) }
}

fn gate(result: GateResult) -> GateOutcome {
    let limit = GateLimit { value: 0.01, unit: Unit::Ratio, at_least: false };
    let gate =
        Gate { expr: "errors.ratio < 1%".into(), quantity: Quantity::Errors, aspect: Aspect::Ratio, limit };
    let measured = Measured {
        gate,
        of: None,
        value: 0.05,
        ci: None,
        uncertain: false,
        needs_s: None,
        within_workers: false,
        on_time_s: None,
    };
    GateOutcome { expr: "errors.ratio < 1%".into(), result, reason: GateReason::Measured(measured) }
}

fn findings(answer: Answer, gates: Vec<GateOutcome>) -> Findings {
    Findings {
        assessment: Assessment { answer, ..Assessment::example() },
        gates,
        longer: None,
        exit: Exit { code: 0, reason: ExitReason::Verdict },
        notes: Vec::new(),
        caption: Caption::Nothing,
    }
}

#[test]
fn each_answer_has_a_badge_what_follows_it_and_a_headline_that_stands_alone() {
    let died = Failure::Away(Absence { kind: AbsenceKind::SinceThen(40.0), reason: "exit status 3".into() });
    let died_leaking = Answer { until_then: Some(worker()), ..answer(Reason::Failure(died.clone())) };
    let failed = || vec![gate(GateResult::Failed)];
    let rows = [
        (
            leaking(),
            vec![],
            "LEAK",
            "3.0 KiB of memory and 1 goroutine more per request; 512 MiB is reached in 41 min",
            "Leak: 3.0 KiB of memory and 1 goroutine more per request; 512 MiB is reached in 41 min",
        ),
        (
            answer(flat(SeriesId::MemLive, 24.0)),
            vec![gate(GateResult::Held)],
            "NO LEAK",
            "no growth of the live heap above 24 B per request in 76 s",
            "No leak: no growth of the live heap above 24 B per request in 76 s",
        ),
        (
            answer(flat(SeriesId::RssAnon, 24.0)),
            failed(),
            "GATE FAILED",
            "errors.ratio < 1%: 5 %; no leak: no growth of private memory above 24 B per request in 76 s",
            "Gate failed: errors.ratio < 1%, 5 % is beyond the limit of 1 %; no leak: no growth of private memory above 24 B per request in 76 s",
        ),
        (
            answer(Reason::Doubt(Doubt::NoSteady)),
            vec![],
            "CANNOT TELL",
            "the run ended before steady began",
            "Cannot tell: the run ended before steady began",
        ),
        (
            answer(Reason::Doubt(Doubt::NoSteady)),
            failed(),
            "GATE FAILED",
            "errors.ratio < 1%: 5 %; cannot tell: the run ended before steady began",
            "Gate failed: errors.ratio < 1%, 5 % is beyond the limit of 1 %; cannot tell: the run ended before steady began",
        ),
        (
            leaking(),
            failed(),
            "LEAK",
            "3.0 KiB of memory and 1 goroutine more per request; 512 MiB is reached in 41 min",
            "Leak: 3.0 KiB of memory and 1 goroutine more per request; 512 MiB is reached in 41 min",
        ),
        (
            died_leaking,
            failed(),
            "FAILED",
            "the target went away after 40 s (exit status 3); until then main.worker in chan send: 6,000 goroutines \
             more in 6,000 requests",
            "Failed: the target went away after 40 s (exit status 3); until then main.worker in chan send: 6,000 \
             goroutines more in 6,000 requests",
        ),
        (
            answer(Reason::OnlyLoad),
            vec![],
            "LOAD ONLY",
            "the load was answered; memory and tasks were not measured",
            "The load was answered; memory and tasks were not measured",
        ),
    ];
    for (answer, gates, badge, summary, headline) in rows {
        let findings = findings(answer, gates);
        let found =
            (findings.badge().to_string(), headline::summary(&findings), headline::headline(&findings));
        assert_eq!(found, (badge.into(), summary.into(), headline.into()));
    }
    let failed = findings(answer(Reason::OnlyLoad), vec![gate(GateResult::Failed)]);
    assert_eq!(failed.badge(), Badge::GateFailed);
}

#[test]
fn each_reason_has_its_sentence() {
    let growth =
        SeriesGrowth { id: SeriesId::RssAnon, per_request: None, per_second: None, several_kinds: true };
    let rate = RateShortfall { held: 123.4, asked: Rate::PerSecond(200.0) };
    let timeout = WorstError { kind: "timeout".into(), status: None, count: 350, is_all: false };
    let errors = Doubt::Errors { ratio: 0.2, worst: Some(timeout), most: 0.1 };
    let heap = |runtime, live_heap_read, drives| Doubt::HeapNotRead {
        id: SeriesId::RssAnon,
        runtime,
        live_heap_read,
        drives,
    };
    let memory = Doubt::MemoryUnresolved {
        resolution: KIB,
        id: SeriesId::Rss,
        detectable: 3.0 * KIB,
        steady_s: 60.0,
        longer: LongerRun { needs_s: Some(180.0), drives: true },
    };
    let threads = Doubt::TasksUnresolved {
        resolution: 0.01,
        id: SeriesId::Threads,
        detectable: 0.0104,
        steady_s: 60.0,
        longer: LongerRun { needs_s: None, drives: false },
    };
    let proven = ProvenTasks {
        name: "main.worker".into(),
        state: Some("chan send".into()),
        kind: GroupKind::Goroutine,
        stuck: 6000.0,
    };
    let rows = [
        (Reason::KilledWhileGrowing, "the kernel killed it (out of memory) while its memory was growing"),
        (
            Reason::Failure(Failure::StoppedAnswering { after_s: 34.0, in_flight: 64 }),
            "the target stopped answering after 34 s, with 64 requests in flight",
        ),
        (
            Reason::Doubt(Doubt::HeldByRequests(HeldByRequests {
                id: SeriesId::Threads,
                rose: 62.0,
                requests: 60,
            })),
            "60 more requests in flight at the end of steady than at its start may hold the 62 threads that came with \
             them; a --settle longer than --timeout would show what stays",
        ),
        (
            Reason::Failure(Failure::NothingAnswered { other_scheme: None }),
            "no request was answered during steady",
        ),
        (
            Reason::Failure(Failure::NothingAnswered { other_scheme: Some(Scheme::Http) }),
            "no request was answered during steady: if the port speaks plain HTTP, use http:// in the URL",
        ),
        (Reason::Failure(Failure::NothingMeasured), "nothing of the target was measured during steady"),
        (
            Reason::Leak(Leak::Proven(proven)),
            "6,000 goroutines are stuck for ever in main.worker in chan send, as the runtime proves",
        ),
        (
            Reason::Leak(grows(SeriesId::MemNative)),
            "native memory grows 3.0 KiB per request: memory that the runtime did not allocate (C code, mmap)",
        ),
        (
            Reason::Leak(grows(SeriesId::MemLive)),
            "live heap grows 3.0 KiB per request after each collection: objects that something still refers to",
        ),
        (Reason::Leak(Leak::Series(growth.clone())), "private memory grows without end"),
        (
            Reason::Doubt(Doubt::DriverTooSlow(rate)),
            "soak itself could send only 123/s of the 200/s asked for",
        ),
        (
            Reason::Doubt(Doubt::RateNotHeld(rate)),
            "only 123/s of the 200/s asked for could be sent in steady",
        ),
        (
            Reason::Doubt(errors),
            "20 % of the requests in steady failed (timeout: 350), more than 10 %: lower --rate, or raise --timeout",
        ),
        (
            Reason::Doubt(Doubt::MayBeWarmUp {
                growth: growth.clone(),
                runtime: Runtime::Python,
                live_heap_read: false,
                pools_bytes: 1024.0 * 1024.0,
            }),
            "private memory grows without end, but Python takes up to 1.0 MiB in its first half hour under load without a \
             leak",
        ),
        (
            Reason::Doubt(Doubt::MayBeHeld { growth, hold: Span::from_secs_f64(120.0) }),
            "private memory grows without end, but may be held for 2 min, longer than it was observed",
        ),
        (
            Reason::Doubt(heap(Runtime::Go, false, true)),
            "private memory grows, but Go may grow its heap before it collects, and its live heap could not be read",
        ),
        (
            Reason::Doubt(heap(Runtime::Go, true, false)),
            "private memory grows, but Go may grow its heap before it collects, and how much of that is heap is not \
             known",
        ),
        (
            Reason::Doubt(memory),
            "cannot rule out a leak of 1.0 KiB per request: in 60 s, resident memory shows only growth above 3.0 KiB \
             per request",
        ),
        (
            Reason::Doubt(threads),
            "cannot rule out a leak of 0.01 threads per request: in 60 s, only growth above 0.0104 per request shows",
        ),
        (Reason::NoGrowth(None), "nothing grows"),
    ];
    for (reason, sentence) in rows {
        assert_eq!(super::reason(&reason), sentence);
    }
}

#[test]
fn a_leak_is_counted_by_what_is_known_of_each_part() {
    let each = || CountedBy::Each(vec!["'/slow'".into()]);
    let summary = |memory_per, count_per: Option<CountedBy>| {
        let count = |per| CountGrowth { n: 1.0, what: Counted::Kind(GroupKind::Task), per };
        let summary = LeakSummary {
            memory: Some(MemoryGrowth {
                id: SeriesId::RssAnon,
                bytes: 4.0 * KIB,
                per: memory_per,
                process: None,
            }),
            counted: count_per.map(count).into_iter().collect(),
            limit: None,
        };
        leak::summary(&summary, "")
    };
    let rows = [
        (each(), Some(each()), "4.0 KiB of memory and 1 task more per '/slow'"),
        (
            CountedBy::AnyRequest,
            Some(each()),
            "4.0 KiB of memory more per request of any kind and 1 task more per '/slow'",
        ),
        (each(), None, "4.0 KiB of memory more per '/slow'"),
        (CountedBy::Hour, None, "4.0 KiB of memory more per hour"),
    ];
    for (memory, count, sentence) in rows {
        assert_eq!(summary(memory, count), sentence);
    }
    let count = |n, kind| CountGrowth { n, what: Counted::Kind(kind), per: CountedBy::Request };
    let threads = LeakSummary {
        memory: Some(MemoryGrowth {
            id: SeriesId::RssAnon,
            bytes: 5.8 * KIB * KIB,
            per: CountedBy::Request,
            process: None,
        }),
        counted: vec![count(1.0, GroupKind::Thread), count(5.0, GroupKind::Fd)],
        limit: None,
    };
    assert_eq!(
        leak::summary(&threads, ""),
        "5.8 MiB of memory, 1 thread and 5 file descriptors more per request"
    );
    assert_eq!(leak::summary(&LeakSummary::default(), "it grows"), "it grows");
}
