//! What Go's /debug/pprof/ serves, as bytes and text turned into values. Nothing here reads from anywhere.
//!
//! Foreign input: every parser is bounded in what it keeps, and junk is an error or skipped, never a panic.

pub mod dump;
pub mod groups;
pub mod heap;
pub mod labels;
pub mod profile;
pub mod state;
#[cfg(test)]
mod tests;
