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
mod fixtures_test;

/// Names of functions and files beyond this are cut: Go's longest generic names have some 1,000 bytes.
pub(crate) const LONGEST_NAME: usize = 2_048;

/// A name of a length that can be kept.
pub(crate) fn cut(name: &str) -> &str {
    &name[..name.floor_char_boundary(LONGEST_NAME)]
}

/// FNV-1a, 64 bits (Fowler, Noll, Vo): ids must be the same in every run and release, which the standard
/// library's hashers do not promise.
pub(crate) fn fnv1a(seed: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(seed, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

/// Where a hash by [`fnv1a`] begins.
pub(crate) const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;
