//! The arithmetic of arrivals: how many requests are due by when, and how steady is cut into blocks.
//!
//! Pure and shared: `plan/` checks a load by it, `drive/` sends by it, `judge/` reads by it how many were due.

mod behaviour;
mod blocks;
mod pace;
mod pattern;

pub use behaviour::{Behaviour, MisbehavePlan, NORMAL};
pub use blocks::{Blocks, Layout, ONLY};
pub use pace::Pace;
pub use pattern::{Arrivals, LoadShape, Pattern};
