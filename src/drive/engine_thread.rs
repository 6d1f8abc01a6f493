//! One engine on its own thread.
//!
//! Comes in: what to send and which share of it. Goes out: an [`Interval`] for every drain. Each engine counts behind
//! its own lock, so that engines on several cores never wait for each other.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::runtime::RuntimeMetrics;

use super::clock::Clock;
use super::engine::{self, Shared};
use super::engine_state::EngineState;
use super::exchange::Exchange;
use super::interval::Interval;
use super::metrics::IntervalCounts;
use super::own_thread::runtime;
use super::rendering::Keys;
use super::sending::Sending;
use crate::error::{Error, Result};
use crate::plan::RequestPlan;
use crate::workload::{Load, Shard};

/// A stopped engine ends within a second; the rest is for a machine that starves its thread.
const ENDS_WITHIN: Duration = Duration::from_millis(1500);

/// Sends its share of the requests until it is stopped.
pub(super) struct EngineThread {
    pub(super) shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
    /// Disconnected once the thread has ended.
    ended: Receiver<()>,
    /// Room for the next interval, made outside of the engine's lock; none before the first.
    spare: Option<IntervalCounts>,
    /// How many requests there are.
    requests: usize,
    /// How long the thread has been busy in all,
    busy: RuntimeMetrics,
    /// and until the last drain.
    busy_before: Duration,
}

impl EngineThread {
    /// # Errors
    /// When the HTTP client cannot be set up or the thread cannot.
    pub(super) fn start(
        requests: &[RequestPlan],
        keys: &[Keys],
        sending: &Sending,
        shard: Shard,
        clock: Arc<dyn Clock>,
    ) -> Result<EngineThread> {
        let slots = sending.slots(shard);
        let exchange = Exchange::new(requests, keys.to_vec(), slots)?;
        let own_error = |e: std::io::Error| Error::Own(format!("the driver could not start: {e}"));
        let runtime = runtime().map_err(own_error)?;
        let timeout = sending.timeout;
        let names: Vec<String> = requests.iter().map(|request| request.name.clone()).collect();
        let state = EngineState::new(names, sending.rate, timeout, shard, clock.now());
        let shared = Arc::new(Shared::new(state, clock));
        let runtime_metrics = runtime.metrics();
        let (alive, ended) = channel();
        let for_engine = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("soak-drive".into())
            .spawn(move || {
                let _alive: Sender<()> = alive;
                runtime.block_on(engine::run(for_engine, exchange, slots, timeout));
                // a name that is still being looked up must not hold up the end
                runtime.shutdown_background();
            })
            .map_err(own_error)?;
        let (thread, requests) = (Some(thread), requests.len());
        Ok(EngineThread {
            shared,
            thread,
            ended,
            spare: None,
            requests,
            busy: runtime_metrics,
            busy_before: Duration::ZERO,
        })
    }

    /// What it counted since the last drain.
    pub(super) fn drain(&mut self, now: Duration) -> Interval {
        // two empty sets take turns: the engine gets the spare one, and the caller the one that was filled
        let spare = self.spare.take().unwrap_or_else(|| IntervalCounts::new(self.requests));
        let mut interval = self.shared.state().drain(spare, now);
        self.spare = Some(IntervalCounts::empty_like(&interval.histograms));
        // the engine's thread is the only worker of its runtime
        let busy_in_all = self.busy.worker_total_busy_duration(0);
        let time = interval.to.saturating_sub(interval.from).as_secs_f64();
        let busy =
            busy_in_all.saturating_sub(std::mem::replace(&mut self.busy_before, busy_in_all)).as_secs_f64();
        interval.busy = if time > 0.0 { (busy / time).min(1.0) } else { 0.0 };
        interval
    }

    pub(super) fn begin(&self, load: Load, now: Duration) {
        self.shared.state().begin(load, now);
        self.shared.changed.notify_one();
    }

    /// Ends all load for good.
    pub(super) fn stop(&self) {
        let now = self.shared.clock.now();
        self.shared.state().stop(now);
        self.shared.changed.notify_one();
    }

    /// Waits until the thread has ended after a stop; a second and a half at most.
    pub(super) fn join(&mut self) {
        let in_time = self.ended.recv_timeout(ENDS_WITHIN);
        if let (Some(thread), Err(RecvTimeoutError::Disconnected)) = (self.thread.take(), in_time) {
            // a panic in it was reported on stderr; what was counted until then is still valid
            let _ = thread.join();
        }
    }
}
