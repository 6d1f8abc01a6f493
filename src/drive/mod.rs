//! The load: schedule, engine, requests and latency.
//!
//! Comes in: the request, a rate, and when load begins and stops. Goes out: an [`Interval`] of counts and histograms
//! whenever somebody takes one. `schedule` says what is due (pure, behind a [`Clock`]), `engine` sends it from a
//! `thread`, `exchange` is one request and its answer, `misbehave` those that go wrong on purpose, `design` deals out
//! which request is what, `tally` counts what became of it, and `book` holds schedule and tally together behind one
//! lock. Nothing is printed and nothing is kept for a request that has ended.

mod alarm;
mod book;
mod clock;
mod counts;
mod design;
mod engine;
mod exchange;
mod head;
mod misbehave;
mod schedule;
mod tally;
mod thread;
mod usual;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use hdrhistogram::Histogram;

use crate::error::Result;
use crate::evidence::{LatencyTag, LoadRow};
use crate::plan::RequestPlan;
use crate::units::Rate;
use crate::workload::{Blocks, MisbehavePlan};

use misbehave::Pool;
use schedule::{Mix, Shard};

pub use design::MixSchedule;
use tally::Histograms;
use thread::EngineThread;

pub use clock::{Clock, Monotonic, Turned};
pub use schedule::Load;

/// What was counted between two takes.
#[derive(Debug, Clone)]
pub struct Interval {
    /// Counts since the take before, a row for each request and block, and at least one; soak's own memory and CPU are
    /// for whoever records it to fill in. What soak cut off at its end was sent and is never done.
    pub rows: Vec<LoadRow>,
    /// The same of requests that misbehaved, a row for each behaviour and block.
    pub misbehaved: Vec<LoadRow>,
    /// When it begins, as time since the run began.
    pub from: Duration,
    /// When it ends.
    pub to: Duration,
    /// Bytes of answers' bodies read.
    pub body_bytes: u64,
    /// Requests sent late because all connections were busy when they became due: the target is slow, or
    /// --connections too few.
    pub slot_waits: u64,
    /// The longest that the driver itself woke later than it had meant to: the machine is starved, not the target.
    pub overslept: Duration,
    /// The share of the time in which the busiest of soak's own threads had something to do; near 1 it could not have
    /// sent more.
    pub busy: f64,
    histograms: Histograms,
}

impl Interval {
    /// Adds what another engine counted in the same time.
    fn add(&mut self, other: &Interval) {
        for row in &other.rows {
            match self.rows.iter_mut().find(|own| own.is_like(row)) {
                Some(own) => own.add(row),
                None => self.rows.push(row.clone()),
            }
        }
        self.body_bytes += other.body_bytes;
        self.slot_waits += other.slot_waits;
        self.overslept = self.overslept.max(other.overslept);
        self.busy = self.busy.max(other.busy);
        self.histograms.add(&other.histograms);
    }

    /// All rows of requests that behave as one.
    pub fn row(&self) -> LoadRow {
        let mut rows = self.rows.iter();
        let mut sum = rows.next().cloned().unwrap_or_default();
        rows.for_each(|row| sum.add(row));
        sum
    }

    /// A histogram of nanoseconds for each request of several, in the order of the plan; none where there is one.
    pub fn by_request(&self) -> &[Histogram<u64>] {
        self.histograms.by_request()
    }

    /// A histogram of nanoseconds for each tag, in the order of [`LatencyTag::ALL`]; many are empty.
    pub fn histograms(&self) -> impl Iterator<Item = (LatencyTag, &Histogram<u64>)> {
        self.histograms.iter()
    }
}

/// How requests are sent, whatever they are.
#[derive(Debug, Clone, Copy)]
pub struct Sending {
    /// How many are due each second.
    pub rate: Rate,
    /// In flight at most, over all threads.
    pub connections: u32,
    /// For the wait and the answer together.
    pub timeout: Duration,
    /// Engines that share the load, each on a thread of its own; at least 1, and 1 where requests are not all alike.
    pub threads: u32,
    /// How steady is cut into blocks whose mixes differ, where it is.
    pub blocks: Option<Blocks>,
}

impl Sending {
    /// An engine for each thread, and none without a connection.
    fn turns(&self) -> impl Iterator<Item = Shard> {
        let of = u64::from(self.threads.clamp(1, self.connections.max(1)));
        (0..of).map(move |index| Shard { index, of })
    }

    /// What the requests are.
    fn mix(&self, requests: &[RequestPlan], misbehave: Option<&MisbehavePlan>) -> Mix {
        let weights: Vec<f64> = requests.iter().map(|request| request.weight).collect();
        Mix::of(&weights, misbehave, self.blocks)
    }

    /// The connections of one engine.
    fn slots(&self, turn: Shard) -> u32 {
        u32::try_from(turn.before(u64::from(self.connections.max(1)))).unwrap_or(u32::MAX)
    }
}

