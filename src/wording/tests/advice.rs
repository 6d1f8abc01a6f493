//! What a headline that cannot tell advises, and which line names how long a run would have to be.

use super::*;

#[test]
fn a_headline_that_cannot_tell_ends_with_the_one_thing_to_do() {
    let longer = |needs_s| LongerRun { needs_s, drives: true };
    let memory = Doubt::MemoryUnresolved {
        resolution: KIB,
        id: SeriesId::Rss,
        detectable: 3.0 * KIB,
        steady_s: 60.0,
        longer: longer(Some(180.0)),
    };
    let undecided = || {
        let mut gate = gate(GateResult::Inconclusive);
        if let GateReason::Measured(measured) = &mut gate.reason {
            measured.ci = Some([0.0, 0.1]);
        }
        vec![gate]
    };
    let open = |doubt: Doubt, needs_s, gates| Findings {
        longer: Some(longer(needs_s)),
        ..findings(answer(Reason::Doubt(doubt)), gates)
    };
    let why = "Cannot tell: cannot rule out a leak of 1.0 KiB per request: in 60 s, resident memory shows only growth \
               above 3.0 KiB per request";
    let of_gate =
        |findings: &Findings| gate::finding(&findings.gates[0], headline::length_left_to_gates(findings)).why;
    // the gate needs longer, and the line of the gate does not name another length
    let both = open(memory.clone(), Some(1080.0), undecided());
    assert_eq!(headline::headline(&both), format!("{why}; run again with --load-duration of about 18 min"));
    assert!(!of_gate(&both).contains("run again"), "{}", of_gate(&both));
    let far = open(memory, None, vec![]);
    assert_eq!(headline::headline(&far), format!("{why}; run again with a much longer --load-duration"));
    // where only the gate is open its line says it
    let only_gate = Findings {
        longer: Some(longer(Some(240.0))),
        ..findings(answer(flat(SeriesId::MemLive, 24.0)), undecided())
    };
    assert!(
        of_gate(&only_gate).ends_with("; run again with --load-duration of about 4 min"),
        "{}",
        of_gate(&only_gate)
    );
    let growth =
        SeriesGrowth { id: SeriesId::RssAnon, per_request: None, per_second: None, several_kinds: false };
    let warm_up = |runtime| Doubt::MayBeWarmUp {
        growth: growth.clone(),
        runtime,
        live_heap_read: false,
        pools_bytes: KIB,
    };
    let advised = |doubt: Doubt| headline::headline(&open(doubt, Some(240.0), vec![]));
    let python = advised(warm_up(Runtime::Python));
    assert!(python.ends_with("without a leak: run again with more load, or with --cycles 3"), "{python}");
    let heap = Doubt::HeapNotRead {
        id: SeriesId::RssAnon,
        runtime: Runtime::Go,
        live_heap_read: false,
        drives: true,
    };
    assert!(advised(heap).ends_with(": run again with --cycles 3 to tell the two apart"));
}
