//! What can be said while a run goes on, for `--until-sure`: the verdict's own rules, at the error one look may spend.

use crate::evidence::Evidence;
use crate::findings::{Reason, Verdict};

use super::steady::Steady;
use super::workers::judge_workers;
use super::{load, series_evidence, tasks, verdict};

/// What one look into a run that goes on says.
#[derive(Debug, Clone, PartialEq)]
pub enum Interim {
    /// It leaks, as the runtime proves, for this reason.
    Proven(Reason),
    /// It leaks, as far as was seen, for this reason.
    Leak(Reason),
    /// Nothing grows that this run could have found.
    Stable,
    /// Tasks have grown, and what would decide is whether the runtime can prove that they never end.
    Prove,
    /// Not sure yet.
    Open,
}

/// Judges what was seen so far; `error` is what this look may spend on a false 'leak'.
pub fn judge_interim(evidence: &Evidence, error: f64) -> Interim {
    let steady = Steady::read(evidence);
    let voters = series_evidence::gather(evidence, &steady, error);
    let error = voters.task_share_of_error();
    let workers = judge_workers(evidence, &voters, error / 2.0);
    let tasks = tasks::judge_groups(evidence, &steady, workers.left_of(error));
    let load = load::read_load(evidence, &steady);
    let facts = verdict::Facts::gather(evidence, &steady, &voters, (&tasks, &workers), load.as_ref());
    let reason = verdict::decide(&facts);
    match reason.verdict() {
        Verdict::Leak if facts.proven.is_some() => Interim::Proven(reason),
        Verdict::Leak => Interim::Leak(reason),
        Verdict::Stable => Interim::Stable,
        Verdict::Failed | Verdict::Inconclusive if tasks.may_be_proven() => Interim::Prove,
        Verdict::Failed | Verdict::Inconclusive => Interim::Open,
    }
}
