//! When a run ends before its time: with `--until-sure` as soon as the answer is certain, and always once the target
//! has been gone for longer than it may.
//!
//! `trend/` says when to judge and what error each judgement may spend, `judge/` judges; the conductor only asks.

use crate::evidence::PlanRecord;
use crate::findings::{Direction, Interim};
use crate::judge::{FALSE_LEAK_CHANCE, judge_interim, lost};
use crate::record::Mirror;
use crate::run::Enough;
use crate::trend::InterimSchedule;
use crate::wording::{certain_leak, certainly_stable, explain_absence};

/// A snapshot that has not come by then will not come.
const SNAPSHOT_WITHIN_S: f64 = 10.0;

/// What the interim judgements of one run remember.
pub struct EarlyStop {
    /// None where the run is to take all of its time.
    schedule: Option<InterimSchedule>,
    awaiting: Option<Awaiting>,
    /// When the load was last changed: looks before it say nothing of this one.
    load_since_s: Option<f64>,
}

/// A snapshot was asked for, since it may prove a leak.
#[derive(Debug, Clone, Copy)]
struct Awaiting {
    /// The error that the judgement that asked might spend.
    error: f64,
    /// How many snapshots there were.
    snapshots: usize,
    /// Until when it is waited for.
    until_s: f64,
}

impl EarlyStop {
    /// For a run of this plan.
    pub fn from_plan(plan: &PlanRecord) -> EarlyStop {
        let schedule = plan.until_sure.map(|least| InterimSchedule::new(least.secs(), FALSE_LEAK_CHANCE));
        EarlyStop { schedule, awaiting: None, load_since_s: None }
    }

    /// Whether what was recorded is enough.
    pub fn check(&mut self, mirror: &Mirror) -> Enough {
        let evidence = mirror.evidence();
        let now_s = evidence.recording.elapsed_s.last().copied().unwrap_or(0.0);
        if let Some(why) = lost(evidence, now_s).as_ref().map(explain_absence) {
            return Enough::Yes(why);
        }
        let Some(schedule) = &mut self.schedule else { return Enough::No };
        if self.load_since_s != evidence.last_load_change() {
            (self.load_since_s, self.awaiting) = (evidence.last_load_change(), None);
            schedule.begin_again();
        }
        if let Some(asked) = self.awaiting {
            // a proof is not statistics: it may come at any time, and spends no error
            let came = evidence.snapshots.len() > asked.snapshots;
            if came || now_s > asked.until_s {
                self.awaiting = None;
            }
            if came && let Interim::Proven(why) = judge_interim(evidence, asked.error) {
                return Enough::Yes(certain_leak(&why));
            }
            return Enough::No;
        }
        let Some(error) = schedule.due(evidence.recording.steady_s()) else { return Enough::No };
        let seen = judge_interim(evidence, error);
        let stands = schedule.stands(direction(&seen));
        match seen {
            Interim::Proven(why) => Enough::Yes(certain_leak(&why)),
            Interim::Leak(why) if stands => Enough::Yes(certain_leak(&why)),
            Interim::Stable if stands => Enough::Yes(certainly_stable()),
            Interim::Prove => {
                let (snapshots, until_s) = (evidence.snapshots.len(), now_s + SNAPSHOT_WITHIN_S);
                self.awaiting = Some(Awaiting { error, snapshots, until_s });
                Enough::AskForProof
            }
            Interim::Leak(_) | Interim::Stable | Interim::Open => Enough::No,
        }
    }
}

/// The answer that several looks in a row must give.
pub fn direction(seen: &Interim) -> Direction {
    match seen {
        Interim::Proven(_) | Interim::Leak(_) => Direction::Growing,
        Interim::Stable => Direction::Stable,
        Interim::Prove | Interim::Open => Direction::Inconclusive,
    }
}
