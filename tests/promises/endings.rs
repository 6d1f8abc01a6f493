//! Every way in which a run can end: evidence and gates in; verdict, reason and exit code out. One table.

mod run;

use soak::evidence::*;
use soak::findings::Verdict::{self, Failed, Inconclusive, Leak, Stable};
use soak::findings::{Badge, GateResult, Reason};
use soak::units::Unit;
use soak::wording::report;

use run::{MIB, RATE, Run, STEADY_S, WARMUP_S, back, gone, span, stuck};

#[test]
fn every_way_a_run_can_end() {
    let kib3 = 3.0 * 1024.0;
    let all = (WARMUP_S + STEADY_S) * RATE;
    let table: Vec<(&str, Run, Verdict, u8, &str)> = vec![
        ("nothing grows", Run::new(), Stable, 0, "verdict"),
        ("3 KiB per request", Run::new().leaking(kib3), Leak, 1, "verdict"),
        (
            "killed for memory while growing",
            Run::new().leaking(kib3).event(60.0, gone()).event(60.0, EventKind::OomKill { count: 1 }),
            Leak,
            1,
            "verdict",
        ),
        (
            "killed for memory, but flat",
            Run::new().event(60.0, gone()).event(60.0, EventKind::OomKill { count: 1 }),
            Failed,
            4,
            "verdict",
        ),
        ("gone at the end", Run::new().event(60.0, gone()), Failed, 4, "verdict"),
        (
            "gone at the end, though it leaked",
            Run::new().leaking(kib3).event(60.0, gone()),
            Failed,
            4,
            "verdict",
        ),
        (
            "gone for longer than --down-after",
            Run::new().event(20.0, gone()).event(55.0, back()),
            Failed,
            4,
            "verdict",
        ),
        ("gone and back in time", Run::new().event(20.0, gone()).event(21.0, back()), Stable, 0, "verdict"),
        (
            "nothing answered",
            Run {
                evidence: Evidence {
                    recording: {
                        let r = Run::new().evidence.recording;
                        Recording { requests_total: vec![Sample::new(0.0); r.len()], ..r }
                    },
                    ..Run::new().evidence
                },
                beside: None,
            },
            Failed,
            4,
            "verdict",
        ),
        (
            "nothing seen",
            Run {
                evidence: Evidence {
                    recording: Recording { series: Vec::new(), ..Run::new().evidence.recording },
                    ..Run::new().evidence
                },
                beside: None,
            },
            Failed,
            4,
            "verdict",
        ),
        ("a fifth of the requests fail", Run::new().errors(0.2), Inconclusive, 3, "verdict"),
        ("a twentieth of them fails", Run::new().errors(0.05), Stable, 0, "verdict"),
        ("they fail, and it leaks", Run::new().leaking(kib3).errors(0.2), Leak, 1, "verdict"),
        ("half the rate", Run::new().sent(0.5), Inconclusive, 3, "verdict"),
        (
            "a forwarder",
            Run::new().leaking(kib3).event(15.0, EventKind::Forwarder { text: "it forwards".into() }),
            Inconclusive,
            3,
            "verdict",
        ),
        ("Go's RSS alone", Run::new().leaking(kib3).runtime(Runtime::Go), Inconclusive, 3, "verdict"),
        (
            "a resolution beyond this run",
            Run::new().judging(|j| j.resolution_bytes = 0.001),
            Inconclusive,
            3,
            "verdict",
        ),
        ("proven by the runtime", stuck(Run::new(), Some(all as u64), all), Leak, 1, "verdict"),
        ("tasks that stay", stuck(Run::new(), None, all), Leak, 1, "verdict"),
        ("tasks that are let go in settle", stuck(Run::new(), None, 0.0), Stable, 0, "verdict"),
        ("unproven tasks that all stay", stuck(Run::new(), Some(0), all), Leak, 1, "verdict"),
        ("unproven tasks, some ended", stuck(Run::new(), Some(0), 0.9 * all), Inconclusive, 3, "verdict"),
        (
            "tasks that may be held for longer than they were seen",
            stuck(Run::new(), None, all).judging(|j| j.max_hold = Some(span(120.0))),
            Inconclusive,
            3,
            "verdict",
        ),
        (
            "tasks that were seen for longer than they may be held",
            stuck(Run::new(), Some(0), all).judging(|j| j.max_hold = Some(span(30.0))),
            Leak,
            1,
            "verdict",
        ),
        (
            "a proof needs no hold",
            stuck(Run::new(), Some(all as u64), all).judging(|j| j.max_hold = Some(span(120.0))),
            Leak,
            1,
            "verdict",
        ),
        (
            "memory that may be held for longer than it was seen",
            Run::new().leaking(kib3).judging(|j| j.max_hold = Some(span(120.0))),
            Inconclusive,
            3,
            "verdict",
        ),
        (
            "memory that was seen for longer than it may be held",
            Run::new().leaking(kib3).judging(|j| j.max_hold = Some(span(30.0))),
            Leak,
            1,
            "verdict",
        ),
        (
            "Go's RSS climbs, and its exact account is flat",
            Run::new().leaking(kib3).account(0.0),
            Stable,
            0,
            "verdict",
        ),
        (
            "Go's RSS climbs, and so does its native memory",
            Run::new().leaking(kib3).account(kib3),
            Leak,
            1,
            "verdict",
        ),
        (
            "a certain growth that the horizon makes nothing of",
            Run::new().leaking(kib3).judging(|j| j.horizon = span(30.0)),
            Stable,
            0,
            "verdict",
        ),
        ("a series that was not named", Run::new().series("queue", |t, _| t * 10.0), Stable, 0, "verdict"),
        (
            "a series that the user named",
            Run::new().series("queue", |t, _| t * 10.0).judging(|j| j.series.push("queue".into())),
            Leak,
            1,
            "verdict",
        ),
        ("load only", Run::new().load_only(), Stable, 0, "verdict"),
        ("load only, and half of it fails", Run::new().load_only().errors(0.5), Inconclusive, 3, "verdict"),
        (
            "load only, a few requests fail, and a gate allows it",
            Run::new().load_only().errors(0.005).errors_below_1_percent(),
            Stable,
            0,
            "--load-only",
        ),
        (
            "load only, half of it fails, and a gate minds",
            Run::new().load_only().errors(0.5).errors_below_1_percent(),
            Inconclusive,
            1,
            "gate errors.ratio < 1%",
        ),
        ("a slope wholly under its limit", Run::new().memory_slope_below(MIB), Stable, 0, "verdict"),
        (
            "a slope across its limit",
            Run::new().memory_slope_below(1e-9),
            Stable,
            3,
            "gate memory.slope < LIMIT",
        ),
        (
            "a slope wholly over its limit",
            Run::new().leaking(kib3).memory_slope_below(1024.0).judging(|j| j.gates_only = true),
            Leak,
            1,
            "gate memory.slope < LIMIT",
        ),
        (
            "a latency that was not measured",
            Run::new().gate(
                "latency.p99 < 50ms",
                Quantity::Latency,
                Aspect::Percentile(990),
                0.05,
                Unit::Seconds,
            ),
            Stable,
            3,
            "gate latency.p99 < 50ms",
        ),
        (
            "a failed gate outranks a verdict in doubt",
            Run::new().errors(0.2).errors_below_1_percent(),
            Inconclusive,
            1,
            "gate errors.ratio < 1%",
        ),
        (
            "a death outranks a failed gate",
            Run::new().errors(0.05).errors_below_1_percent().event(60.0, gone()),
            Failed,
            4,
            "verdict",
        ),
        (
            "no fail, though a gate failed",
            Run::new().errors(0.05).errors_below_1_percent().judging(|j| j.no_fail = true),
            Stable,
            0,
            "--no-fail (else 1 by gate errors.ratio < 1%)",
        ),
        (
            "a gate holds",
            Run::new().gate("errors.ratio < 1%", Quantity::Errors, Aspect::Ratio, 0.01, Unit::Ratio),
            Stable,
            0,
            "verdict",
        ),
        (
            "a gate fails",
            Run::new().errors(0.05).gate(
                "errors.ratio < 1%",
                Quantity::Errors,
                Aspect::Ratio,
                0.01,
                Unit::Ratio,
            ),
            Stable,
            1,
            "gate errors.ratio < 1%",
        ),
        (
            "a gate on what is not there",
            Run::new().gate(
                "queue.slope < 1/h",
                Quantity::Series("queue".into()),
                Aspect::Slope,
                1.0,
                Unit::Count,
            ),
            Stable,
            3,
            "gate queue.slope < 1/h",
        ),
        (
            "a leak outranks a gate in doubt",
            Run::new().leaking(kib3).gate(
                "queue.slope < 1/h",
                Quantity::Series("queue".into()),
                Aspect::Slope,
                1.0,
                Unit::Count,
            ),
            Leak,
            1,
            "verdict",
        ),
        (
            "gates only, held",
            Run::new().leaking(kib3).judging(|j| j.gates_only = true),
            Leak,
            0,
            "--gates-only",
        ),
        (
            "gates only, dead",
            Run::new().event(60.0, gone()).judging(|j| j.gates_only = true),
            Failed,
            4,
            "verdict",
        ),
        (
            "inconclusive allowed",
            Run::new().sent(0.5).judging(|j| j.allow_inconclusive = true),
            Inconclusive,
            0,
            "--allow-inconclusive (else 3 by verdict)",
        ),
        (
            "a leak is not allowed by that",
            Run::new().leaking(kib3).judging(|j| j.allow_inconclusive = true),
            Leak,
            1,
            "verdict",
        ),
        (
            "no fail",
            Run::new().leaking(kib3).judging(|j| j.no_fail = true),
            Leak,
            0,
            "--no-fail (else 1 by verdict)",
        ),
        (
            "no fail, dead all the same",
            Run::new().event(60.0, gone()).judging(|j| j.no_fail = true),
            Failed,
            4,
            "verdict",
        ),
        ("as before: stable", Run::new().beside(Run::new()), Stable, 0, "verdict"),
        ("fixed since then", Run::new().beside(Run::new().leaking(kib3)), Stable, 0, "verdict"),
        ("a leak that is new, twice a 1", Run::new().leaking(kib3).beside(Run::new()), Leak, 1, "verdict"),
        (
            "gates only, a leak that is new",
            Run::new().leaking(kib3).beside(Run::new()).judging(|j| j.gates_only = true),
            Leak,
            1,
            "gate compare before",
        ),
        (
            "gates only, a leak that is as it was",
            Run::new().leaking(kib3).beside(Run::new().leaking(kib3)).judging(|j| j.gates_only = true),
            Leak,
            1,
            "gate compare before",
        ),
        (
            "stable, beside a run that could not tell",
            Run::new().beside(Run::new().errors(0.2)),
            Stable,
            3,
            "gate compare before",
        ),
        (
            "that may be",
            Run::new().beside(Run::new().errors(0.2)).judging(|j| j.allow_inconclusive = true),
            Stable,
            0,
            "--allow-inconclusive (else 3 by gate compare before)",
        ),
        (
            "stable, beside a run that is gone",
            Run { beside: Some(Err("before: holds no run".into())), ..Run::new() },
            Stable,
            3,
            "gate compare before",
        ),
        (
            "dead, beside one that lived",
            Run::new().event(60.0, gone()).beside(Run::new()),
            Failed,
            4,
            "verdict",
        ),
        (
            "a leak that is new, and nothing fails",
            Run::new().leaking(kib3).beside(Run::new()).judging(|j| j.no_fail = true),
            Leak,
            0,
            "--no-fail (else 1 by verdict)",
        ),
    ];
    let mut wrong = Vec::new();
    for (name, run, verdict, exit_code, reason) in table {
        let found = run.judged();
        let report = report(&found, &run.evidence);
        if (found.verdict(), found.exit.code, report.reason.as_str()) != (verdict, exit_code, reason) {
            wrong.push(format!(
                "{name}: {} {} ({}), wanted {verdict} {exit_code} ({reason}); {:?}",
                report.verdict, report.exit_code, report.reason, found.assessment.answer
            ));
        }
        if verdict != Leak && verdict != Failed && !report.culprits.is_empty() {
            wrong.push(format!("{name}: blames {:?}", report.culprits[0].name));
        }
        let (badge, headline) = (report.badge, &report.headline);
        assert!(!headline.is_empty() && !headline.contains('\n'), "{name}: {headline:?}");
        let failed = report.gates.iter().any(|gate| gate.result == GateResult::Failed);
        assert!(!failed || !matches!(badge, Badge::Stable | Badge::Inconclusive), "{name}: {badge}");
        assert!(!headline.starts_with(&report.summary) || found.assessment.answer.reason == Reason::OnlyLoad);
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
