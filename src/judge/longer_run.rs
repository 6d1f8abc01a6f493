//! How long a run would have to be to decide what this one left open: one figure, so that the headline and the lines of
//! gates do not each ask for another length.

use crate::findings::{Assessment, Doubt, GateOutcome, GateReason, GateResult, LongerRun, Verdict};

/// The run that would decide all that a longer one can: a shorter one would leave the exit code open. None where time
/// decides nothing.
pub fn run_to_decide(found: &Assessment, gates: &[GateOutcome], drives: bool) -> Option<LongerRun> {
    let open = found.verdict() == Verdict::Inconclusive;
    let of_doubts = found.doubts.iter().filter(|_| open).filter_map(needs_of_doubt);
    let all: Vec<Option<f64>> = of_doubts.chain(gates.iter().filter_map(needs_of_gate)).collect();
    let longest = |all: Vec<f64>| all.into_iter().reduce(f64::max);
    // one that is too far ahead is too far for all
    let needs_s = all.iter().copied().collect::<Option<Vec<f64>>>().and_then(longest);
    (!all.is_empty()).then_some(LongerRun { needs_s, drives })
}

/// Seconds of steady that would settle a doubt, and none of them where that is too far ahead.
fn needs_of_doubt(doubt: &Doubt) -> Option<Option<f64>> {
    match doubt {
        Doubt::TooLittleGrown { longer, .. }
        | Doubt::MemoryUnresolved { longer, .. }
        | Doubt::TasksUnresolved { longer, .. } => Some(longer.needs_s),
        // where all keys came, no length is known
        Doubt::KeysUnseen { longer, keys, .. } => (keys.seen < keys.distinct).then_some(longer.needs_s),
        Doubt::Open { trend, .. } | Doubt::NotSignificant { trend, .. } => trend.needs_s.map(Some),
        _ => None,
    }
}

/// The same of a gate whose interval includes its limit.
fn needs_of_gate(gate: &GateOutcome) -> Option<Option<f64>> {
    match &gate.reason {
        GateReason::Measured(m)
            if gate.result == GateResult::Inconclusive && !m.within_workers && m.on_time_s.is_none() =>
        {
            Some(m.needs_s)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Aspect, Gate, GateLimit, Quantity, SeriesId};
    use crate::findings::{Answer, LeakSummary, Measured, Reason};
    use crate::units::Unit;

    fn undecided(needs_s: Option<f64>) -> GateOutcome {
        let limit = GateLimit { value: 100.0, unit: Unit::Bytes, at_least: false };
        let expr = String::from("memory.per_request < 100B");
        let gate = Gate { expr: expr.clone(), quantity: Quantity::Memory, aspect: Aspect::PerRequest, limit };
        let measured = Measured {
            gate,
            of: None,
            value: 90.0,
            ci: Some([50.0, 200.0]),
            uncertain: true,
            needs_s,
            within_workers: false,
            on_time_s: None,
        };
        GateOutcome { expr, result: GateResult::Inconclusive, reason: GateReason::Measured(measured) }
    }

    #[test]
    fn the_one_length_decides_the_verdict_and_each_gate() {
        let doubt = Doubt::MemoryUnresolved {
            resolution: 1024.0,
            id: SeriesId::MemLive,
            detectable: 4096.0,
            steady_s: 60.0,
            longer: LongerRun { needs_s: Some(240.0), drives: true },
        };
        let reason = Reason::Doubt(doubt.clone());
        let answer = Answer { reason, summary: LeakSummary::default(), until_then: None };
        let open = Assessment { answer, doubts: vec![doubt], ..Assessment::example() };
        let needs = |found: &Assessment, gates: &[GateOutcome]| run_to_decide(found, gates, true);
        let run = |needs_s| Some(LongerRun { needs_s, drives: true });
        assert_eq!(needs(&open, &[]), run(Some(240.0)));
        assert_eq!(needs(&open, &[undecided(Some(60.0))]), run(Some(240.0)));
        assert_eq!(needs(&open, &[undecided(Some(1080.0))]), run(Some(1080.0)));
        assert_eq!(needs(&open, &[undecided(None)]), run(None));
        assert_eq!(needs(&Assessment::example(), &[]), None);
    }
}
