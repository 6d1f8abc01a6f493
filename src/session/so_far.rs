//! What a run looks like so far, judged apart from sampling while it goes on.
//!
//! Comes in: the mirror, once a second. Goes out: the answer of the last judgement that is done. The judgements come when
//! those of --until-sure do, ever farther apart, and share one chance of a false alarm among them.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::{JoinHandle, spawn_blocking};

use super::early_stop::sampled_steady_s;
use crate::findings::SoFar;
use crate::judge::{FALSE_LEAK_CHANCE, judge_so_far};
use crate::record::Mirror;
use crate::trend::InterimSchedule;

/// Before this much of steady nothing can be said.
const FIRST_JUDGED_S: f64 = 5.0;

/// Judges a run while it goes on.
pub struct RunningVerdict {
    schedule: InterimSchedule,
    latest: Arc<Mutex<Option<SoFar>>>,
    under_way: Option<JoinHandle<()>>,
}

impl RunningVerdict {
    /// Before anything was recorded.
    pub fn new() -> RunningVerdict {
        let schedule = InterimSchedule::new(FIRST_JUDGED_S, FALSE_LEAK_CHANCE);
        RunningVerdict { schedule, latest: Arc::default(), under_way: None }
    }

    /// Begins a judgement if one is due and none is under way.
    pub fn update(&mut self, mirror: &Mirror) {
        if self.under_way.as_ref().is_some_and(|judgement| !judgement.is_finished()) {
            return;
        }
        let Some(error) = self.schedule.due(sampled_steady_s(mirror.evidence())) else { return };
        let (evidence, latest) = (mirror.evidence().clone(), Arc::clone(&self.latest));
        self.under_way = Some(spawn_blocking(move || {
            let so_far = judge_so_far(&evidence, error);
            *latest.lock().unwrap_or_else(PoisonError::into_inner) = Some(so_far);
        }));
    }

    /// What the last judgement found; none before there was one.
    pub fn latest(&self) -> Option<SoFar> {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
