//! What can be said while a run goes on, for `--until-sure` and for a person who watches: the verdict's own rules, at the
//! error one look may spend.

use crate::evidence::{Evidence, EvidenceStrength};
use crate::findings::{Direction, Fit, Interim, Rising, SeriesEvidence, SeriesGrowth, SoFar, Verdict};

use super::series_evidence::AllEvidence;
use super::steady::Steady;
use super::workers::judge_workers;
use super::{account, gates, load, series_evidence, tasks, verdict};

/// Judges what was seen so far; `error` is what this look may spend on a false 'leak'.
pub fn judge_so_far(evidence: &Evidence, error: f64) -> SoFar {
    let steady = Steady::read(evidence);
    let voters = series_evidence::gather(evidence, &steady, error);
    let error = voters.task_share_of_error();
    let workers = judge_workers(evidence, &voters, error / 2.0);
    let tasks = tasks::judge_groups(evidence, &steady, workers.left_of(error));
    let load = load::read_load(evidence, &steady);
    let facts = verdict::Facts::gather(evidence, &steady, &voters, (&tasks, &workers), load.as_ref());
    let reason = verdict::decide(&facts);
    let interim = match reason.verdict() {
        Verdict::Leak if facts.proven.is_some() => Interim::Proven(reason),
        Verdict::Leak => Interim::Leak(reason),
        Verdict::Stable => Interim::Stable,
        Verdict::Failed | Verdict::Inconclusive if tasks.may_be_proven() => Interim::Prove,
        Verdict::Failed | Verdict::Inconclusive => Interim::Open,
    };
    let account = account::read_account(evidence, &voters);
    let certain = strongest(&voters, SeriesEvidence::grows_unexplained);
    let rising = certain.or_else(|| strongest(&voters, seems_to_grow)).map(|one| Rising {
        growth: SeriesGrowth::new(one, load.as_ref()),
        rose: one.trend.read.map_or(one.rose(), |read| read.end - read.start),
        requests: steady.requests,
        certain: certain.is_some(),
    });
    SoFar {
        interim,
        rising,
        gates: gates::compare_gates(evidence, &steady, (&voters, &workers), &account, load.as_ref()),
        fits: certain.map(|_| fits(&steady, &voters)).unwrap_or_default(),
    }
}

/// The strongest evidence of which this holds.
fn strongest(series: &AllEvidence, holds: fn(&SeriesEvidence) -> bool) -> Option<&SeriesEvidence> {
    let chosen = series.iter().filter(|s| s.is_looked_for() && holds(s));
    // a count of tasks that has no vote beside its groups stands for them
    chosen.min_by_key(|s| s.strength.unwrap_or(EvidenceStrength::Tasks))
}

/// Whether a series would be called growing by an eye: its interval lies above zero, and it has grown by enough to
/// matter.
fn seems_to_grow(one: &SeriesEvidence) -> bool {
    one.explained_by.is_none()
        && one.excludes_zero
        && one.rose() > 0.0
        && one.trend.direction != Direction::Stable
}

/// The lines through all series; none where steady has several stretches, over which none is straight.
fn fits(steady: &Steady, series: &AllEvidence) -> Vec<Fit> {
    let [(from_s, to_s)] = steady.stretches[..] else { return Vec::new() };
    // a line beside "nothing grows" would say that something does
    let line = |one: &SeriesEvidence| {
        (one.trend.direction == Direction::Growing).then_some(())?;
        let (start, end) = (one.trend.start?, one.trend.end?);
        let begins_s = one.trend.slope_over_s.map_or(from_s, |over_s| from_s.max(to_s - over_s));
        Some(Fit { id: one.id.clone(), from: (begins_s, start), to: (to_s, end) })
    };
    series.iter().filter_map(line).collect()
}
