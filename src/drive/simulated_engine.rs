//! An engine without a network: every request is answered by arithmetic.
//!
//! Schedule, metrics and counts are those of a real engine. Nothing happens by itself: whatever is asked of the engine
//! first brings it up to the time of the clock, request by request. So a test that advances its clock by a day has a
//! day of load.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::StatusCode;

use super::clock::Clock;
use super::due_request::DueRequest;
use super::engine_state::{EngineState, Free};
use super::interval::Interval;
use super::metrics::IntervalCounts;
use super::outcome::Outcome;
use super::sending::Sending;
use crate::evidence::ErrorKind;
use crate::plan::RequestPlan;
use crate::units::Rate;
use crate::workload::{Load, RequestMix, Shard};

/// A closed loop whose answers take no time would never end.
const SHORTEST_ANSWER: Duration = Duration::from_micros(1);

/// How a simulated service answers every request.
#[derive(Debug, Clone, Copy)]
pub struct SimulatedAnswers {
    /// So long after a request was sent.
    pub after: Duration,
    /// With this status.
    pub status: StatusCode,
    /// With so many bytes of body.
    pub bytes: u64,
    /// Those that are sent from this time on it never answers.
    pub hangs_from: Option<Duration>,
}

impl SimulatedAnswers {
    /// 200 with a short body.
    pub fn ok_after(after: Duration) -> SimulatedAnswers {
        SimulatedAnswers { after, status: StatusCode::OK, bytes: 2, hangs_from: None }
    }

    /// Whether a request that is sent then is never answered.
    fn hang(&self, sent: Duration) -> bool {
        self.hangs_from.is_some_and(|from| sent >= from)
    }
}

/// Sends a whole load, and answers it.
pub(super) struct SimulatedEngine {
    simulation: Mutex<Simulation>,
    clock: Arc<dyn Clock>,
}

struct Simulation {
    state: EngineState,
    answers: SimulatedAnswers,
    timeout: Duration,
    slots: usize,
    requests: usize,
    /// The time that the simulation has come to.
    now: Duration,
    /// In the order in which they were sent, which is that in which they end: all answers take as long.
    in_flight: VecDeque<Sent>,
    answered: u64,
}

/// A request in flight.
struct Sent {
    request: DueRequest,
    at: Duration,
    ends: Duration,
}

impl SimulatedEngine {
    pub(super) fn new(
        requests: &[RequestPlan],
        sending: &Sending,
        answers: SimulatedAnswers,
        clock: Arc<dyn Clock>,
    ) -> SimulatedEngine {
        let names: Vec<String> = requests.iter().map(|request| request.name.clone()).collect();
        let Sending { rate, connections, timeout, .. } = *sending;
        let simulation = Simulation {
            requests: names.len(),
            state: EngineState::new(names, rate, timeout, Shard::WHOLE, clock.now()),
            answers: SimulatedAnswers { after: answers.after.max(SHORTEST_ANSWER), ..answers },
            timeout,
            slots: connections.max(1) as usize,
            now: clock.now(),
            in_flight: VecDeque::new(),
            answered: 0,
        };
        SimulatedEngine { simulation: Mutex::new(simulation), clock }
    }

    /// The simulation at the time of the clock.
    fn up_to_date(&self) -> MutexGuard<'_, Simulation> {
        let mut simulation = self.simulation.lock().unwrap_or_else(PoisonError::into_inner);
        simulation.run_until(self.clock.now());
        simulation
    }

    pub(super) fn set_mix(&self, mix: RequestMix) {
        self.up_to_date().state.set_mix(mix);
    }

    pub(super) fn set_rate(&self, rate: Rate) {
        self.up_to_date().state.set_rate(rate);
    }

    pub(super) fn begin(&self, load: Load) {
        let mut simulation = self.up_to_date();
        let now = simulation.now;
        simulation.state.begin(load, now);
    }

    pub(super) fn stop(&self) {
        let mut simulation = self.up_to_date();
        let now = simulation.now;
        simulation.state.stop(now);
    }

    pub(super) fn load_done(&self) -> bool {
        let simulation = self.up_to_date();
        simulation.state.load_done(simulation.now)
    }

    pub(super) fn answered(&self) -> u64 {
        self.up_to_date().answered
    }

    pub(super) fn probing_begins(&self, at: Duration) {
        self.up_to_date().state.metrics.probing_begins(at);
    }

    pub(super) fn probing_ends(&self, at: Duration) {
        self.up_to_date().state.metrics.probing_ends(at);
    }

    pub(super) fn drain(&self) -> Interval {
        let mut simulation = self.up_to_date();
        let (now, room) = (simulation.now, IntervalCounts::new(simulation.requests));
        simulation.state.drain(room, now)
    }

    /// What is in flight after a stop is answered, as a real engine waits for it.
    pub(super) fn finish_in_flight(&self) {
        let mut simulation = self.up_to_date();
        let now = simulation.now;
        let after = simulation.answers.after;
        simulation.run_until(now.saturating_add(after));
        simulation.now = now;
    }
}

impl Simulation {
    fn run_until(&mut self, until: Duration) {
        loop {
            self.end_answered();
            self.send_due();
            let free = if self.in_flight.len() < self.slots { Free::Some } else { Free::None };
            let due = self.state.next_at(free, self.now).filter(|at| *at > self.now);
            let ends = self.in_flight.front().map(|sent| sent.ends);
            match due.into_iter().chain(ends).min() {
                Some(next) if next <= until => self.now = next,
                _ => break,
            }
        }
        self.now = self.now.max(until);
    }

    fn end_answered(&mut self) {
        while let Some(sent) = self.in_flight.pop_front_if(|sent| sent.ends <= self.now) {
            let answered = !self.answers.hang(sent.at) && sent.ends - sent.at >= self.answers.after;
            let outcome = match answered {
                true => Outcome {
                    answered,
                    error: ErrorKind::of_status(self.answers.status.as_u16()),
                    status: Some(self.answers.status.as_u16()),
                    bytes: self.answers.bytes,
                    ..Outcome::default()
                },
                false => Outcome { error: Some(ErrorKind::Timeout), ..Outcome::default() },
            };
            self.answered += u64::from(answered);
            self.state.end(sent.request, sent.at, sent.ends, outcome);
        }
    }

    fn send_due(&mut self) {
        while self.in_flight.len() < self.slots
            && let Some(request) = self.state.take_due(self.now)
        {
            // this engine is never late itself
            let request = DueRequest { waited: request.due < self.now, ..request };
            self.state.metrics.count_sent(request, self.now);
            let deadline = request.due.saturating_add(self.timeout);
            let answered = self.now.saturating_add(self.answers.after).min(deadline);
            let ends = if self.answers.hang(self.now) { deadline } else { answered };
            self.in_flight.push_back(Sent { request, at: self.now, ends });
        }
    }
}

#[cfg(test)]
mod tests;
