//! When a run ends before its time: with `--until-sure` as soon as the answer is certain, and always once the target
//! has been gone for longer than it may.
//!
//! The judge of the run so far is `so_far`; the conductor only asks.

use super::so_far::RunningVerdict;
use crate::evidence::PlanRecord;
use crate::findings::Interim;
use crate::judge::lost;
use crate::record::Mirror;
use crate::run::Enough;
use crate::wording::{certain_leak, certainly_stable, explain_absence};

/// A snapshot that has not come by then will not come.
const SNAPSHOT_WITHIN_S: f64 = 10.0;

/// What is remembered from one second to the next.
pub struct EarlyStop {
    until_sure: bool,
    awaiting: Option<Awaiting>,
    /// Of which part of steady that is.
    judged_from_s: Option<f64>,
}

/// A snapshot was asked for, since it may prove a leak.
#[derive(Debug, Clone, Copy)]
struct Awaiting {
    /// The error that the look that asked might spend.
    error: f64,
    /// How many snapshots there were.
    snapshots: usize,
    /// Until when it is waited for.
    until_s: f64,
}

impl EarlyStop {
    /// For a run of this plan.
    pub fn from_plan(plan: &PlanRecord) -> EarlyStop {
        EarlyStop { until_sure: plan.until_sure.is_some(), awaiting: None, judged_from_s: None }
    }

    /// Whether what was recorded is enough.
    pub fn check(&mut self, mirror: &Mirror, verdict: Option<&mut RunningVerdict>) -> Enough {
        let evidence = mirror.evidence();
        let now_s = evidence.recording.elapsed_s.last().copied().unwrap_or(0.0);
        if let Some(why) = lost(evidence, now_s).as_ref().map(explain_absence) {
            return Enough::Yes(why);
        }
        let Some(verdict) = verdict.filter(|_| self.until_sure) else { return Enough::No };
        if self.judged_from_s != verdict.judged_from_s() {
            (self.judged_from_s, self.awaiting) = (verdict.judged_from_s(), None);
        }
        if let Some(asked) = self.awaiting {
            let came = evidence.snapshots.len() > asked.snapshots;
            if came || now_s > asked.until_s {
                self.awaiting = None;
            }
            if came
                && let Some(look) = verdict.look_for_proof(evidence, asked.error)
                && let Interim::Proven(why) = &look.so_far.interim
            {
                return Enough::Yes(certain_leak(why));
            }
            return Enough::No;
        }
        let Some((look, error)) = verdict.take_new() else { return Enough::No };
        match &look.so_far.interim {
            Interim::Proven(why) => Enough::Yes(certain_leak(why)),
            Interim::Leak(why) if look.certain => Enough::Yes(certain_leak(why)),
            Interim::Stable if look.certain => Enough::Yes(certainly_stable()),
            Interim::Prove => {
                let (snapshots, until_s) = (evidence.snapshots.len(), now_s + SNAPSHOT_WITHIN_S);
                self.awaiting = Some(Awaiting { error, snapshots, until_s });
                Enough::AskForProof
            }
            Interim::Leak(_) | Interim::Stable | Interim::Open => Enough::No,
        }
    }
}
