//! The engine: slots that send, and a pacer that wakes them when something is due.
//!
//! It runs on a thread of its own, so that probes and files never delay a request. A slot is one connection's worth
//! of work: it sends, reads the answer to its end, and takes the next request that is due by then; when there is
//! none, it lies down on a stack. Whoever sees requests that are due (the pacer at its alarm, a slot at any answer)
//! hands them to the slots on top, so that few connections are used at low rates. No request ever stands in a queue.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::clock::Clock;
use super::due_request::DueRequest;
use super::engine_state::{EngineState, Free};
use super::exchange::{Exchange, IDLE_FOR, Kept};
use super::timer::Timer;

/// The pacer's alarms are at least so far apart: below 2,000/s each request has an alarm of its own, above they are
/// sent a few at a time. Half a millisecond is where lateness and CPU meet: a wake-up costs up to 30 µs.
const ALARM_GAP: Duration = Duration::from_micros(500);

/// Without load all are closed soon, so that what the target holds for them is not held through settle.
const IDLE_WITHOUT_LOAD: Duration = Duration::from_secs(1);
/// Idle connections are looked through so often.
const IDLE_LOOK: Duration = Duration::from_millis(500);
/// An engine that did nothing at all for so long was not given the processor.
const STALLED: Duration = Duration::from_secs(1);

/// What the engine shares with whoever commands it.
pub(super) struct Shared {
    state: Mutex<EngineState>,
    /// Rung when the state was changed from outside, or so that the pacer must look again.
    pub(super) changed: Notify,
    /// Requests to which the head of an answer came.
    pub(super) answered: AtomicU64,
    pub(super) clock: Arc<dyn Clock>,
}

impl Shared {
    pub(super) fn new(state: EngineState, clock: Arc<dyn Clock>) -> Shared {
        Shared { state: Mutex::new(state), changed: Notify::new(), answered: AtomicU64::new(0), clock }
    }

