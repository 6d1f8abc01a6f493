//! V8, by its inspector: [`inspector_address`] finds it, [`wire`] talks to it, [`memory`] and [`profile`] read its
//! answers; [`inspector`] is the probe, [`find`] looks whether there is one.
//!
//! Comes in: the port of the inspector. Goes out: the heap and what it holds outside of it at each sample; after a
//! forced collection the live heap, and the heap by the function that allocated it.

pub mod find;
pub mod inspector;
mod inspector_address;
mod memory;
mod profile;
mod wire;