/// Drives requests from threads of its own until it is finished or dropped.
pub struct Driver {
    clock: Arc<dyn Clock>,
    engines: Vec<EngineThread>,
    /// Those that misbehave, where some do.
    pool: Option<Pool>,
}

impl Driver {
    /// Make ready; nothing is sent before [`Driver::begin`]. The first request, of which there is one at least, is
    /// the base: no other is commoner.
    ///
    /// # Errors
    /// When the HTTP client cannot be set up (an https URL on a machine without certificates) or a thread cannot.
    pub fn start(requests: &[RequestPlan], sending: Sending, clock: Arc<dyn Clock>) -> Result<Driver> {
        let engine = |turn| EngineThread::start(requests, &sending, turn, Arc::clone(&clock));
        let engines = sending.turns().map(engine).collect::<Result<Vec<EngineThread>>>()?;
        let driver = Driver { clock, engines, pool: None };
        if requests.len() > 1 {
            driver.deal(&sending.mix(requests, None));
        }
        Ok(driver)
    }

    fn deal(&self, mix: &Mix) {
        self.engines.iter().for_each(|engine| engine.shared.book().deal(mix.clone()));
    }

    /// From the next load on, lets this share of the requests misbehave, each behaviour with as many connections of its
    /// own as the others have together. They ask for the first of the requests. Both arguments are those of
    /// [`Driver::start`], with one thread and with blocks.
    ///
    /// # Errors
    /// When there can be no thread for them.
    pub fn misbehave(
        mut self,
        requests: &[RequestPlan],
        sending: Sending,
        plan: &MisbehavePlan,
    ) -> Result<Driver> {
        let mix = sending.mix(requests, Some(plan));
        self.deal(&mix);
        self.pool = Some(Pool::start(&requests[0], sending, plan, mix, Arc::clone(&self.clock))?);
        Ok(self)
    }

    /// Schedule this load, in place of what may be left of the one before. In flight requests go on.
    pub fn begin(&self, load: Load) {
        let now = self.clock.now();
        for engine in &self.engines {
            engine.shared.book().begin(load.clone(), now);
            engine.shared.changed.notify_one();
        }
        self.pool.iter().for_each(|pool| pool.begin(load.clone()));
    }

    /// No more load, ever. What is in flight has until its deadline, and a second at most.
    pub fn stop(&self) {
        self.engines.iter().for_each(EngineThread::stop);
        self.pool.iter().for_each(Pool::stop);
    }

    /// Whether every request of the load was sent or dropped, and has ended: how a run with --requests knows.
    pub fn steady_done(&self) -> bool {
        let now = self.clock.now();
        self.engines.iter().all(|engine| engine.shared.book().load_done(now))
    }

    /// A collection or a snapshot is asked for at this time. Requests under way within a second of it are told apart
    /// from here on, until a second after [`Driver::probing_ends`]; told a second ahead, all are.
    pub fn probing_begins(&self, at: Duration) {
        self.engines.iter().for_each(|engine| engine.shared.book().tally.probing_begins(at));
    }

    /// One of those that were asked for is answered, or given up.
    pub fn probing_ends(&self, at: Duration) {
        self.engines.iter().for_each(|engine| engine.shared.book().tally.probing_ends(at));
    }

    /// What was counted since the last take, or since the start. Cheap; to be called once a second or so.
    pub fn take(&mut self) -> Interval {
        let now = self.clock.now();
        let each = self.engines.iter_mut().map(|engine| engine.take(now));
        let mut interval = each
            .reduce(|mut all, one| {
                all.add(&one);
                all
            })
            .unwrap_or_else(|| unreachable!("there is an engine at least"));
        interval.misbehaved = self.pool.as_ref().map(|pool| pool.take(now)).unwrap_or_default();
        interval
    }

    /// Requests to which the head of an answer came since the start, with whatever status, once they have ended:
    /// those whose body was cut off or came too late are among them, since the target worked on them. So are all that
    /// were sent and misbehaved.
    pub fn answered_total(&self) -> u64 {
        let answered = |engine: &EngineThread| engine.shared.answered.load(Ordering::Relaxed);
        self.engines.iter().map(answered).sum::<u64>() + self.pool.as_ref().map_or(0, Pool::sent)
    }

    /// Stop, wait until the threads have ended (a second and a half at most), and take what is left. Blocks.
    pub fn finish(mut self) -> Interval {
        self.stop();
        self.engines.iter_mut().for_each(EngineThread::join);
        self.take()
    }
}

impl Drop for Driver {
    /// Ends the load; the threads follow by themselves.
    fn drop(&mut self) {
        self.stop();
    }
}

#[cfg(test)]
mod engine_tests;
#[cfg(test)]
mod testing;
