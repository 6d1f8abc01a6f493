//! When a run ends before its time: with `--until-sure` as soon as the answer is certain, and always once the target
//! has been gone for longer than it may.
//!
//! `trend/` says when to look and what a look may cost, `judge/` what it sees; the conductor only asks.

use crate::evidence::{Direction, Evidence, Moment, Phase, PlanRecord};
use crate::judge::{ERROR, Outlook, lost, outlook};
use crate::record::Mirror;
use crate::run::Enough;
use crate::trend::Looks;

/// What the looks of one run remember.
pub struct Sure {
    /// None where the run is to go through all of its time.
    looks: Option<Looks>,
    /// What the last look might spend, while a proof is awaited.
    awaiting: Option<f64>,
}

impl Sure {
    /// As the plan wants it.
    pub fn of(plan: &PlanRecord) -> Sure {
        let looks = plan.until_sure.map(|least| Looks::new(least.secs(), ERROR));
        Sure { looks, awaiting: None }
    }

    /// Whether what was recorded is enough.
    pub fn look(&mut self, mirror: &Mirror) -> Enough {
        let evidence = mirror.evidence();
        let now_s = evidence.recording.elapsed_s.last().copied().unwrap_or(0.0);
        if let Some(why) = lost(evidence, now_s) {
            return Enough::Yes(why);
        }
        let Some(looks) = &mut self.looks else { return Enough::No };
        if let Some(error) = self.awaiting {
            // a proof is no statistic: it may come at any time, and costs nothing
            if evidence.snapshots.last().is_some_and(|s| s.moment == Moment::SteadyEnd) {
                self.awaiting = None;
                if let Outlook::Proven(why) = outlook(evidence, error) {
                    return yes(&why);
                }
            }
            return Enough::No;
        }
        let Some(error) = looks.due(seen_s(evidence)) else { return Enough::No };
        let seen = outlook(evidence, error);
        let stands = looks.stands(match seen {
            Outlook::Proven(_) | Outlook::Leak(_) => Direction::Growing,
            Outlook::Stable => Direction::Stable,
            Outlook::Prove | Outlook::Open => Direction::Inconclusive,
        });
        match seen {
            Outlook::Proven(why) => yes(&why),
            Outlook::Leak(why) if stands => yes(&why),
            Outlook::Stable if stands => yes("look after look found no growth"),
            Outlook::Prove => {
                self.awaiting = Some(error);
                Enough::AskForProof
            }
            Outlook::Leak(_) | Outlook::Stable | Outlook::Open => Enough::No,
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
