//! What a run looks like so far, judged apart from sampling while it goes on.
//!
//! Comes in: the mirror, once a second. Goes out: the answer of the last judgement that is done. The judgements come when
//! those of --until-sure do, ever farther apart, and share one chance of a false alarm among them; an answer is certain
//! by the same rule.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::{JoinHandle, spawn_blocking};

use super::early_stop::direction;
use crate::findings::{Interim, RunningLook, SoFar};
use crate::judge::{FALSE_LEAK_CHANCE, judge_so_far};
use crate::record::Mirror;
use crate::trend::InterimSchedule;

/// Before this much of steady nothing can be said.
const FIRST_JUDGED_S: f64 = 5.0;

/// Judges a run while it goes on.
pub struct RunningVerdict {
    schedule: InterimSchedule,
    /// What the judgement that is under way has found, once it is done.
    found: Arc<Mutex<Option<SoFar>>>,
    under_way: Option<Judgement>,
    latest: Option<RunningLook>,
    /// When the load was last changed, in seconds since the run began: what was found before says nothing of this one.
    load_since_s: Option<f64>,
}

/// A judgement on its own thread.
struct Judgement {
    task: JoinHandle<()>,
    steady_s: f64,
}

impl RunningVerdict {
    /// Before anything was recorded.
    pub fn new() -> RunningVerdict {
        let schedule = InterimSchedule::new(FIRST_JUDGED_S, FALSE_LEAK_CHANCE);
        RunningVerdict { schedule, found: Arc::default(), under_way: None, latest: None, load_since_s: None }
    }

    /// Takes in the judgement that is done; begins one if one is due and none is under way.
    pub fn update(&mut self, mirror: &Mirror) {
        let load_since_s = mirror.evidence().last_load_change();
        if self.load_since_s != load_since_s {
            *self = RunningVerdict { load_since_s, schedule: self.schedule.clone(), ..RunningVerdict::new() };
            self.schedule.begin_again();
        }
        if let Some(judgement) = self.under_way.take_if(|judgement| judgement.task.is_finished()) {
            self.take_in(judgement.steady_s);
        }
        if self.under_way.is_some() {
            return;
        }
        let steady_s = mirror.evidence().recording.steady_s();
        let Some(error) = self.schedule.due(steady_s) else { return };
        let (evidence, found) = (mirror.evidence().clone(), Arc::clone(&self.found));
        let task = spawn_blocking(move || {
            let so_far = judge_so_far(&evidence, error);
            *found.lock().unwrap_or_else(PoisonError::into_inner) = Some(so_far);
        });
        self.under_way = Some(Judgement { task, steady_s });
    }

    fn take_in(&mut self, steady_s: f64) {
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(so_far) = found else { return };
        let stands = self.schedule.stands(direction(&so_far.interim));
        let certain = stands || matches!(so_far.interim, Interim::Proven(_));
        self.latest = Some(RunningLook { so_far, certain, steady_s });
    }

    /// What the last judgement found; none before there was one.
    pub fn latest(&self) -> Option<&RunningLook> {
        self.latest.as_ref()
    }
}
