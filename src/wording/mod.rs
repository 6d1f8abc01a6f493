//! Words: every sentence that soak says about a run is made here.
//!
//! Comes in: findings and reasons with their figures. Goes out: plain English, for the report, the terminal and the live
//! view alike. Pure: nothing here decides.

mod growth;
mod trend;

pub use growth::{UNKNOWN, brief_growth, growth_cell, growth_of_line};
pub use trend::explain_trend;
