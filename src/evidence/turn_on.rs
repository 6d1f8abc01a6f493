//! Which of the probes that were not found would show most.

use super::ProbeRecord;

/// Pairs of probes that together see tasks and heap as the runtime itself counts them: with both of a pair, others add
/// little.
const RUNTIMES_OWN_PROBES: [[&str; 2]; 2] = [["goroutines", "heap"], ["java threads", "java heap"]];
/// Probes that show no task and no live heap: what they lack decides nothing.
const FROM_OUTSIDE: [&str; 5] = ["process", "pss", "cgroup", "prometheus", "vars"];

/// The probe to turn on first: one that shows tasks or the live heap, if none does and it says how; none where the
/// runtime is seen already.
pub fn first_to_turn_on(probes: &[ProbeRecord]) -> Option<&ProbeRecord> {
    let seen = |name: &str| probes.iter().any(|p| p.found && p.name == name);
    if RUNTIMES_OWN_PROBES.iter().any(|both| both.iter().all(|name| seen(name))) {
        return None;
    }
    probes.iter().find(|p| !p.found && p.turn_on.is_some() && !FROM_OUTSIDE.contains(&p.name.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inside_of_a_runtime_comes_first_and_what_decides_nothing_never() {
        let found = |name: &str| ProbeRecord::found(name, "");
        let missing = |name: &str| ProbeRecord { found: false, turn_on: Some("so".into()), ..found(name) };
        let first = |probes: &[ProbeRecord]| first_to_turn_on(probes).map(|p| p.name.clone());
        let node = [found("process"), missing("cgroup"), missing("inspector"), missing("prometheus")];
        assert_eq!(first(&node).as_deref(), Some("inspector"));
        assert_eq!(first(&[found("process"), missing("cgroup"), missing("prometheus")]), None);
        assert_eq!(first(&[found("goroutines"), found("heap"), missing("tokio-console")]), None);
    }
}
