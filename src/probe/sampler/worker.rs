//! A task for each probe, which answers one request after the other; what of an answer counts, and what it has cost.

use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::evidence::{EventKind, EvidenceStrength, Moment, SeriesId};
use crate::probe::sample::{Probe, ProbeError, Reading, Request};
use crate::probe::sampler::budget::{ProbeUsage, RequestCost};
use crate::probe::sampler::cost::{Cost, CostKind, Costs};
use crate::probe::sampler::meter::{self, Spent};
use crate::probe::sampler::row::Row;

/// A probe that has worked on one request for so long gets no other: the run does not wait for it, nor does its end.
const HUNG_AFTER: Duration = Duration::from_secs(2);

/// One probe as the sampler sees it.
#[derive(Debug)]
pub struct ProbeWorker {
    name: &'static str,
    asks_target: bool,
    /// What it announced, less what an earlier probe did.
    series: HashSet<SeriesId>,
    /// Task counts of an earlier probe that it reads as well, for samples without that one.
    spare: HashSet<SeriesId>,
    strength: Option<EvidenceStrength>,
    answers: Vec<Request>,
    requests: mpsc::UnboundedSender<Pending>,
    state: Mutex<State>,
}

/// What there is room for in the budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// All that was asked for.
    Whole,
    /// A bare count in its place.
    CountAlone,
    /// Nothing.
    None,
}

/// Which probe answered, and what.
pub type Answered = (usize, Result<Reading, ProbeError>);

/// A request, and where its answer is waited for.
#[derive(Debug)]
struct Pending {
    request: Request,
    reply: mpsc::UnboundedSender<Answered>,
}

#[derive(Debug, Default)]
struct State {
    /// Requests not answered yet.
    busy: u32,
    /// Since when the first of them is worked on.
    since: Option<Instant>,
    failing: bool,
    warned_of_cost: bool,
    asked: u64,
    failed: u64,
    costs: Costs,
    /// What came too late for its own row and stays true all the same.
    late: Row,
}

/// Answers one request after the other.
async fn work(
    index: usize,
    mut probe: Box<dyn Probe>,
    worker: Arc<ProbeWorker>,
    mut requests: mpsc::UnboundedReceiver<Pending>,
    loaded: Arc<AtomicBool>,
) {
    while let Some(Pending { request, reply }) = requests.recv().await {
        let begun = Instant::now();
        worker.state().since = Some(begun);
        // the call itself may panic too, so it is made inside
        let was_loaded = loaded.load(Ordering::Relaxed);
        let answer = AssertUnwindSafe(meter::count(async { probe.ask(request).await })).catch_unwind().await;
        // a panic takes time too, and that is a mistake of soak's and no cost to the target
        let own = || Spent { waited: begun.elapsed(), ..Spent::default() };
        let panicked = |_| (Err(ProbeError("it panicked".into())), own());
        let (result, spent) = answer.unwrap_or_else(panicked);
        let quiet = !was_loaded && !loaded.load(Ordering::Relaxed);
        {
            let mut state = worker.state();
            state.busy -= 1;
            state.since = None;
            let answer = begun.elapsed().saturating_sub(spent.waited);
            state.costs.add(CostKind::from_request(request), answer, spent, quiet);
        }
        if let Err(mpsc::error::SendError((_, Ok(reading)))) = reply.send((index, result)) {
            // figures belong to the moment they were asked for; what happened, and what a group is, stays true
            let Reading { new_groups, snapshot, events, .. } = reading;
            worker.state().late.append(Row { new_groups, snapshot, events, ..Row::default() });
        }
    }
}

impl ProbeWorker {
    /// Starts the task of a probe that fills these series; `index` comes back with each answer.
    pub fn spawn(
        index: usize,
        probe: Box<dyn Probe>,
        series: HashSet<SeriesId>,
        loaded: Arc<AtomicBool>,
    ) -> (Arc<ProbeWorker>, JoinHandle<()>) {
        let moments =
            [Moment::SteadyStart, Moment::SteadyEnd, Moment::Settled, Moment::Asked].map(Request::Snapshot);
        let all =
            [Request::Sample, Request::Count, Request::Collect, Request::Prove].into_iter().chain(moments);
        let announced = probe.series();
        let repeated = |id: &&SeriesId| id.is_task_count() && !series.contains(*id);
        let (requests, pending) = mpsc::unbounded_channel();
        let worker = Arc::new(ProbeWorker {
            name: probe.name(),
            asks_target: probe.asks_target(),
            spare: announced.iter().filter(repeated).cloned().collect(),
            strength: announced.iter().filter_map(SeriesId::strength).min(),
            series,
            answers: all.filter(|&request| probe.answers(request)).collect(),
            requests,
            state: Mutex::default(),
        });
        let task = tokio::spawn(work(index, probe, Arc::clone(&worker), pending, loaded));
        (worker, task)
    }

