//! The cgroup of a target: [`v1`] and [`v2`] read the files of either version, [`probe`] samples them.

pub mod find;
pub mod probe;
mod usage;
mod v1;
mod v2;
