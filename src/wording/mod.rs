//! Words: every sentence that soak says about a run is made here.
//!
//! Comes in: findings and reasons with their figures. Goes out: plain English, for the report, the terminal and the live
//! view alike. Pure: nothing here decides.

mod load;
pub mod picture;
mod surroundings;
mod trend;

pub use load::{count_failures, describe_load, summarize_load};
pub use surroundings::{describe_account, describe_machine, describe_probing, describe_target};
pub use trend::explain_trend;
