//! Asks every probe and waits for none: each has a task ([`worker`]), and an answer counts if it comes in time.
//!
//! Comes in: probes, and requests to sample, collect or snapshot. Goes out: one [`Row`] for each request with the values,
//! groups and events of the probes that answered in time, and what each probe has cost so far ([`Cost`]).
//!
//! A probe that still works on the last request is not asked for a sample, which leaves a gap in its series and delays
//! no other; collections and snapshots queue up behind it. One that panics, fails, or gives values that it never
//! announced has failed, and is asked again next time. A failure is reported once, until the probe has answered again.
//!
//! A probe that would cost the target more than it may ([`ProbeBudget`]) is passed over until there is room again, and
//! that is reported once; where it can give a bare count instead, it is asked for that, and where another probe reads the
//! same count of tasks, that one's stands in. Snapshots count but are never passed over: they are few, and a verdict may hang on them.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::evidence::{COLLECTIONS, EventKind, SeriesId};
use crate::probe::sample::{Probe, Request};

mod budget;
mod cost;
pub mod meter;
mod row;
mod worker;

use budget::{ProbeBudget, ProbeUsage, RequestCost, SnapshotCost};
pub use cost::Cost;
use cost::CostKind;
pub use row::Row;
use worker::{ProbeWorker, Room};

/// The share of the time that the kernel may take to answer one probe: the target only loses the processor meanwhile.
const KERNEL_SHARE: f64 = 0.2;
/// The same at the start of a run, when nothing has been saved up yet.
const KERNEL_CREDIT: Duration = Duration::from_millis(250);

/// Every probe, each in its task; dropping it ends them all.
#[derive(Debug)]
pub struct Sampler {
    workers: Vec<Arc<ProbeWorker>>,
    tasks: Vec<JoinHandle<()>>,
    series: Vec<SeriesId>,
    began: Instant,
    budget: ProbeBudget,
    /// Whether load is under way, so that CPU time that the target uses is not all spent on its answers.
    loaded: Arc<AtomicBool>,
    warned_of_fewer: AtomicBool,
}

impl Sampler {
    /// Starts a task for each probe; must be called inside a tokio runtime. A series that two probes announce
    /// belongs to the first.
    pub fn start(probes: Vec<Box<dyn Probe>>) -> Sampler {
        let mut series: Vec<SeriesId> = Vec::new();
        let mut workers = Vec::new();
        let mut tasks = Vec::new();
        let loaded = Arc::new(AtomicBool::new(false));
        for (index, probe) in probes.into_iter().enumerate() {
            let own: Vec<SeriesId> = probe.series().into_iter().filter(|id| !series.contains(id)).collect();
            series.extend(own.iter().cloned());
            let (worker, task) =
                ProbeWorker::spawn(index, probe, own.into_iter().collect(), Arc::clone(&loaded));
            workers.push(worker);
            tasks.push(task);
        }
        let collects = workers.iter().any(|worker| worker.answers(Request::Collect));
        let budget = ProbeBudget { planned: None, collects };
        Sampler {
            workers,
            tasks,
            series,
            began: Instant::now(),
            budget,
            loaded,
            warned_of_fewer: AtomicBool::new(false),
        }
    }

    /// The same, for a run that is meant to be so long.
    pub fn for_run(mut self, planned: Duration) -> Sampler {
        self.budget.planned = Some(planned);
        self
    }

    /// Load begins, or has ended.
    pub fn under_load(&self, loaded: bool) {
        self.loaded.store(loaded, Ordering::Relaxed);
    }

    /// Whether another collection costs the target no more than it may.
    ///
    /// # Errors
    /// When it does not; the first time with the event for that.
    pub fn may_collect(&self) -> Result<(), Option<EventKind>> {
        let snapshots = self.snapshot_cost();
        let elapsed = self.began.elapsed();
        if self.budget.may_collect(elapsed, snapshots) {
            return Ok(());
        }
        let first = !self.warned_of_fewer.swap(true, Ordering::Relaxed);
        let share = snapshots.all.busy.as_secs_f64() / elapsed.as_secs_f64().max(1.0);
        Err(first.then(|| EventKind::ProbeSlowed { probe: COLLECTIONS.into(), share }))
    }

