//! V8, by its inspector: [`door`] finds it, [`wire`] talks to it, [`memory`] and [`profile`] read its answers;
//! [`inspector`] is the probe, [`find`] looks whether there is one.

mod door;
pub mod find;
pub mod inspector;
mod memory;
mod profile;
mod wire;
