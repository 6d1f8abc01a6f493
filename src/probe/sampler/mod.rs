//! Asks every probe and waits for none: each has a task of its own, and an answer counts if it comes in time.
//!
//! A probe that still works on the last question is not asked for a sample, which leaves a gap in its own series and
//! delays nobody; collections and snapshots queue up behind it. One that panics, fails, or tells values it never
//! announced has failed, and is asked again next time. A failure is told once until the probe has answered again.
//!
//! Who would cost the target more than it may ([`ProbeBudget`]) is passed over until there is room again, and that is told
//! once. Snapshots count but are never passed over: who orders them knows why.

use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::evidence::{COLLECTIONS, EventKind, Moment, SeriesId};
use crate::probe::sample::{Probe, ProbeError, Reading, Request};
use meter::Spent;

mod budget;
mod cost;
pub mod meter;
mod row;

use budget::{ProbeBudget, SnapshotCost, Usage};
pub use cost::Cost;
use cost::{Costs, Kind};
pub use row::Row;

/// The share of the time that the kernel may take to answer one probe: it costs the target nothing but the processor that
/// it takes beside it.
const KERNEL_SHARE: f64 = 0.2;
/// The same at the start of a run, when nothing has been saved up yet.
const KERNEL_CREDIT: Duration = Duration::from_millis(250);

/// Who has worked on one question for so long is not given another: nobody waits for it, least of all the run's end.
const HUNG: Duration = Duration::from_secs(2);

/// Every probe, each in its task; dropping it ends them all.
#[derive(Debug)]
pub struct Sampler {
    lanes: Vec<Arc<ProbeWorker>>,
    tasks: Vec<JoinHandle<()>>,
    series: Vec<SeriesId>,
    began: Instant,
    purse: ProbeBudget,
    /// Whether load is under way, so that CPU time that the target uses is not all spent on its answers.
    loaded: Arc<AtomicBool>,
    told_fewer: AtomicBool,
}

/// One probe as those who ask see it.
#[derive(Debug)]
struct ProbeWorker {
    name: &'static str,
    asks_target: bool,
    series: HashSet<SeriesId>,
    answers: Vec<Request>,
    questions: mpsc::UnboundedSender<Question>,
    state: Mutex<State>,
}

/// A question, and where its answer is waited for.
#[derive(Debug)]
struct Question {
    ask: Request,
    reply: mpsc::UnboundedSender<(usize, Result<Reading, ProbeError>)>,
}

#[derive(Debug, Default)]
struct State {
    /// Questions put and not answered yet.
    busy: u32,
    /// Since when the first of them is worked on.
    since: Option<Instant>,
    failing: bool,
    told_slow: bool,
    asked: u64,
    failed: u64,
    costs: Costs,
    /// What came too late for its own row and stays true all the same.
    late: Row,
}

impl Sampler {
    /// Starts a task for each probe; must be called inside a tokio runtime. A series that two probes announce
    /// belongs to the first.
    pub fn start(probes: Vec<Box<dyn Probe>>) -> Sampler {
        let mut series: Vec<SeriesId> = Vec::new();
        let mut lanes = Vec::new();
        let mut tasks = Vec::new();
        let loaded = Arc::new(AtomicBool::new(false));
        for (index, probe) in probes.into_iter().enumerate() {
            let own: Vec<SeriesId> = probe.series().into_iter().filter(|id| !series.contains(id)).collect();
            series.extend(own.iter().cloned());
            let (lane, questions) = ProbeWorker::new(probe.as_ref(), own.into_iter().collect());
            let lane = Arc::new(lane);
            tasks.push(tokio::spawn(work(index, probe, Arc::clone(&lane), questions, Arc::clone(&loaded))));
            lanes.push(lane);
        }
        let collects = lanes.iter().any(|lane| lane.answers.contains(&Request::Collect));
        let purse = ProbeBudget { planned: None, collects };
        Sampler {
            lanes,
            tasks,
            series,
            began: Instant::now(),
            purse,
            loaded,
            told_fewer: AtomicBool::new(false),
        }
    }

    /// The same, for a run that is meant to be so long.
    pub fn for_run(mut self, planned: Duration) -> Sampler {
        self.purse.planned = Some(planned);
        self
    }

    /// Load begins, or has ended.
    pub fn under_load(&self, loaded: bool) {
        self.loaded.store(loaded, Ordering::Relaxed);
    }