    /// What collections and snapshots have cost.
    fn snapshot_cost(&self) -> SnapshotCost {
        let sum = |kind: CostKind| {
            let each = self.workers.iter().map(|worker| worker.cost_of(kind));
            each.fold(RequestCost::default(), RequestCost::and)
        };
        let collections = sum(CostKind::Collection);
        SnapshotCost { collections, all: collections.and(sum(CostKind::Snapshot)) }
    }

    /// What there is room for where this probe would be asked for a sample.
    fn room(&self, worker: &Arc<ProbeWorker>, elapsed: Duration) -> Room {
        if !worker.asks_target() {
            let most = KERNEL_CREDIT + elapsed.mul_f64(KERNEL_SHARE);
            return if worker.cost_of(CostKind::Sample).busy <= most { Room::Whole } else { Room::None };
        }
        let asked: Vec<&Arc<ProbeWorker>> =
            self.workers.iter().filter(|worker| worker.asks_target()).collect();
        let which = asked.iter().position(|other| Arc::ptr_eq(other, worker)).unwrap_or_default();
        let probes: Vec<ProbeUsage> = asked.into_iter().map(|worker| worker.usage()).collect();
        let snapshots = self.snapshot_cost();
        if self.budget.may_sample(elapsed, snapshots, &probes, which) {
            Room::Whole
        } else if self.budget.may_count(elapsed, &probes, which) {
            Room::CountAlone
        } else {
            Room::None
        }
    }

    /// Every series that any probe fills, in the order of the probes.
    pub fn series(&self) -> &[SeriesId] {
        &self.series
    }

    /// Whether any probe answers this.
    pub fn answers(&self, request: Request) -> bool {
        self.workers.iter().any(|worker| worker.answers(request))
    }

    /// Whether the target itself has to answer this, and not the kernel or what it sends anyway.
    pub fn costs_target(&self, request: Request) -> bool {
        self.workers.iter().any(|worker| worker.answers(request) && worker.asks_target())
    }

    /// Asks all that answer this, and takes what arrives within this time. Several requests may be under
    /// way at once; a probe works on one of them.
    pub fn ask(&self, request: Request, within: Duration) -> impl Future<Output = Row> + Send + use<> {
        let deadline = tokio::time::Instant::now() + within;
        let elapsed = self.began.elapsed();
        let (reply, mut replies) = mpsc::unbounded_channel();
        let mut row = Row::default();
        let mut asked: HashSet<usize> = HashSet::new();
        for (index, worker) in self.workers.iter().enumerate() {
            if request == Request::Sample {
                // in the row of a collection or snapshot it would pass for its answer
                row.append(worker.take_late());
            }
            let room = if request == Request::Sample { self.room(worker, elapsed) } else { Room::Whole };
            let (accepted, event) = worker.request(request, room, elapsed, &reply);
            row.events.extend(event);
            if accepted {
                asked.insert(index);
            }
        }
        drop(reply);
        let workers = self.workers.clone();
        async move {
            while !asked.is_empty() {
                let Ok(Some((index, result))) = tokio::time::timeout_at(deadline, replies.recv()).await
                else {
                    break;
                };
                asked.remove(&index);
                row.append(workers[index].accept(result));
            }
            replies.close();
            // what came between the deadline and now
            while let Ok((index, result)) = replies.try_recv() {
                asked.remove(&index);
                row.append(workers[index].accept(result));
            }
            for index in asked {
                let reason = format!("no answer within {:.1} s", within.as_secs_f64());
                row.events.extend(workers[index].fail(reason));
            }
            row.fill_gaps();
            row
        }
    }

    /// What each probe has cost so far, for env.json.
    pub fn costs(&self) -> Vec<Cost> {
        self.workers.iter().map(|worker| worker.cost()).collect()
    }
}

impl Drop for Sampler {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

#[cfg(test)]
mod tests;
