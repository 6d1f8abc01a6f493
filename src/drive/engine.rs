//! The engine: slots that send, and a pacer that wakes them when something is due.
//!
//! It runs on its own thread, so that probes and files never delay a request. A slot is one connection's worth of work:
//! it sends, reads the answer to its end, and takes the next request that is due by then; when there is none, it goes
//! on a stack of idle slots. Requests that are due are handed to the slots on top, by the pacer at its timer or by a
//! slot after an answer, so that low rates use few connections. No request is ever queued.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::clock::Clock;
use super::due_request::DueRequest;
use super::engine_state::{EngineState, Free};
use super::exchange::{Exchange, IDLE_FOR, SlotConnection};
use super::timer::Timer;

/// The pacer's wake-ups are at least so far apart: below 2,000/s each request has a wake-up of its own, above that they
/// are sent a few at a time. Half a millisecond balances lateness and CPU: a wake-up costs up to 30 µs.
const WAKE_UP_GAP: Duration = Duration::from_micros(500);

/// Without load, all idle connections are closed soon, so that the target does not hold them through settle.
const IDLE_WITHOUT_LOAD: Duration = Duration::from_secs(1);
/// Idle connections are checked this often.
const IDLE_CHECK: Duration = Duration::from_millis(500);

/// What the engine shares with the driver.
pub(super) struct Shared {
    state: Mutex<EngineState>,
    /// Notified when the pacer must look at the state again.
    pub(super) changed: Notify,
    /// Requests to which the head of an answer came.
    pub(super) answered: AtomicU64,
    pub(super) clock: Arc<dyn Clock>,
}

impl Shared {
    pub(super) fn new(state: EngineState, clock: Arc<dyn Clock>) -> Shared {
        Shared { state: Mutex::new(state), changed: Notify::new(), answered: AtomicU64::new(0), clock }
    }

