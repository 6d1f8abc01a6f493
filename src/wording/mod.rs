//! Words: every sentence that soak says about a run is made here.
//!
//! Comes in: findings and reasons with their figures. Goes out: plain English, for the report, the terminal and the live
//! view alike. Pure: nothing here decides.

mod target;
mod trend;

pub use target::{explain_no_process, warn_forwarding};
pub use trend::explain_trend;
