//! Pages that a target serves about itself: fetched within bounds, unpacked, and put down to what they cost.
//!
//! Comes in: a URL, and [`bounds`] of size and time. Goes out: its bytes, or why there are none.

pub mod bounds;
pub mod fetch;
pub mod gunzip;
