//! Which probes were read far less often than samples are taken, since their answers cost the target more than they
//! may.

use crate::evidence::{Event, EventKind, Evidence, ProbeRecord};
use crate::findings::{Note, SlowedProbe};

/// Said from so many times the interval up: a reading that is left out now and then changes nothing.
const LEAST_FACTOR: f64 = 2.0;

/// All of them, as one note.
pub fn slowed_probes(evidence: &Evidence) -> Option<Note> {
    let (plan, environment) = (evidence.plan.as_ref()?, evidence.environment.as_ref()?);
    let ran_s = evidence.recording.elapsed_s.last().copied().unwrap_or(0.0);
    let interval_s = plan.interval_at(std::time::Duration::try_from_secs_f64(ran_s).ok()?).as_secs_f64();
    let is_slowed = |name: &str| {
        let slowed = |e: &Event| matches!(&e.kind, EventKind::ProbeSlowed { probe, .. } if *probe == name);
        evidence.events.iter().any(slowed)
    };
    let slowed = environment.probes.iter().filter(|probe| is_slowed(&probe.name));
    let read = slowed.filter_map(|probe| {
        let every_s = ran_s / readings(probe)?;
        (every_s >= LEAST_FACTOR * interval_s).then(|| SlowedProbe {
            name: probe.name.clone(),
            every_s,
            answer_s: probe.mean_s,
            counted_between: probe.counts > 0,
        })
    });
    let probes: Vec<SlowedProbe> = read.collect();
    (!probes.is_empty()).then_some(Note::ProbesSlowed { interval_s, probes })
}

/// How often it was read in full; recordings that do not have samples apart count closer looks as well.
fn readings(probe: &ProbeRecord) -> Option<f64> {
    let all = if probe.samples > 0 { probe.samples } else { probe.asked };
    (all > 0).then_some(all as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Environment, PlanRecord};

    #[test]
    fn a_probe_that_was_read_a_few_times_is_named_with_its_interval_and_cost() {
        let mut evidence = Evidence { plan: Some(PlanRecord::example()), ..Evidence::default() };
        evidence.recording.elapsed_s = vec![0.0, 90.0];
        let probe = |name: &str, samples: u64| ProbeRecord {
            samples,
            asked: samples + 3,
            mean_s: 0.018,
            ..ProbeRecord::found(name, "")
        };
        let rare = ProbeRecord { counts: 60, ..probe("goroutines", 20) };
        evidence.environment = Some(Environment {
            soak: String::new(),
            os: String::new(),
            kernel: String::new(),
            cores: 2,
            started: String::new(),
            target: None,
            probes: vec![rare, probe("heap", 80), probe("other", 5)],
        });
        assert_eq!(slowed_probes(&evidence), None);
        for probe in ["goroutines", "heap"] {
            let kind = EventKind::ProbeSlowed { probe: probe.into(), share: 0.012 };
            evidence.events.push(Event { elapsed_s: 2.2, kind });
        }
        let goroutines =
            SlowedProbe { name: "goroutines".into(), every_s: 4.5, answer_s: 0.018, counted_between: true };
        assert_eq!(
            slowed_probes(&evidence),
            Some(Note::ProbesSlowed { interval_s: 1.0, probes: vec![goroutines] })
        );
    }
}
