//! The pool of misbehaving clients: sends each when it is due, in slots of its own, and counts what became of it.
//!
//! It has a thread of its own beside the engine's. A behaviour whose slots are all taken drops what becomes due, and so
//! does one that is late by more than [`TOO_LATE`]: its block is over.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::{JoinSet, LocalSet};

use super::client::Client;
use super::dispatch::{LONGEST_HOLD, play};
use super::ended::Ended;
use crate::drive::clock::Clock;
use crate::drive::engine_thread::runtime;
use crate::drive::request_counts::RequestCounts;
use crate::drive::schedule::Schedule;
use crate::drive::sending::Sending;
use crate::error::{Error, Result};
use crate::evidence::LoadRow;
use crate::plan::RequestPlan;
use crate::units::Rate;
use crate::workload::{BLOCKS_ON, Behaviour, Load, MisbehavePlan, RequestMix};

/// Half a block and more: what is sent then would be counted for a block that is over.
const TOO_LATE: Duration = Duration::from_millis(500);
/// So long after the load its last requests are cut off.
const GRACE: Duration = Duration::from_millis(100);
/// Of a behaviour's slots only so many are meant to be taken at once, since what is random comes in heaps.
const FILLED: f64 = 0.6;

#[derive(Debug, Default)]
struct State {
    schedule: Option<Schedule>,
    next_block: u32,
    counts: BTreeMap<(Behaviour, Option<u32>), RequestCounts>,
    stopped: bool,
}

struct Shared {
    state: Mutex<State>,
    changed: Notify,
    sent: AtomicU64,
    clock: Arc<dyn Clock>,
}

impl Shared {
    /// Numbers stay numbers even if a thread panicked while it held them.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Misbehaves from a thread of its own until it is stopped or dropped.
pub(in crate::drive) struct Pool {
    shared: Arc<Shared>,
    rate: Rate,
    mix: RequestMix,
    /// What it asks for, by name.
    request: String,
}

impl Pool {
    /// Makes ready; at most so many connections a behaviour.
    ///
    /// # Errors
    /// When there can be no thread.
    pub(in crate::drive) fn start(
        request: &RequestPlan,
        sending: Sending,
        plan: &MisbehavePlan,
        mix: RequestMix,
        clock: Arc<dyn Clock>,
    ) -> Result<Pool> {
        let Sending { rate, connections, timeout, .. } = sending;
        let name = request.name.clone();
        let own = |e: std::io::Error| Error::Own(format!("the misbehaving clients could not start: {e}"));
        let runtime = runtime().map_err(own)?;
        let shared = Arc::new(Shared {
            state: Mutex::new(State::default()),
            changed: Notify::new(),
            sent: AtomicU64::new(0),
            clock,
        });
        let kinds: Vec<Kind> = plan
            .mix
            .iter()
            .map(|(behaviour, share)| Kind {
                behaviour: *behaviour,
                slots: connections.max(1) as usize,
                hold: hold(rate, *share, connections).min(timeout),
                taken: 0,
            })
            .collect();
        let (request, for_thread) = (request.clone(), Arc::clone(&shared));
        std::thread::Builder::new()
            .name("soak-misbehave".into())
            .spawn(move || {
                let client = Client::new(&request, timeout);
                LocalSet::new().block_on(&runtime, send(&for_thread, client, kinds));
                // a name that is still being looked up must not hold up the end
                runtime.shutdown_background();
            })
            .map_err(own)?;
        Ok(Pool { shared, rate, mix, request: name })
    }

    /// Schedules this load's share.
    pub(in crate::drive) fn begin(&self, load: Load) {
        let mut state = self.shared.state();
        let schedule = Schedule::misbehaving(self.rate, load, &self.mix, state.next_block);
        state.next_block += schedule.blocks();
        state.schedule = Some(schedule);
        drop(state);
        self.shared.changed.notify_one();
    }