    /// Whether another collection costs the target no more than it may.
    ///
    /// # Errors
    /// When it does not; the first time with what is to be told of it.
    pub fn may_collect(&self) -> Result<(), Option<EventKind>> {
        let looks = self.looks();
        let elapsed = self.began.elapsed();
        if self.purse.may_collect(elapsed, looks) {
            return Ok(());
        }
        let first = !self.told_fewer.swap(true, Ordering::Relaxed);
        let share = looks.all.busy.as_secs_f64() / elapsed.as_secs_f64().max(1.0);
        Err(first.then(|| EventKind::ProbeSlowed { probe: COLLECTIONS.into(), share }))
    }

    /// What closer looks have cost.
    fn looks(&self) -> SnapshotCost {
        let sum = |kind: Kind| {
            let each = self.lanes.iter().map(|lane| lane.state().costs.of(kind));
            each.fold(Usage::default(), Usage::and)
        };
        let collections = sum(Kind::Collection);
        SnapshotCost { collections, all: collections.and(sum(Kind::Snapshot)) }
    }

    /// Whether this probe may be asked for a sample.
    fn may_sample(&self, lane: &Arc<ProbeWorker>, elapsed: Duration) -> bool {
        let spent = |lane: &Arc<ProbeWorker>| lane.state().costs.of(Kind::Sample);
        if !lane.asks_target {
            return spent(lane).busy <= KERNEL_CREDIT + elapsed.mul_f64(KERNEL_SHARE);
        }
        let asked: Vec<&Arc<ProbeWorker>> = self.lanes.iter().filter(|lane| lane.asks_target).collect();
        let which = asked.iter().position(|other| Arc::ptr_eq(other, lane)).unwrap_or_default();
        let samples: Vec<Usage> = asked.into_iter().map(spent).collect();
        self.purse.may_sample(elapsed, self.looks(), &samples, which)
    }

    /// Every series that any probe fills, in the order of the probes.
    pub fn series(&self) -> &[SeriesId] {
        &self.series
    }

    /// Whether anybody has something to say to this.
    pub fn answers(&self, ask: Request) -> bool {
        self.lanes.iter().any(|lane| lane.answers.contains(&ask))
    }

    /// Asks all that have something to say, and takes what arrives within this time. Several questions may be under
    /// way at once; a probe works on one of them.
    pub fn ask(&self, ask: Request, within: Duration) -> impl Future<Output = Row> + Send + use<> {
        let deadline = tokio::time::Instant::now() + within;
        let elapsed = self.began.elapsed();
        let (reply, mut replies) = mpsc::unbounded_channel();
        let mut row = Row::default();
        let mut asked: HashSet<usize> = HashSet::new();
        for (index, lane) in self.lanes.iter().enumerate() {
            if ask == Request::Sample {
                // with a look they would pass for its own answer
                row.append(std::mem::take(&mut lane.state().late));
            }
            let room = ask != Request::Sample || self.may_sample(lane, elapsed);
            let (accepted, event) = lane.put(ask, room, elapsed, &reply);
            row.events.extend(event);
            if accepted {
                asked.insert(index);
            }
        }
        drop(reply);
        let lanes = self.lanes.clone();
        async move {
            while !asked.is_empty() {
                let Ok(Some((index, result))) = tokio::time::timeout_at(deadline, replies.recv()).await
                else {
                    break;
                };
                asked.remove(&index);
                row.append(lanes[index].accept(result));
            }
            replies.close();
            // what came between the deadline and now
            while let Ok((index, result)) = replies.try_recv() {
                asked.remove(&index);
                row.append(lanes[index].accept(result));
            }
            for index in asked {
                let reason = format!("no answer within {:.1} s", within.as_secs_f64());
                row.events.extend(lanes[index].fail(reason));
            }
            row
        }
    }

    /// What each probe has cost so far, for env.json.
    pub fn costs(&self) -> Vec<Cost> {
        self.lanes.iter().map(|lane| lane.cost()).collect()
    }
}

