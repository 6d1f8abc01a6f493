//! When a run ends before its time: with `--until-sure` as soon as the answer is certain, and always once the target
//! has been gone for longer than it may.
//!
//! `trend/` says when to look and what a look may cost, `judge/` what it sees; the conductor only asks.

use crate::evidence::{Evidence, Phase, PlanRecord};
use crate::findings::Direction;
use crate::judge::{ERROR, Interim, judge_interim, lost};
use crate::record::Mirror;
use crate::run::Enough;
use crate::trend::InterimSchedule;
use crate::wording;

/// A snapshot that has not come by then was not to be had.
const PATIENCE_S: f64 = 10.0;

/// What the looks of one run remember.
pub struct EarlyStop {
    /// None where the run is to go through all of its time.
    looks: Option<InterimSchedule>,
    awaiting: Option<Awaiting>,
}

/// A proof was asked for.
#[derive(Debug, Clone, Copy)]
struct Awaiting {
    /// What the look that asked might spend.
    error: f64,
    /// How many snapshots there were.
    snapshots: usize,
    /// When it is not waited for any longer.
    until_s: f64,
}

impl EarlyStop {
    /// As the plan wants it.
    pub fn from_plan(plan: &PlanRecord) -> EarlyStop {
        let looks = plan.until_sure.map(|least| InterimSchedule::new(least.secs(), ERROR));
        EarlyStop { looks, awaiting: None }
    }

    /// Whether what was recorded is enough.
    pub fn check(&mut self, mirror: &Mirror) -> Enough {
        let evidence = mirror.evidence();
        let now_s = evidence.recording.elapsed_s.last().copied().unwrap_or(0.0);
        if let Some(why) = lost(evidence, now_s) {
            return Enough::Yes(why);
        }
        let Some(looks) = &mut self.looks else { return Enough::No };
        if let Some(asked) = self.awaiting {
            // a proof is no statistic: it may come at any time, and costs nothing
            let came = evidence.snapshots.len() > asked.snapshots;
            if came || now_s > asked.until_s {
                self.awaiting = None;
            }
            if came && let Interim::Proven(why) = judge_interim(evidence, asked.error) {
                return yes(&wording::reason(&why));
            }
            return Enough::No;
        }
        let Some(error) = looks.due(seen_s(evidence)) else { return Enough::No };
        let seen = judge_interim(evidence, error);
        let stands = looks.stands(match seen {
            Interim::Proven(_) | Interim::Leak(_) => Direction::Growing,
            Interim::Stable => Direction::Stable,
            Interim::Prove | Interim::Open => Direction::Inconclusive,
        });
        match seen {
            Interim::Proven(why) => yes(&wording::reason(&why)),
            Interim::Leak(why) if stands => yes(&wording::reason(&why)),
            Interim::Stable if stands => yes("look after look found no growth"),
            Interim::Prove => {
                let (snapshots, until_s) = (evidence.snapshots.len(), now_s + PATIENCE_S);
                self.awaiting = Some(Awaiting { error, snapshots, until_s });
                Enough::AskForProof
            }
            Interim::Leak(_) | Interim::Stable | Interim::Open => Enough::No,
        }
    }
}

fn yes(why: &str) -> Enough {
    Enough::Yes(format!("the answer is certain (--until-sure): {why}"))
}

/// Seconds of steady that were sampled, over all cycles.
fn seen_s(evidence: &Evidence) -> f64 {
    let recording = &evidence.recording;
    let steady = |i: usize| recording.phases[i] == Phase::Steady;
    (1..recording.len())
        .filter(|i| steady(*i) && steady(*i - 1))
        .map(|i| recording.elapsed_s[i] - recording.elapsed_s[i - 1])
        .sum()
}
