//! The trend engine on series made to order, whose truth is known: how often it is wrong, and what may not change its
//! answer. Seeds are fixed, so a failure is the same everywhere.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on may panic, in its helpers too")]

mod accuracy;
mod analyze;
mod attribution;
mod calibration;
mod came_back;
mod copes;
mod detectable;

mod growing;
mod made;
mod many;
mod properties;
mod sequential;
mod stable;
mod stairs;
mod swings;
mod unsure;
