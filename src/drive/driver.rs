//! The driver: every engine of a run, and the clients that misbehave, behind one handle.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::clock::Clock;
use super::engine_thread::EngineThread;
use super::interval::Interval;
use super::misbehave::Pool;
use super::sending::Sending;
use crate::error::Result;
use crate::plan::RequestPlan;
use crate::workload::{Load, MisbehavePlan, RequestMix};

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
        let engine = |shard| EngineThread::start(requests, &sending, shard, Arc::clone(&clock));
        let engines = sending.shards().map(engine).collect::<Result<Vec<EngineThread>>>()?;
        let driver = Driver { clock, engines, pool: None };
        if requests.len() > 1 {
            driver.deal(&sending.mix(requests, None));
        }
        Ok(driver)
    }

    fn deal(&self, mix: &RequestMix) {
        self.engines.iter().for_each(|engine| engine.shared.state().deal(mix.clone()));
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
            engine.shared.state().begin(load.clone(), now);
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
        self.engines.iter().all(|engine| engine.shared.state().load_done(now))
    }

    /// A collection or a snapshot is asked for at this time. Requests under way within a second of it are told apart
    /// from here on, until a second after [`Driver::probing_ends`]; told a second ahead, all are.
    pub fn probing_begins(&self, at: Duration) {
        self.engines.iter().for_each(|engine| engine.shared.state().metrics.probing_begins(at));
    }

    /// One of those that were asked for is answered, or given up.
    pub fn probing_ends(&self, at: Duration) {
        self.engines.iter().for_each(|engine| engine.shared.state().metrics.probing_ends(at));
    }

    /// What was counted since the last drain, or since the start. Cheap; to be called once a second or so.
    pub fn drain(&mut self) -> Interval {
        let now = self.clock.now();
        let each = self.engines.iter_mut().map(|engine| engine.drain(now));
        let mut interval = each
            .reduce(|mut all, one| {
                all.add(&one);
                all
            })
            .unwrap_or_else(|| unreachable!("there is an engine at least"));
        interval.misbehaved = self.pool.as_ref().map(|pool| pool.drain(now)).unwrap_or_default();
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
        self.drain()
    }
}

impl Drop for Driver {
    /// Ends the load; the threads follow by themselves.
    fn drop(&mut self) {
        self.stop();
    }
}

#[cfg(test)]
mod tests;
