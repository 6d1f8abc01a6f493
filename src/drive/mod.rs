//! The load: schedule, engine, requests and latency.
//!
//! Comes in: the request, a rate, and when load begins and stops. Goes out: an [`Interval`] of counts and histograms
//! whenever somebody takes one. `schedule` says what is due (pure, behind a [`Clock`]), `engine` sends it, `exchange`
//! is one request and its answer, `misbehave` those that go wrong on purpose, `tally` counts what became of it, and `book` holds schedule and tally together
//! behind one lock. Nothing is printed and nothing is kept for a request that has ended.

mod alarm;
mod book;
mod clock;
mod engine;
mod exchange;
mod misbehave;
mod schedule;
mod tally;
mod usual;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use hdrhistogram::Histogram;

use crate::error::{Error, Result};
use crate::evidence::{LatencyTag, LoadRow, MisbehavePlan};
use crate::plan::RequestPlan;
use crate::units::Rate;

use book::Book;
use engine::Shared;
use exchange::Exchange;
use misbehave::Pool;

pub use misbehave::Design;
use tally::{Counted, Histograms};

pub use clock::{Clock, Monotonic, Turned};
pub use schedule::Load;

/// The engine stops a second after it was told to, at most; this is for a thread that the machine starves besides.
const THREAD_MAY_TAKE: Duration = Duration::from_millis(1500);

/// What was counted between two takes.
#[derive(Debug, Clone)]
pub struct Interval {
    /// Counts since the take before; soak's own memory and CPU are for whoever records it to fill in. What soak cut
    /// off at its end was sent and is never done.
    pub row: LoadRow,
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
    histograms: Histograms,
}

impl Interval {
    /// A histogram of nanoseconds for each tag, in the order of [`LatencyTag::ALL`]; many are empty.
    pub fn histograms(&self) -> impl Iterator<Item = (LatencyTag, &Histogram<u64>)> {
        self.histograms.iter()
    }
}

/// Drives requests from a thread of its own until it is finished or dropped.
pub struct Driver {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
    /// Disconnected when the thread has ended.
    ended: Receiver<()>,
    /// Room for the next interval, made outside of the engine's lock.
    spare: Counted,
    /// Those that misbehave, where some do.
    pool: Option<Pool>,
}

impl Driver {
    /// Make ready; nothing is sent before [`Driver::begin`].
    ///
    /// At most `connections` requests are in flight. `timeout` is for the wait and the answer together.
    ///
    /// # Errors
    /// When the HTTP client cannot be set up (an https URL on a machine without certificates) or the thread cannot.
    pub fn start(
        request: &RequestPlan,
        connections: u32,
        timeout: Duration,
        rate: Rate,
        clock: Arc<dyn Clock>,
    ) -> Result<Driver> {
        let exchange = Exchange::new(request, connections)?;
        let own = |e: std::io::Error| Error::Own(format!("the driver could not start: {e}"));
        // the only work for its other threads is to look up names, which a few can do
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .max_blocking_threads(4)
            .build()
            .map_err(own)?;
        let book = Book::new(rate, timeout, clock.now());
        let shared = Arc::new(Shared::new(book, clock));
        let (alive, ended) = channel();
        let for_engine = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("soak-drive".into())
            .spawn(move || {
                let _alive: std::sync::mpsc::Sender<()> = alive;
                runtime.block_on(engine::drive(for_engine, exchange, connections.max(1), timeout));
                // a name that is still being looked up must not hold up the end
                runtime.shutdown_background();
            })
            .map_err(own)?;
        Ok(Driver { shared, thread: Some(thread), ended, spare: Counted::new(), pool: None })
    }

    /// From the next load on, lets this share of the requests misbehave, each behaviour with at most `connections` of its
    /// own. Arguments are those of [`Driver::start`].
    ///
    /// # Errors
    /// When there can be no thread for them.
    pub fn misbehave(
        mut self,
        request: &RequestPlan,
        connections: u32,
        timeout: Duration,
        rate: Rate,
        plan: &MisbehavePlan,
    ) -> Result<Driver> {
        let pool = Pool::start(request, connections, timeout, rate, plan, Arc::clone(&self.shared.clock))?;
        self.shared.book().leave_out(pool.mix());
        self.pool = Some(pool);
        Ok(self)
    }

    /// Schedule this load, in place of what may be left of the one before. In flight requests go on.
    pub fn begin(&self, load: Load) {
        let now = self.shared.clock.now();
        self.shared.book().begin(load.clone(), now);
        self.pool.iter().for_each(|pool| pool.begin(load.clone()));
        self.shared.changed.notify_one();
    }

    /// No more load, ever. What is in flight has until its deadline, and a second at most.
    pub fn stop(&self) {
        let now = self.shared.clock.now();
        self.shared.book().stop(now);
        self.pool.iter().for_each(Pool::stop);
        self.shared.changed.notify_one();
    }

    /// Whether every request of the load was sent or dropped, and has ended: how a run with --requests knows.
    pub fn steady_done(&self) -> bool {
        let now = self.shared.clock.now();
        self.shared.book().load_done(now)
    }

    /// A collection or a snapshot is asked for at this time. Requests under way within a second of it are told apart
    /// from here on, until a second after [`Driver::probing_ends`]; told a second ahead, all are.
    pub fn probing_begins(&self, at: Duration) {
        self.shared.book().tally.probing_begins(at);
    }

    /// One of those that were asked for is answered, or given up.
    pub fn probing_ends(&self, at: Duration) {
        self.shared.book().tally.probing_ends(at);
    }

    /// What was counted since the last take, or since the start. Cheap; to be called once a second or so.
    pub fn take(&mut self) -> Interval {
        let now = self.shared.clock.now();
        // dropped here: what was the engine's becomes the caller's, and the spare becomes the engine's
        let spare = std::mem::replace(&mut self.spare, Counted::new());
        let mut interval = self.shared.book().take(spare, now);
        interval.misbehaved = self.pool.as_ref().map(|pool| pool.take(now)).unwrap_or_default();
        self.spare = Counted::empty_like(&interval.histograms);
        interval
    }

    /// Requests to which the head of an answer came since the start, with whatever status, once they have ended:
    /// those whose body was cut off or came too late are among them, since the target worked on them. So are all that
    /// were sent and misbehaved.
    pub fn answered_total(&self) -> u64 {
        self.shared.answered.load(Ordering::Relaxed) + self.pool.as_ref().map_or(0, Pool::sent)
    }

    /// Stop, wait until the thread has ended (a second and a half at most), and take what is left. Blocks.
    pub fn finish(mut self) -> Interval {
        self.end();
        self.take()
    }

    fn end(&mut self) {
        self.stop();
        let in_time = self.ended.recv_timeout(THREAD_MAY_TAKE);
        if let (Some(thread), Err(std::sync::mpsc::RecvTimeoutError::Disconnected)) =
            (self.thread.take(), in_time)
        {
            // a panic in it was told on stderr; what was counted until then still stands
            let _ = thread.join();
        }
    }
}

impl Drop for Driver {
    /// Ends the load; the thread follows by itself.
    fn drop(&mut self) {
        self.stop();
    }
}

#[cfg(test)]
mod engine_tests;
#[cfg(test)]
mod testing;
