//! The driver: every engine of a run, and the clients that misbehave, behind one handle.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::clock::Clock;
use super::engine_thread::EngineThread;
use super::interval::Interval;
use super::misbehave::Pool;
use super::rendering::Keys;
use super::sending::Sending;
use super::sessions::{LoggedIn, Renewal};
use super::simulated_engine::{SimulatedAnswers, SimulatedEngine};
use crate::error::Result;
use crate::evidence::LoginCounts;
use crate::plan::RequestPlan;
use crate::units::Rate;
use crate::workload::{Load, MisbehavePlan, RequestMix};

/// Sends the load of a run until it is finished or dropped.
pub struct Driver {
    clock: Arc<dyn Clock>,
    engines: Engines,
    /// Those that misbehave, where some do.
    pool: Option<Pool>,
    /// Of each request.
    keys: Vec<Keys>,
    /// Renews the sessions that requests belong to, where they do.
    renewal: Option<Renewal>,
}

enum Engines {
    /// Each on a thread; at least one.
    Threads(Vec<EngineThread>),
    Simulated(Box<SimulatedEngine>),
}

impl Driver {
    /// Prepares the engines; nothing is sent before [`Driver::begin`]. The first of `requests`, of which there is at
    /// least one, is the base: no other is more common.
    ///
    /// # Errors
    /// When the HTTP client cannot be set up (an https URL on a machine without certificates) or a thread cannot.
    pub fn start(requests: &[RequestPlan], sending: Sending, clock: Arc<dyn Clock>) -> Result<Driver> {
        Driver::start_logged_in(requests, None, sending, clock)
    }

    /// The same with sessions that were begun before, which it renews.
    ///
    /// # Errors
    /// See [`Driver::start`].
    pub fn start_logged_in(
        requests: &[RequestPlan],
        logged_in: Option<LoggedIn>,
        sending: Sending,
        clock: Arc<dyn Clock>,
    ) -> Result<Driver> {
        let keys = Keys::of_requests(requests, logged_in.as_ref().map(|logged_in| &logged_in.sessions));
        let engine = |shard| EngineThread::start(requests, &keys, &sending, shard, Arc::clone(&clock));
        let engines = sending.shards().map(engine).collect::<Result<Vec<EngineThread>>>()?;
        let renewal = logged_in.map(Renewal::start).transpose()?;
        let mut driver = Driver::new(requests, keys, sending, Engines::Threads(engines), clock);
        driver.renewal = renewal;
        Ok(driver)
    }

    /// A driver that sends nothing and answers every request by arithmetic, at the time that `clock` shows: for runs
    /// without a network or a wait. One engine, whatever `sending` says about threads.
    pub fn simulated(
        requests: &[RequestPlan],
        sending: Sending,
        answers: SimulatedAnswers,
        clock: Arc<dyn Clock>,
    ) -> Driver {
        let engine = SimulatedEngine::new(requests, &sending, answers, Arc::clone(&clock));
        Driver::new(requests, Vec::new(), sending, Engines::Simulated(Box::new(engine)), clock)
    }

    fn new(
        requests: &[RequestPlan],
        keys: Vec<Keys>,
        sending: Sending,
        engines: Engines,
        clock: Arc<dyn Clock>,
    ) -> Driver {
        let driver = Driver { clock, engines, pool: None, keys, renewal: None };
        if requests.len() > 1 {
            driver.set_mix(&sending.mix(requests, None));
        }
        driver
    }

    fn set_mix(&self, mix: &RequestMix) {
        match &self.engines {
            Engines::Threads(threads) => {
                threads.iter().for_each(|engine| engine.shared.state().set_mix(mix.clone()))
            }
            Engines::Simulated(engine) => engine.set_mix(mix.clone()),
        }
    }

    /// The requests were each sent once before ([`super::send_each_once`]): the load goes on with the next keys.
    pub fn after_first_requests(self) -> Driver {
        Keys::skip_first(&self.keys);
        self
    }