impl Drop for Sampler {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// Answers one question after the other.
async fn work(
    index: usize,
    mut probe: Box<dyn Probe>,
    lane: Arc<ProbeWorker>,
    mut questions: mpsc::UnboundedReceiver<Question>,
    loaded: Arc<AtomicBool>,
) {
    while let Some(Question { ask, reply }) = questions.recv().await {
        let begun = Instant::now();
        lane.state().since = Some(begun);
        // the call itself may panic too, so it stands inside
        let was_loaded = loaded.load(Ordering::Relaxed);
        let answer = AssertUnwindSafe(meter::count(async { probe.ask(ask).await })).catch_unwind().await;
        // to panic takes its time too, and that is soak's own
        let own = || Spent { waited: begun.elapsed(), ..Spent::default() };
        let panicked = |_| (Err(ProbeError("it panicked".into())), own());
        let (result, spent) = answer.unwrap_or_else(panicked);
        let quiet = !was_loaded && !loaded.load(Ordering::Relaxed);
        {
            let mut state = lane.state();
            state.busy -= 1;
            state.since = None;
            let answer = begun.elapsed().saturating_sub(spent.waited);
            state.costs.add(Kind::of(ask), answer, spent, quiet);
        }
        if let Err(mpsc::error::SendError((_, Ok(reading)))) = reply.send((index, result)) {
            // figures belong to the moment they were asked for; what happened, and what a group is, stays true
            let Reading { new_groups, snapshot, events, .. } = reading;
            lane.state().late.append(Row { new_groups, snapshot, events, ..Row::default() });
        }
    }
}

impl ProbeWorker {
    fn new(probe: &dyn Probe, series: HashSet<SeriesId>) -> (ProbeWorker, mpsc::UnboundedReceiver<Question>) {
        let moments = [Moment::SteadyStart, Moment::SteadyEnd, Moment::Settled].map(Request::Snapshot);
        let all = [Request::Sample, Request::Collect].into_iter().chain(moments);
        let answers = all.filter(|&ask| probe.answers(ask)).collect();
        let (questions, asked) = mpsc::unbounded_channel();
        (
            ProbeWorker {
                name: probe.name(),
                asks_target: probe.asks_target(),
                series,
                answers,
                questions,
                state: Mutex::default(),
            },
            asked,
        )
    }

    /// A panic while it was held left nothing half done: each holder changes plain counters.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks, unless it is busy, has nothing to say, or there is no room for what it costs; tells whether it did.
    fn put(
        &self,
        ask: Request,
        room: bool,
        elapsed: Duration,
        reply: &mpsc::UnboundedSender<(usize, Result<Reading, ProbeError>)>,
    ) -> (bool, Option<EventKind>) {
        let mut state = self.state();
        if (state.busy > 0 && ask == Request::Sample) || !self.answers.contains(&ask) {
            return (false, None);
        }
        if state.busy > 0 && state.since.is_some_and(|since| since.elapsed() > HUNG) {
            drop(state);
            return (false, self.fail("it still works on an earlier question".into()));
        }
        if !room {
            let first = !std::mem::replace(&mut state.told_slow, true);
            let share = state.costs.busy().as_secs_f64() / elapsed.as_secs_f64().max(1.0);
            return (false, first.then(|| EventKind::ProbeSlowed { probe: self.name.into(), share }));
        }
        state.asked += 1;
        state.busy += 1;
        drop(state);
        match self.questions.send(Question { ask, reply: reply.clone() }) {
            Ok(()) => (true, None),
            Err(_) => (false, self.fail("it has ended".into())),
        }
    }

    /// What of an answer counts: values that are numbers and were announced.
    fn accept(&self, result: Result<Reading, ProbeError>) -> Row {
        let mut row = Row::default();
        let mut reading = match result {
            Ok(reading) => reading,
            Err(ProbeError(reason)) => {
                row.events.extend(self.fail(reason));
                return row;
            }
        };
        let told = reading.values.len();
        reading.groups.retain(|(_, _, count)| count.is_finite() && *count >= 0.0);
        reading.values.retain(|(id, value)| self.series.contains(id) && value.is_finite());
        if reading.values.len() < told {
            let lost = told - reading.values.len();
            row.events.extend(self.fail(format!("{lost} of its values were no numbers or not announced")));
        } else {
            self.state().failing = false;
        }
        let Reading { values, groups, new_groups, snapshot, mut events } = reading;
        row.events.append(&mut events);
        Row { values, groups, new_groups, snapshot, events: row.events }
    }

    /// Told once, however long it goes on.
    fn fail(&self, reason: String) -> Option<EventKind> {
        let mut state = self.state();
        state.failed += 1;
        let first = !std::mem::replace(&mut state.failing, true);
        first.then(|| EventKind::ProbeFailed { probe: self.name.into(), reason })
    }

    fn cost(&self) -> Cost {
        let state = self.state();
        let cost = Cost { name: self.name.into(), asks_target: self.asks_target, ..state.costs.cost() };
        Cost { asked: state.asked, failed: state.failed, ..cost }
    }
}

#[cfg(test)]
mod tests;
