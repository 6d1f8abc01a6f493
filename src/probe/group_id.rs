//! What groups are called: names of a bounded length, and ids that are the same in every run and release.

use std::hash::Hasher;

use fnv::FnvHasher;

/// Names of functions and files beyond this are cut: Go's longest generic names have some 1,000 bytes.
pub const LONGEST_NAME: usize = 2_048;

/// A name of a length that can be kept.
pub fn cut(name: &str) -> &str {
    &name[..name.floor_char_boundary(LONGEST_NAME)]
}

/// FNV-1a, 64 bits (Fowler, Noll, Vo), which never changes: the standard library's hashers promise nothing.
pub fn fnv1a(seed: u64, bytes: &[u8]) -> u64 {
    let mut hasher = FnvHasher::with_key(seed);
    hasher.write(bytes);
    hasher.finish()
}

/// Where a hash by [`fnv1a`] begins.
pub const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;