    /// From the next load on, lets this share of the requests misbehave. Each behaviour has as many connections as the
    /// requests that behave have together, and asks for the first of the requests. `requests` and `sending` are those
    /// of [`Driver::start`], with one thread and with blocks. A simulated driver leaves these requests out.
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
        self.set_mix(&mix);
        if let Engines::Threads(_) = &self.engines {
            self.pool = Some(Pool::start(
                &requests[0],
                self.keys[0].clone(),
                sending,
                plan,
                mix,
                Arc::clone(&self.clock),
            )?);
        }
        Ok(self)
    }

    /// Schedules this load, in place of what may be left of the load before. Requests in flight go on.
    pub fn begin(&self, load: Load) {
        match &self.engines {
            Engines::Threads(threads) => {
                let now = self.clock.now();
                threads.iter().for_each(|engine| engine.begin(load.clone(), now));
            }
            Engines::Simulated(engine) => engine.begin(load.clone()),
        }
        self.pool.iter().for_each(|pool| pool.begin(load.clone()));
        if let Some(renewal) = &self.renewal {
            let end = load.start.saturating_add(load.warmup).saturating_add(load.steady);
            renewal.load_lasts(end.saturating_sub(self.clock.now()));
        }
    }

    /// From the next load on, so many requests each second.
    pub fn set_rate(&self, rate: Rate) {
        match &self.engines {
            Engines::Threads(threads) => {
                threads.iter().for_each(|engine| engine.shared.state().set_rate(rate));
            }
            Engines::Simulated(engine) => engine.set_rate(rate),
        }
    }

    /// Ends all load for good. Requests in flight have until their deadline, and a second at most.
    pub fn stop(&self) {
        match &self.engines {
            Engines::Threads(threads) => threads.iter().for_each(EngineThread::stop),
            Engines::Simulated(engine) => engine.stop(),
        }
        self.pool.iter().for_each(Pool::stop);
        self.renewal.iter().for_each(Renewal::stop);
    }

    /// Whether every request of the load was sent or dropped, and has ended: a run with --requests ends then.
    pub fn steady_done(&self) -> bool {
        match &self.engines {
            Engines::Threads(threads) => {
                let now = self.clock.now();
                threads.iter().all(|engine| engine.shared.state().load_done(now))
            }
            Engines::Simulated(engine) => engine.load_done(),
        }
    }

    /// A collection or a snapshot is asked for at this time. From here on until a second after
    /// [`Driver::probing_ends`], requests under way within a second of it are counted apart; announced a second ahead,
    /// all of them are.
    pub fn probing_begins(&self, at: Duration) {
        match &self.engines {
            Engines::Threads(threads) => {
                threads.iter().for_each(|engine| engine.shared.state().metrics.probing_begins(at));
            }
            Engines::Simulated(engine) => engine.probing_begins(at),
        }
    }

    /// One collection or snapshot that was asked for is answered, or given up.
    pub fn probing_ends(&self, at: Duration) {
        match &self.engines {
            Engines::Threads(threads) => {
                threads.iter().for_each(|engine| engine.shared.state().metrics.probing_ends(at));
            }
            Engines::Simulated(engine) => engine.probing_ends(at),
        }
    }

    /// What was counted since the last drain, or since the start. Cheap; to be called about once per second.
    pub fn drain(&mut self) -> Interval {
        let now = self.clock.now();
        let mut interval = match &mut self.engines {
            Engines::Threads(threads) => threads
                .iter_mut()
                .map(|engine| engine.drain(now))
                .reduce(|mut sum, one| {
                    sum.add(&one);
                    sum
                })
                .unwrap_or_else(|| unreachable!("there is at least one engine")),
            Engines::Simulated(engine) => engine.drain(),
        };
        interval.misbehaved = self.pool.as_ref().map(|pool| pool.drain(now)).unwrap_or_default();
        interval
    }

    /// Requests that have ended and to which the head of an answer came since the start, with any status. Those whose
    /// body was cut off or came too late are included, since the target worked on them; so are all requests that were
    /// sent and misbehaved.
    pub fn answered_total(&self) -> u64 {
        let answered = match &self.engines {
            Engines::Threads(threads) => {
                threads.iter().map(|engine| engine.shared.answered.load(Ordering::Relaxed)).sum()
            }
            Engines::Simulated(engine) => engine.answered(),
        };
        answered + self.pool.as_ref().map_or(0, Pool::sent)
    }

    /// How many logins there were, where requests belong to sessions: none of them is in any other count.
    pub fn logins(&self) -> Option<LoginCounts> {
        self.renewal.as_ref().map(Renewal::counts)
    }

    /// Stops, waits until the threads have ended (a second and a half at most), and drains what is left. Blocks.
    pub fn finish(mut self) -> Interval {
        self.stop();
        match &mut self.engines {
            Engines::Threads(threads) => threads.iter_mut().for_each(EngineThread::join),
            Engines::Simulated(engine) => engine.finish_in_flight(),
        }
        self.drain()
    }
}

impl Drop for Driver {
    /// Ends the load; the threads end by themselves soon after.
    fn drop(&mut self) {
        self.stop();
    }
}

#[cfg(test)]
mod tests;
