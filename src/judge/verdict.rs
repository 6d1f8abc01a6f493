//! The verdict: the first of a fixed order that holds. Pure over [`Facts`], so that one table in the tests can walk
//! through every way in which a run can end.

use crate::evidence::{ErrorKind, EventKind, Evidence, EvidenceStrength, SeriesId};
use crate::findings::{
    Direction, Doubt, Excluded, Failure, Leak, LoadFinding, ProvenTasks, Reason, Scheme, SeriesEvidence,
    SeriesGrowth,
};

use super::availability;
use super::doubts::doubts;
use super::excluded::excluded;
use super::held_back::HeldBack;
use super::in_flight::stopped_answering;
use super::series_evidence::AllEvidence;
use super::steady::Steady;
use super::tasks::Tasks;
use super::workers::Workers;

/// What decides.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts {
    /// The kernel killed the target, out of memory, while its memory or its tasks grew.
    pub killed_while_growing: bool,
    /// How the target failed.
    pub failure: Option<Failure>,
    /// What the runtime has proven.
    pub proven: Option<ProvenTasks>,
    /// Material growth that nothing explains, strongest evidence first.
    pub leaks: Vec<Leak>,
    /// What could still be a leak, and what keeps this run from telling, worst first.
    pub doubts: Vec<Doubt>,
    /// The smallest growth that would have been found.
    pub excluded: Option<Excluded>,
    /// Nothing but the load was observed.
    pub only_load: bool,
}

/// The first that holds.
pub fn decide(facts: &Facts) -> Reason {
    if facts.killed_while_growing {
        return Reason::KilledWhileGrowing;
    }
    if let Some(failure) = &facts.failure {
        return Reason::Failure(failure.clone());
    }
    if let Some(leak) = facts.worst_leak() {
        return Reason::Leak(leak);
    }
    if let Some(doubt) = facts.doubts.first() {
        return Reason::Doubt(doubt.clone());
    }
    if facts.only_load { Reason::OnlyLoad } else { Reason::NoGrowth(facts.excluded.clone()) }
}

impl Facts {
    /// Reads them off what was found.
    pub fn gather(
        evidence: &Evidence,
        steady: &Steady,
        series: &AllEvidence,
        (tasks, workers): (&Tasks, &Workers),
        load: Option<&LoadFinding>,
    ) -> Facts {
        let proven = tasks.proven();
        let killed = evidence.events.iter().any(|e| matches!(e.kind, EventKind::OomKill { .. }));
        let held_back: Vec<(SeriesId, Vec<HeldBack>)> = series
            .iter()
            .filter(|one| one.leaks())
            .map(|one| (one.id.clone(), HeldBack::read(one, evidence, steady, series, tasks)))
            .collect();
        let doubts = doubts(evidence, steady, series, (tasks, workers), &held_back, load);
        // tasks, too, may belong to the entries of a store that fills; only a proof stands
        let fills = doubts.iter().any(|doubt| matches!(doubt, Doubt::KeysUnseen { .. }));
        let grows = series.iter().any(|s| s.votes() && s.trend.direction == Direction::Growing);
        Facts {
            killed_while_growing: killed && (grows || proven.is_some()),
            failure: failure(evidence, steady, load),
            leaks: if fills { Vec::new() } else { leaks(series, (tasks, workers), &held_back, load) },
            doubts,
            excluded: excluded(series, steady),
            only_load: !series.iter().any(SeriesEvidence::votes),
            proven,
        }
    }

    /// What the runtime proves, else the strongest evidence of a leak.
    pub fn worst_leak(&self) -> Option<Leak> {
        self.proven.clone().map(Leak::Proven).or_else(|| self.leaks.first().cloned())
    }
}

impl Facts {
    /// What leaked until the target failed. Where it stopped answering, requests in flight may hold what grew since,
    /// and only a proof stands.
    pub fn leak_before_failure(&self) -> Option<Leak> {
        let failure = self.failure.as_ref().filter(|_| !self.killed_while_growing)?;
        match failure {
            Failure::StoppedAnswering { .. } => self.proven.clone().map(Leak::Proven),
            Failure::Away(_) | Failure::NothingAnswered { .. } | Failure::NothingMeasured => {
                self.worst_leak()
            }
        }
    }
}

/// Everything that leaks but for what is proven, strongest evidence first.
fn leaks(
    series: &AllEvidence,
    (tasks, workers): (&Tasks, &Workers),
    held_back: &[(SeriesId, Vec<HeldBack>)],
    load: Option<&LoadFinding>,
) -> Vec<Leak> {
    let mut leaks: Vec<(EvidenceStrength, Leak)> =
        tasks.leaks().map(|growth| (EvidenceStrength::Tasks, Leak::Group(growth))).collect();
    leaks.extend(workers.leaks());
    for one in series.iter().filter(|s| s.leaks()) {
        if held_back.iter().any(|(id, held)| *id == one.id && !held.is_empty()) {
            continue;
        }
        if let Some(strength) = one.strength {
            leaks.push((strength, Leak::Series(SeriesGrowth::new(one, load))));
        }
    }
    leaks.sort_by_key(|(strength, _)| *strength);
    leaks.into_iter().map(|(_, leak)| leak).collect()
}

/// How the target failed, if it did.
fn failure(evidence: &Evidence, steady: &Steady, load: Option<&LoadFinding>) -> Option<Failure> {
    if let Some(why) = availability::failed(evidence) {
        return Some(Failure::Away(why));
    }
    let plan = evidence.plan.as_ref()?;
    if steady.seconds() <= 0.0 || steady.is_cut_short(evidence) {
        return None; // stopped before steady: a doubt, not a failure
    }
    if load.is_some_and(|l| l.due > 0) && steady.answered(evidence) == Some(0.0) {
        let other_scheme = load.and_then(|load| other_scheme(&plan.url, load));
        return Some(Failure::NothingAnswered { other_scheme });
    }
    if let Some(stopped) = stopped_answering(evidence, steady) {
        return Some(stopped);
    }
    let recording = &evidence.recording;
    let read = recording.series.iter().any(|s| {
        let mut moments = recording.elapsed_s.iter().zip(&s.samples);
        moments.any(|(t, v)| steady.holds(*t) && v.get().is_some())
    });
    (!read && !plan.judging.load_only).then_some(Failure::NothingMeasured)
}

/// The other scheme, where every request ended as one does that the port cannot read: TLS that gets no TLS in answer makes
/// no connection, and a port that awaits TLS closes that of plain HTTP.
fn other_scheme(url: &str, load: &LoadFinding) -> Option<Scheme> {
    let all = |kind: ErrorKind| load.errors.by_kind.keys().all(|seen| *seen == kind.to_string());
    let (scheme, _) = url.split_once("://")?;
    match scheme {
        _ if load.errors.by_kind.is_empty() => None,
        "https" if all(ErrorKind::Connect) => Some(Scheme::Http),
        "http" if all(ErrorKind::Reset) => Some(Scheme::Https),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
