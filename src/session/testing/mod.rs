//! Whole runs in a test, without a process, a network or a wait.
//!
//! A [`FakeService`] says what the service would show at each moment; a [`FakeRun`] takes it through the same code as a
//! live run: conductor, sampler, recorder, run directory, reader, judge. The time is tokio's, which is paused until
//! every task waits and then jumps, so that an hour of soak takes as long as its arithmetic.

mod run;
mod service;

pub use run::{FakeRun, Finished, plan, watch};
pub use service::{FakeService, Now, group};
