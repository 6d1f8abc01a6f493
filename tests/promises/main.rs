//! What soak promises, one file a promise, each running the real binary or reading the real code.
//!
//! One program, so that the tests are linked once.

mod endings;
mod house;