    /// No more, ever: what is open is closed.
    pub(in crate::drive) fn stop(&self) {
        self.shared.state().stopped = true;
        self.shared.changed.notify_one();
    }

    /// Sent since the start.
    pub(in crate::drive) fn sent(&self) -> u64 {
        self.shared.sent.load(Ordering::Relaxed)
    }

    /// What was counted since the last drain.
    pub(in crate::drive) fn drain(&self, now: Duration) -> Vec<LoadRow> {
        let counts = std::mem::take(&mut self.shared.state().counts);
        let row = |((behaviour, block), counts): ((Behaviour, Option<u32>), RequestCounts)| {
            counts.to_row(now, &self.request, behaviour.name(), block)
        };
        counts.into_iter().map(row).collect()
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.stop();
    }
}

/// How long a connection is held, so that a behaviour's slots do for its busiest blocks.
fn hold(rate: Rate, share: f64, connections: u32) -> Duration {
    let busiest = rate.per_second().unwrap_or(1.0) * (share / BLOCKS_ON).min(1.0);
    let most = FILLED * f64::from(connections.max(1)) / busiest.max(1e-9);
    Duration::from_secs_f64(most.min(LONGEST_HOLD.as_secs_f64()))
}

/// One behaviour of the mix.
struct Kind {
    behaviour: Behaviour,
    slots: usize,
    hold: Duration,
    taken: usize,
}

/// How one ended, and whose it was.
type Over = (usize, Option<u32>, Option<Ended>);

/// What runs: the clients, and how many of each behaviour.
struct Running {
    client: Rc<Client>,
    kinds: Vec<Kind>,
    open: JoinSet<Over>,
}

async fn send(shared: &Shared, client: Client, kinds: Vec<Kind>) {
    let mut running = Running { client: Rc::new(client), kinds, open: JoinSet::new() };
    loop {
        let now = shared.clock.now();
        let Some(next_at) = running.send_due(shared, now) else { return };
        let sleep = async {
            match next_at {
                Some(at) => tokio::time::sleep(at.saturating_sub(now)).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = shared.changed.notified() => {}
            Some(Ok(over)) = running.open.join_next() => running.over(shared, over),
            () = sleep => {}
        }
    }
}

impl Running {
    /// Sends what is due. None once stopped, else when to look again, if ever.
    fn send_due(&mut self, shared: &Shared, now: Duration) -> Option<Option<Duration>> {
        let mut state = shared.state();
        let State { schedule, counts, stopped, .. } = &mut *state;
        if *stopped {
            return None;
        }
        let Some(schedule) = schedule else { return Some(None) };
        let left = (schedule.last_due() + GRACE).saturating_sub(now);
        while let Some((request, kind)) = schedule.take_misbehaving(now) {
            let block = request.key.block;
            let Some(this) = self.kinds.get_mut(kind) else { continue };
            let counts = counts.entry((this.behaviour, block)).or_default();
            counts.due += 1;
            if this.taken >= this.slots || now.saturating_sub(request.due) > TOO_LATE {
                counts.add_dropped(1);
                continue;
            }
            counts.sent += 1;
            this.taken += 1;
            shared.sent.fetch_add(1, Ordering::Relaxed);
            let (client, behaviour, hold) = (Rc::clone(&self.client), this.behaviour, this.hold);
            self.open.spawn_local(async move {
                let ended = tokio::time::timeout(left, play(behaviour, &client, hold)).await;
                (kind, block, ended.ok())
            });
        }
        Some(schedule.next_at(now))
    }

    /// One has ended.
    fn over(&mut self, shared: &Shared, (kind, block, ended): Over) {
        let this = &mut self.kinds[kind];
        this.taken -= 1;
        let mut state = shared.state();
        let counts = state.counts.entry((this.behaviour, block)).or_default();
        counts.done += 1;
        // what was cut off at the end of the load is nobody's fault
        if let Some(Err(error)) = ended {
            counts.add_error(error, 1);
        }
    }
}

#[cfg(test)]
mod tests;