    /// Numbers stay numbers even if a thread panicked while it held them.
    pub(super) fn state(&self) -> MutexGuard<'_, EngineState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where a slot finds its next request.
#[derive(Default)]
struct Slot {
    request: Cell<Option<DueRequest>>,
    called: Notify,
    /// Since when it has had nothing to do, as long as it may hold a connection.
    idle_since: Cell<Option<Duration>>,
    /// It is to close its connection.
    closes: Cell<bool>,
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
    /// When the engine last did anything; it does something at every [`IDLE_LOOK`].
    last_turn: Cell<Duration>,
    /// When it last went on after standing still.
    stalled_until: Cell<Option<Duration>>,
}

/// Drive until the state is finished. To be run on a current-thread runtime, on a thread of its own.
pub(super) async fn drive(shared: Arc<Shared>, exchange: Exchange, slots: u32, timeout: Duration) {
    let began = shared.clock.now();
    let engine = Rc::new(Engine {
        shared,
        exchange,
        timeout,
        slots: (0..slots).map(|_| Slot::default()).collect(),
        idle: RefCell::new((0..slots as usize).rev().collect()),
        full_since: Cell::new(None),
        waits_for_idle: Cell::new(false),
        last_turn: Cell::new(began),
        stalled_until: Cell::new(None),
    });
    let tasks = tokio::task::LocalSet::new();
    for id in 0..engine.slots.len() {
        tasks.spawn_local(work(Rc::clone(&engine), id));
    }
    tasks.spawn_local(close_idle(Rc::clone(&engine)));
    // the slots end with the set, wherever they stand
    tasks.run_until(pace(&engine)).await;
}

/// The pacer: hands out what is due, sleeps until the next is.
async fn pace(engine: &Engine) {
    let alarm = Timer::new();
    let mut rang_at = Duration::ZERO;
    loop {
        let now = engine.turn();
        let Some(next_at) = engine.hand_out(now) else { return };
        let wake_at = next_at.map(|at| at.max(rang_at.saturating_add(ALARM_GAP)));
        let sleep = async {
            match wake_at {
                Some(at) => alarm.wait(at.saturating_sub(now)).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = engine.shared.changed.notified() => {}
            () = sleep => {
                rang_at = engine.shared.clock.now();
                if let Some(late) = wake_at.and_then(|at| rang_at.checked_sub(at)) {
                    engine.shared.state().metrics.note_overslept(late);
                }
            }
        }
    }
}

/// One slot: send what it is given, and then what is due, until there is nothing.
async fn work(engine: Rc<Engine>, id: usize) {
    let clock = Arc::clone(&engine.shared.clock);
    let mut kept = Kept::default();
    loop {
        let slot = &engine.slots[id];
        let Some(mut request) = slot.request.take() else {
            slot.called.notified().await;
            if slot.closes.take() {
                kept = Kept::default();
            }
            continue;
        };
        loop {
            let sent = clock.now();
            engine.shared.state().metrics.count_sent(request, sent);
            let deadline = request.due.saturating_add(engine.timeout);
            let mut outcome =
                engine.exchange.once(&mut kept, request.key.request, deadline.saturating_sub(sent)).await;
            if outcome.answered {
                engine.shared.answered.fetch_add(1, Ordering::Relaxed);
            }
            let now = engine.turn();
            outcome.stalled = engine.stalled_until.get().is_some_and(|until| sent < until);
            engine.shared.state().end(request, sent, now, outcome);
            match engine.after_answer(id, now) {
                Some(next) => request = next,
                None => break,
            }
        }
    }
}

/// Has connections closed that are not needed any more.
async fn close_idle(engine: Rc<Engine>) {
    loop {
        tokio::time::sleep(IDLE_LOOK).await;
        let now = engine.turn();
        let load_done = engine.shared.state().load_done(now);
        if load_done {
            engine.exchange.rest().await;
        }
        // under load the one that works next is spared: at a request a minute it is what keep-alive is for
        let (most, spared) = match load_done {
            true => (IDLE_WITHOUT_LOAD, 0),
            false => (IDLE_FOR, 1),
        };
        for id in engine.idle.borrow().iter().rev().skip(spared) {
            let slot = &engine.slots[*id];
            if slot.idle_since.get().is_some_and(|since| now.saturating_sub(since) >= most) {
                slot.idle_since.set(None);
                slot.closes.set(true);
                slot.called.notify_one();
            }
        }
    }
}

impl Engine {
    /// The time at which the engine does something, and whether that comes after it stood still.
    fn turn(&self) -> Duration {
        let now = self.shared.clock.now();
        if now.saturating_sub(self.last_turn.replace(now)) > STALLED {
            self.stalled_until.set(Some(now));
        }
        now
    }

    /// Give what is due to idle slots. None once all is finished, else when to look again, if ever.
    fn hand_out(&self, now: Duration) -> Option<Option<Duration>> {
        let mut state = self.shared.state();
        let mut idle = self.idle.borrow_mut();
        state.drop_overdue(now);
        while let Some(&id) = idle.last() {
            let Some(request) = state.take_due(now) else { break };
            idle.pop();
            self.slots[id].closes.set(false);
            self.slots[id].request.set(Some(request));
            self.slots[id].called.notify_one();
        }
        let free = if idle.is_empty() { Free::None } else { Free::Some };
        if free == Free::None && self.full_since.get().is_none() {
            self.full_since.set(Some(now));
        }
        self.waits_for_idle.set(free == Free::None);
        if state.is_finished(now) { None } else { Some(state.next_at(free, now)) }
    }

    /// What this slot, which is free again, sends next; without anything it goes on the stack.
    fn after_answer(&self, id: usize, now: Duration) -> Option<DueRequest> {
        let mut state = self.shared.state();
        let next = state.take_due(now);
        match next {
            // it became due after the last idle slot was gone; in the closed loop nothing waits, all is due just now
            Some(request) if request.due < now && self.full_since.get().is_some_and(|t| request.due >= t) => {
                state.metrics.count_slot_wait();
            }
            Some(_) => {}
            None => {
                self.slots[id].idle_since.set(Some(now));
                self.idle.borrow_mut().push(id);
                self.full_since.set(None);
            }
        }
        let pacer_must_look = state.is_stopping() || (next.is_none() && self.waits_for_idle.get());
        drop(state);
        if pacer_must_look {
            self.shared.changed.notify_one();
        } else if next.is_some() && self.full_since.get().is_none() {
            // more may be due than this slot can take
            self.hand_out(now);
        }
        next
    }
}
