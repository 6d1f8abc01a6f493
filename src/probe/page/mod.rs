//! Pages that a target serves about itself: fetched within bounds, unpacked, and put down to what they cost.

pub mod bounds;
pub mod fetch;
pub mod gunzip;
