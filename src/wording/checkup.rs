//! What a service shows of itself, in words: each probe, and what a run could find.

use crate::evidence::{ProbeRecord, SeriesId, first_to_turn_on};
use crate::findings::Checkup;
use crate::units::Unit;

use super::other_process::explain_other_process;
use super::surroundings::describe_target;

/// What the service is, or why no process is measured; a second line where its pages describe another process.
pub fn examined(checkup: &Checkup) -> Vec<String> {
    match (&checkup.target, &checkup.not_found) {
        (Some(target), _) => {
            let other = explain_other_process(target);
            std::iter::once(format!("target: {}", describe_target(target))).chain(other).collect()
        }
        (None, Some(why)) => vec![format!("no process is measured: {why}")],
        (None, None) => Vec::new(),
    }
}

/// What a run would find now, and what it would not.
pub fn can_be_found(checkup: &Checkup) -> Vec<String> {
    let mut lines = vec![match evidence_labels(&checkup.measures).join(", ") {
        none if none.is_empty() => {
            "a run would find: nothing, since no memory and no tasks can be read".into()
        }
        labels => format!("a run would find growth of: {labels}"),
    }];
    lines
        .extend(first_to_turn_on(&checkup.probes).map(|probe| format!("it would not see: {}", probe.yields)));
    lines
}

/// What to turn on first, if anything.
pub fn first_step(checkup: &Checkup) -> Option<&str> {
    first_to_turn_on(&checkup.probes)?.turn_on.as_deref()
}

/// What of these series can be evidence of a leak, in words, each once.
pub fn evidence_labels(series: &[SeriesId]) -> Vec<&str> {
    let mut labels: Vec<&str> = Vec::new();
    for id in series.iter().filter(|id| id.strength().is_some()) {
        // shared and private memory and the sum of tasks are parts of others
        let is_part = matches!(id, SeriesId::RssShmem | SeriesId::Tasks)
            || *id == SeriesId::RssAnon && series.contains(&SeriesId::Rss);
        if !is_part && !labels.contains(&id.label()) {
            labels.push(id.label());
        }
    }
    labels
}

/// What a reading takes of the time of the target or of the kernel; none where nothing was read.
pub fn describe_cost(probe: &ProbeRecord) -> Option<String> {
    let answered = probe.asked.saturating_sub(probe.failed);
    match (probe.found, probe.cpu_mean_s) {
        (false, _) => None,
        // its figures come with the answers of another probe
        (true, _) if probe.asked == 0 => None,
        (true, _) if answered == 0 => Some("does not answer".into()),
        (true, Some(cpu)) => Some(format!(
            "{} per reading, {} of the target's CPU",
            Unit::Seconds.show(probe.mean_s),
            Unit::Seconds.show(cpu)
        )),
        (true, None) => Some(format!("{} per reading", Unit::Seconds.show(probe.mean_s))),
    }
}
