//! The arithmetic of arrivals: how many requests are due by when, and what each of them is.
//!
//! Comes in: a rate, its shape, a mix of requests, and a time. Goes out: how many requests are due by then, when the
//! n-th is ([`DueTimes`]) and of which kind ([`MixSchedule`]). Pure and shared: `plan/` checks a load by it, `drive/`
//! sends by it, `judge/` knows by it how many were due. Nothing here reads a clock; times are arguments.

mod behaviour;
mod blocks;
mod deck;
mod due_times;
mod interleave;
mod load;
mod load_shape;
mod mix_schedule;
mod pace;
mod pattern;
mod poisson;
mod rate_curve;
mod request_mix;
mod shard;

pub use behaviour::{Behaviour, MisbehavePlan, NORMAL};
pub use blocks::{Blocks, Layout, ONLY};
pub use deck::{Deck, scramble};
pub use due_times::DueTimes;
pub use load::Load;
pub use load_shape::LoadShape;
pub use mix_schedule::{BLOCKS_ON, MixSchedule};
pub use pace::Pace;
pub use pattern::{Arrivals, Pattern};
pub use request_mix::RequestMix;
pub use shard::Shard;
