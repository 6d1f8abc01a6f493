//! What a run looks like so far: the one judge of a run that goes on, which a person's views and `--until-sure` ask.
//!
//! Comes in: the mirror, once a second. Goes out: what the last look found. `trend/` says when to look and what error
//! each look may spend, `judge/` judges. Looks are taken apart from sampling, except where one may end the run.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::{JoinHandle, spawn_blocking};

use crate::evidence::{Evidence, PlanRecord};
use crate::findings::{Direction, Interim, RunningLook, SoFar};
use crate::judge::{FALSE_LEAK_CHANCE, judge_so_far};
use crate::record::Mirror;
use crate::trend::InterimSchedule;

/// Before this much of steady nothing can be said.
const FIRST_JUDGED_S: f64 = 5.0;

/// Judges a run while it goes on.
pub struct RunningVerdict {
    schedule: InterimSchedule,
    /// Whether a look may end the run: then it is taken at once.
    ends_the_run: bool,
    /// What the look that is under way has found, once it is done.
    found: Arc<Mutex<Option<SoFar>>>,
    under_way: Option<UnderWay>,
    latest: Option<RunningLook>,
    /// The error that the latest look might spend, until it was asked whether that ends the run.
    not_yet_asked: Option<f64>,
    /// From when on steady is judged, in seconds since the run began: what was found before says nothing of what came since.
    judged_from_s: Option<f64>,
}

/// A look on its own thread.
struct UnderWay {
    task: JoinHandle<()>,
    steady_s: f64,
    error: f64,
}

impl RunningVerdict {
    /// Of a run with this plan, before anything was recorded.
    pub fn from_plan(plan: &PlanRecord) -> RunningVerdict {
        let least_s = plan.until_sure.map_or(FIRST_JUDGED_S, |least| least.secs());
        let schedule = InterimSchedule::new(FIRST_JUDGED_S, least_s, FALSE_LEAK_CHANCE);
        RunningVerdict::with(schedule, plan.until_sure.is_some(), None)
    }

    fn with(schedule: InterimSchedule, ends_the_run: bool, judged_from_s: Option<f64>) -> RunningVerdict {
        RunningVerdict {
            schedule,
            ends_the_run,
            found: Arc::default(),
            under_way: None,
            latest: None,
            not_yet_asked: None,
            judged_from_s,
        }
    }

    /// Takes in the look that is done; takes one if one is due and none is under way.
    pub fn update(&mut self, mirror: &Mirror) {
        let judged_from_s = mirror.evidence().judged_from_s();
        if self.judged_from_s != judged_from_s {
            *self = RunningVerdict::with(self.schedule.clone(), self.ends_the_run, judged_from_s);
            self.schedule.begin_again();
        }
        if let Some(look) = self.under_way.take_if(|look| look.task.is_finished()) {
            let found = self.found.lock().unwrap_or_else(PoisonError::into_inner).take();
            found.into_iter().for_each(|so_far| self.take_in(so_far, look.steady_s, look.error));
        }
        if self.under_way.is_some() {
            return;
        }
        let steady_s = mirror.evidence().recording.steady_s();
        let Some(error) = self.schedule.due(steady_s) else { return };
        if self.ends_the_run {
            self.take_in(judge_so_far(mirror.evidence(), error), steady_s, error);
            return;
        }
        let (evidence, found) = (mirror.evidence().clone(), Arc::clone(&self.found));
        let task = spawn_blocking(move || {
            let so_far = judge_so_far(&evidence, error);
            *found.lock().unwrap_or_else(PoisonError::into_inner) = Some(so_far);
        });
        self.under_way = Some(UnderWay { task, steady_s, error });
    }

    fn take_in(&mut self, so_far: SoFar, steady_s: f64, error: f64) {
        let stands = self.schedule.stands(direction(&so_far.interim));
        let certain = stands || matches!(so_far.interim, Interim::Proven(_));
        let before = self.latest.as_ref();
        let leak_until_s = match so_far.interim {
            Interim::Proven(_) | Interim::Leak(_) => None,
            Interim::Stable | Interim::Prove | Interim::Open => before.and_then(RunningLook::last_leak_s),
        };
        self.latest = Some(RunningLook { so_far, certain, steady_s, leak_until_s });
        // what is found before the least time is for a person to see, and ends nothing
        self.not_yet_asked = Some(error).filter(|_| self.schedule.counts(steady_s));
    }

    /// Looks again because a snapshot has come, at the error that the look before might spend. A proof is not
    /// statistics: it may come at any time, and spends none.
    pub fn look_for_proof(&mut self, evidence: &Evidence, error: f64) -> Option<&RunningLook> {
        let so_far = judge_so_far(evidence, error);
        if !matches!(so_far.interim, Interim::Proven(_)) {
            return None;
        }
        let steady_s = evidence.recording.steady_s();
        self.latest = Some(RunningLook { so_far, certain: true, steady_s, leak_until_s: None });
        self.latest.as_ref()
    }

    /// What the last look found; none before there was one.
    pub fn latest(&self) -> Option<&RunningLook> {
        self.latest.as_ref()
    }

    /// The last look, once, and the error that it might spend.
    pub fn take_new(&mut self) -> Option<(&RunningLook, f64)> {
        let error = self.not_yet_asked.take()?;
        self.latest.as_ref().map(|look| (look, error))
    }

    /// From when on steady is judged, at the last update; none where all of it is.
    pub fn judged_from_s(&self) -> Option<f64> {
        self.judged_from_s
    }
}

/// The answer that several looks in a row must give.
fn direction(seen: &Interim) -> Direction {
    match seen {
        Interim::Proven(_) | Interim::Leak(_) => Direction::Growing,
        Interim::Stable => Direction::Stable,
        Interim::Prove | Interim::Open => Direction::Inconclusive,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Reason;

    #[test]
    fn a_look_that_takes_back_a_leak_says_when_there_was_one() {
        let so_far = |interim| SoFar { interim, rising: None, gates: Vec::new(), fits: Vec::new() };
        let schedule = InterimSchedule::new(FIRST_JUDGED_S, 60.0, 0.05);
        let mut verdict = RunningVerdict::with(schedule, false, None);
        let mut look = |interim, steady_s| {
            verdict.take_in(so_far(interim), steady_s, 0.01);
            verdict.latest().and_then(|look| look.leak_until_s)
        };
        assert_eq!(look(Interim::Open, 5.0), None);
        assert_eq!(look(Interim::Leak(Reason::OnlyLoad), 7.0), None);
        assert_eq!(look(Interim::Open, 8.0), Some(7.0));
        assert_eq!(look(Interim::Stable, 10.0), Some(7.0));
        assert_eq!(look(Interim::Leak(Reason::OnlyLoad), 13.0), None);
    }

    #[test]
    fn a_proof_before_the_least_time_is_shown_and_ends_nothing() {
        let proven = || SoFar {
            interim: Interim::Proven(Reason::OnlyLoad),
            rising: None,
            gates: Vec::new(),
            fits: Vec::new(),
        };
        let schedule = InterimSchedule::new(FIRST_JUDGED_S, 60.0, 0.05);
        let mut verdict = RunningVerdict::with(schedule, true, None);
        verdict.take_in(proven(), 5.0, 0.01);
        assert!(verdict.latest().is_some_and(|look| look.certain) && verdict.take_new().is_none());
        verdict.take_in(proven(), 60.0, 0.01);
        assert!(verdict.take_new().is_some());
    }
}
