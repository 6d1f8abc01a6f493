//! The cgroup of a target: [`v1`] and [`v2`] read the files of either version, [`probe`] samples them.
//!
//! Comes in: the target, whose cgroup is its own. Goes out: memory and tasks as its limits count them, and an event
//! when the kernel kills in it.

pub mod find;
pub mod probe;
mod usage;
mod v1;
mod v2;