    /// The counts stay valid even if a thread panicked while it held the lock.
    pub(super) fn state(&self) -> MutexGuard<'_, EngineState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where a slot finds its next request.
#[derive(Default)]
struct Slot {
    request: Cell<Option<DueRequest>>,
    wake: Notify,
    /// Since when it has had nothing to do, as long as it may hold a connection.
    idle_since: Cell<Option<Duration>>,
    /// It is to close its connection.
    must_close: Cell<bool>,
}

struct Engine {
    shared: Arc<Shared>,
    exchange: Exchange,
    timeout: Duration,
    slots: Vec<Slot>,
    /// Slots with nothing to do, the one that worked last on top.
    idle: RefCell<Vec<usize>>,
    /// Since when no slot has been idle.
    full_since: Cell<Option<Duration>>,
    /// Whether the pacer sleeps until a slot is idle again.
    waits_for_idle: Cell<bool>,
}

/// Sends until the state is finished. For a current-thread runtime on its own thread.
pub(super) async fn run(shared: Arc<Shared>, exchange: Exchange, slots: u32, timeout: Duration) {
    let began = shared.clock.now();
    shared.state().metrics.stalls.note_activity(began);
    let engine = Rc::new(Engine {
        shared,
        exchange,
        timeout,
        slots: (0..slots).map(|_| Slot::default()).collect(),
        idle: RefCell::new((0..slots as usize).rev().collect()),
        full_since: Cell::new(None),
        waits_for_idle: Cell::new(false),
    });
    let tasks = tokio::task::LocalSet::new();
    for id in 0..engine.slots.len() {
        tasks.spawn_local(run_slot(Rc::clone(&engine), id));
    }
    tasks.spawn_local(close_idle_connections(Rc::clone(&engine)));
    // the slots end with the set, whatever they are doing
    tasks.run_until(run_pacer(&engine)).await;
}

/// The pacer: hands out what is due, sleeps until the next is.
async fn run_pacer(engine: &Engine) {
    let timer = Timer::new();
    let mut woke_at = Duration::ZERO;
    loop {
        let now = engine.note_activity();
        let Some(next_at) = engine.hand_out_due(now) else { return };
        let wake_at = next_at.map(|at| at.max(woke_at.saturating_add(WAKE_UP_GAP)));
        let sleep = async {
            match wake_at {
                Some(at) => timer.wait(at.saturating_sub(now)).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = engine.shared.changed.notified() => {}
            () = sleep => {
                woke_at = engine.shared.clock.now();
                if let Some(late) = wake_at.and_then(|at| woke_at.checked_sub(at)) {
                    engine.shared.state().metrics.note_overslept(late);
                }
            }
        }
    }
}

/// One slot: sends the request it was given, and then what is due, until nothing is.
async fn run_slot(engine: Rc<Engine>, id: usize) {
    let clock = Arc::clone(&engine.shared.clock);
    let mut connection = SlotConnection::default();
    loop {
        let slot = &engine.slots[id];
        let Some(mut request) = slot.request.take() else {
            slot.wake.notified().await;
            if slot.must_close.take() {
                connection = SlotConnection::default();
            }
            continue;
        };
        loop {
            let sent = clock.now();
            engine.shared.state().metrics.count_sent(request, sent);
            let deadline = request.due.saturating_add(engine.timeout);
            let mut outcome = engine
                .exchange
                .send(&mut connection, request.key.request, deadline.saturating_sub(sent))
                .await;
            if outcome.answered {
                engine.shared.answered.fetch_add(1, Ordering::Relaxed);
            }
            let now = clock.now();
            let mut state = engine.shared.state();
            state.metrics.stalls.note_activity(now);
            outcome.stalled = state.metrics.stalls.happened_since(sent, now);
            state.end(request, sent, now, outcome);
            drop(state);
            match engine.next_or_idle(id, now) {
                Some(next) => request = next,
                None => break,
            }
        }
    }
}

/// Closes connections that are no longer needed.
async fn close_idle_connections(engine: Rc<Engine>) {
    loop {
        tokio::time::sleep(IDLE_CHECK).await;
        let now = engine.note_activity();
        let load_done = engine.shared.state().load_done(now);
        if load_done {
            engine.exchange.close_pooled().await;
        }
        // under load the slot that sends next keeps its connection: keep-alive matters most at one request per minute
        let (longest, spared) = match load_done {
            true => (IDLE_WITHOUT_LOAD, 0),
            false => (IDLE_FOR, 1),
        };
        for id in engine.idle.borrow().iter().rev().skip(spared) {
            let slot = &engine.slots[*id];
            if slot.idle_since.get().is_some_and(|since| now.saturating_sub(since) >= longest) {
                slot.idle_since.set(None);
                slot.must_close.set(true);
                slot.wake.notify_one();
            }
        }
    }
}

impl Engine {
    /// The time now, at which the engine does something, as at every [`IDLE_CHECK`]; notes whether it stood still until
    /// then.
    fn note_activity(&self) -> Duration {
        let now = self.shared.clock.now();
        self.shared.state().metrics.stalls.note_activity(now);
        now
    }

    /// Gives requests that are due to idle slots. None once all is finished, else when to look again, if ever.
    fn hand_out_due(&self, now: Duration) -> Option<Option<Duration>> {
        let mut state = self.shared.state();
        let mut idle = self.idle.borrow_mut();
        state.drop_overdue(now);
        while let Some(&id) = idle.last() {
            let Some(request) = state.take_due(now) else { break };
            idle.pop();
            self.slots[id].must_close.set(false);
            self.slots[id].request.set(Some(request));
            self.slots[id].wake.notify_one();
        }
        let free = if idle.is_empty() { Free::None } else { Free::Some };
        if free == Free::None && self.full_since.get().is_none() {
            self.full_since.set(Some(now));
        }
        self.waits_for_idle.set(free == Free::None);
        if state.is_finished(now) { None } else { Some(state.next_at(free, now)) }
    }

    /// The next request of a slot that is free again; without one the slot goes on the stack.
    fn next_or_idle(&self, id: usize, now: Duration) -> Option<DueRequest> {
        let mut state = self.shared.state();
        let mut next = state.take_due(now);
        match &mut next {
            // it became due when no slot was idle any more; in the closed loop every request is due just now and waits
            // for none
            Some(request) if request.due < now && self.full_since.get().is_some_and(|t| request.due >= t) => {
                request.waited = true;
                state.metrics.count_slot_wait();
            }
            Some(_) => {}
            None => {
                self.slots[id].idle_since.set(Some(now));
                self.idle.borrow_mut().push(id);
                self.full_since.set(None);
            }
        }
        let pacer_must_wake = state.is_stopping() || (next.is_none() && self.waits_for_idle.get());
        drop(state);
        if pacer_must_wake {
            self.shared.changed.notify_one();
        } else if next.is_some() && self.full_since.get().is_none() {
            // more may be due than this slot can take
            self.hand_out_due(now);
        }
        next
    }
}