    /// Whether it has an answer to this.
    pub fn answers(&self, request: Request) -> bool {
        self.answers.contains(&request)
    }

    /// Whether the target itself must answer, and not the kernel in its place.
    pub fn asks_target(&self) -> bool {
        self.asks_target
    }

    /// What requests of this kind have cost.
    pub fn cost_of(&self, kind: CostKind) -> RequestCost {
        self.state().costs.cost_of(kind)
    }

    /// What counts towards the budget of samples.
    pub fn usage(&self) -> ProbeUsage {
        ProbeUsage {
            strength: self.strength,
            samples: self.cost_of(CostKind::Sample),
            counts: self.answers(Request::Count).then(|| self.cost_of(CostKind::Count)),
        }
    }

    /// Whether it has answered all that it was asked.
    #[cfg(test)]
    pub fn is_idle(&self) -> bool {
        self.state().busy == 0
    }

    /// Takes what came too late for its own row.
    pub fn take_late(&self) -> Row {
        std::mem::take(&mut self.state().late)
    }

    /// A panic while it was held left nothing half done: each holder changes plain counters.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks, unless it is busy, has no answer, or there is no room for what it costs; gives back whether it did. Where
    /// there is room for a bare count alone, it is asked for that.
    pub fn request(
        &self,
        request: Request,
        room: Room,
        elapsed: Duration,
        reply: &mpsc::UnboundedSender<Answered>,
    ) -> (bool, Option<EventKind>) {
        let mut state = self.state();
        if (state.busy > 0 && request == Request::Sample) || !self.answers(request) {
            return (false, None);
        }
        if state.busy > 0 && state.since.is_some_and(|since| since.elapsed() > HUNG_AFTER) {
            drop(state);
            return (false, self.fail("it still works on an earlier question".into()));
        }
        let mut slowed = None;
        if room != Room::Whole {
            let first = !std::mem::replace(&mut state.warned_of_cost, true);
            let share = state.costs.busy().as_secs_f64() / elapsed.as_secs_f64().max(1.0);
            slowed = first.then(|| EventKind::ProbeSlowed { probe: self.name.into(), share });
        }
        let request = match room {
            Room::Whole => request,
            Room::CountAlone => Request::Count,
            Room::None => return (false, slowed),
        };
        state.asked += 1;
        state.busy += 1;
        drop(state);
        match self.requests.send(Pending { request, reply: reply.clone() }) {
            Ok(()) => (true, slowed),
            Err(_) => (false, self.fail("it has ended".into())),
        }
    }

    /// What of an answer counts: values that are numbers and were announced.
    pub fn accept(&self, result: Result<Reading, ProbeError>) -> Row {
        let mut row = Row::default();
        let mut reading = match result {
            Ok(reading) => reading,
            Err(ProbeError(reason)) => {
                row.events.extend(self.fail(reason));
                return row;
            }
        };
        let given = reading.values.len();
        reading.groups.retain(|(_, _, count)| count.is_finite() && *count >= 0.0);
        let is_spare = |(id, value): &(SeriesId, f64)| self.spare.contains(id) && value.is_finite();
        let spare: Vec<(SeriesId, f64)> =
            reading.values.iter().filter(|one| is_spare(one)).cloned().collect();
        reading.values.retain(|(id, value)| self.series.contains(id) && value.is_finite());
        if reading.values.len() + spare.len() < given {
            let lost = given - reading.values.len() - spare.len();
            row.events.extend(self.fail(format!("{lost} of its values were no numbers or not announced")));
        } else {
            self.state().failing = false;
        }
        let Reading { values, groups, new_groups, snapshot, labels, mut events } = reading;
        row.events.append(&mut events);
        Row { values, spare, groups, new_groups, snapshot, labels, events: row.events }
    }

    /// Counts a failure; an event for the first of several in a row.
    pub fn fail(&self, reason: String) -> Option<EventKind> {
        let mut state = self.state();
        state.failed += 1;
        let first = !std::mem::replace(&mut state.failing, true);
        first.then(|| EventKind::ProbeFailed { probe: self.name.into(), reason })
    }

    /// What it has cost so far.
    pub fn cost(&self) -> Cost {
        let state = self.state();
        let cost = Cost { name: self.name.into(), asks_target: self.asks_target, ..state.costs.cost() };
        Cost { asked: state.asked, failed: state.failed, ..cost }
    }
}
