//! The pool of misbehaving clients: sends each request when it is due, in separate slots, and counts the outcomes.
//!
//! It has its own thread. A behaviour whose slots are all taken drops what becomes due, and so does one that is late by
//! more than [`TOO_LATE`]: its block is over.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::client::{Client, SharedClient};
use super::dispatch::{LONGEST_HOLD, play};
use super::ended::Ended;
use crate::drive::clock::Clock;
use crate::drive::own_thread::on_own_thread;
use crate::drive::rendering::Keys;
use crate::drive::request_counts::RequestCounts;
use crate::drive::schedule::Schedule;
use crate::drive::sending::Sending;
use crate::error::{Error, Result};
use crate::evidence::LoadRow;
use crate::plan::RequestPlan;
use crate::units::Rate;
use crate::workload::{BLOCKS_ON, Behaviour, Load, MisbehavePlan, RequestMix};

/// At least half a block: a request sent then would count for a block that is over.
const TOO_LATE: Duration = Duration::from_millis(500);
/// The last requests of a load are cut off so long after its end.
const CUT_OFF_AFTER: Duration = Duration::from_millis(100);
/// The share of a behaviour's slots that is planned to be taken at once, since random arrivals come in bursts.
const PLANNED_SHARE_OF_SLOTS: f64 = 0.6;

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
    /// The counts stay valid even if a thread panicked while it held the lock.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Misbehaves from its own thread until it is stopped or dropped.
pub(in crate::drive) struct Pool {
    shared: Arc<Shared>,
    rate: Rate,
    mix: RequestMix,
    /// What it asks for, by name.
    request: String,
}

impl Pool {
    /// Starts the thread; each behaviour has as many connections as `sending` says.
    ///
    /// # Errors
    /// When there can be no thread, or TLS cannot be set up.
    pub(in crate::drive) fn start(
        request: &RequestPlan,
        keys: Keys,
        sending: Sending,
        plan: &MisbehavePlan,
        mix: RequestMix,
        clock: Arc<dyn Clock>,
    ) -> Result<Pool> {
        let Sending { rate, connections, timeout, .. } = sending;
        let name = request.name.clone();
        let own = |e: std::io::Error| Error::Own(format!("the misbehaving clients could not start: {e}"));
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
                hold: hold_time(rate, *share, connections).min(timeout),
                taken: 0,
            })
            .collect();
        let client = SharedClient::new(request, keys, timeout)?;
        let for_thread = Arc::clone(&shared);
        let play = move || async move { run(&for_thread, client, kinds).await };
        on_own_thread("soak-misbehave", play).map_err(own)?;
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

    /// Ends for good; open connections are closed.
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
            counts.row(now, &self.request, behaviour.name(), block)
        };
        counts.into_iter().map(row).collect()
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.stop();
    }
}

/// How long a connection is held, so that a behaviour's slots are enough for its busiest blocks.
fn hold_time(rate: Rate, share: f64, connections: u32) -> Duration {
    let busiest = rate.per_second().unwrap_or(1.0) * (share / BLOCKS_ON).min(1.0);
    let most = PLANNED_SHARE_OF_SLOTS * f64::from(connections.max(1)) / busiest.max(1e-9);
    Duration::from_secs_f64(most.min(LONGEST_HOLD.as_secs_f64()))
}

/// One behaviour of the mix.
struct Kind {
    behaviour: Behaviour,
    slots: usize,
    hold: Duration,
    taken: usize,
}

/// Which kind and block ended, and how; none if it was cut off.
type OneEnded = (usize, Option<u32>, Option<Ended>);

/// What runs: the clients, and how many of each behaviour.
struct Running {
    client: Rc<SharedClient>,
    kinds: Vec<Kind>,
    open: JoinSet<OneEnded>,
}

async fn run(shared: &Shared, client: SharedClient, kinds: Vec<Kind>) {
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
            Some(Ok(over)) = running.open.join_next() => running.count_ended(shared, over),
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
        let left = (schedule.last_due() + CUT_OFF_AFTER).saturating_sub(now);
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
            let client = Client::new(&self.client);
            let (behaviour, hold) = (this.behaviour, this.hold);
            self.open.spawn_local(async move {
                let ended = tokio::time::timeout(left, play(behaviour, &client, hold)).await;
                (kind, block, ended.ok())
            });
        }
        Some(schedule.next_at(now))
    }

    /// Counts one that has ended.
    fn count_ended(&mut self, shared: &Shared, (kind, block, ended): OneEnded) {
        let this = &mut self.kinds[kind];
        this.taken -= 1;
        let mut state = shared.state();
        let counts = state.counts.entry((this.behaviour, block)).or_default();
        counts.done += 1;
        // what was cut off at the end of the load is no error
        if let Some(Err(error)) = ended {
            counts.add_error(error, 1);
        }
    }
}

#[cfg(test)]
mod tests;
