//! What Go's /debug/pprof/ serves, as bytes and text turned into values. Nothing here reads from anywhere.
//!
//! Comes in: profiles in pprof's protobuf, unpacked ([`profile`], [`labels`]), goroutines and heap as text with debug=2
//! and debug=1 ([`dump`], [`heap`]). Goes out: groups of goroutines with counts, wait states and creators ([`groups`],
//! [`state`]), the runtime's memory account, and heap in use by the stack that allocated it.
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
