//! What was found: types only, the content of report.json and compare.json.
//!
//! `judge/` fills them from evidence, `wording/` puts them into sentences, `report/` sets them. Nothing here decides,
//! and nothing here is recorded: a run directory renders all of it again from its evidence.

mod account;
mod attribution;
mod comparison;
mod culprit;
#[cfg(test)]
mod examples;
mod gate;
mod growth_claim;
mod load;
mod report;
mod series;
mod trend;
mod trend_reason;
mod verdict;

pub use account::{Account, AccountRow};
pub use attribution::{Attributed, Attribution};
pub use comparison::{Change, Comparison, Growth, Per, SeriesChange, Side};
pub use culprit::Culprit;
pub use gate::{GateFinding, GateResult};
pub use growth_claim::GrowthClaim;
pub use load::{DriverHealth, ErrorCounts, LoadFinding, Misbehaved, RequestFinding};
pub use report::Report;
pub use series::SeriesFinding;
pub use trend::{Direction, Estimate, Shape, Trend};
pub use trend_reason::{Found, GoesOn, JudgedLevel, TrendReason, WindowReason};
pub use verdict::Verdict;
