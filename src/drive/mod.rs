//! The load: schedule, engine, requests and latency.
//!
//! Comes in: the requests, a rate, and when load begins and stops. Goes out: an [`Interval`] of counts and histograms
//! for every drain. `schedule` says what is due (pure, at the time a [`Clock`] shows); `engine` sends it from a thread
//! (`engine_thread`); `exchange` is one request and its answer; `sessions` logs in before the load, and
//! `first_requests` sends each request once; `misbehave` sends the requests that go wrong on purpose; `metrics` counts
//! what became of each, `stalls` when soak itself stood still; `engine_state` holds schedule and metrics together behind
//! one lock.
//! Nothing is printed, and nothing is kept for a request that has ended.

mod assignment;
mod by_hand;
mod clock;
mod driver;
mod due_request;
mod engine;
mod engine_state;
mod engine_thread;
mod exchange;
mod first_requests;
mod histograms;
mod interval;
mod metrics;
mod misbehave;
mod outcome;
mod own_thread;
mod rendering;
mod request_counts;
mod request_head;
mod response_time;
mod schedule;
mod sending;
mod sessions;
mod simulated_engine;
mod stalls;
#[cfg(test)]
mod testing;
mod timer;

pub use by_hand::{ByHand, EndedByHand};
pub use clock::{Clock, ManualClock, Monotonic};
pub use driver::Driver;
pub use first_requests::send_each_once;
pub use interval::Interval;
pub use sending::Sending;
pub use sessions::{LoggedIn, Sessions, log_in_all};
pub use simulated_engine::SimulatedAnswers;
