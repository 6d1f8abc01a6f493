//! The processes of a target, seen from outside.
//!
//! One file for each thing read: [`memory`] of /proc/PID/status, [`cpu`] of /proc/PID/stat, [`fds`] of /proc/PID/fd;
//! [`read`] puts them together for one process, [`tree`] for all of them, [`instances`] keeps them apart. The probes:
//! [`probe`], [`pss`] apart, because it is slow and locks what it looks at, and [`named_threads`] for the task monitor.
//!
//! Comes in: the target, whose life is followed with each sample. Goes out: resident memory, CPU, threads, descriptors
//! and children, summed and by process, and events when it goes or comes back.

#[cfg(target_os = "linux")]
mod cpu;
#[cfg(target_os = "linux")]
mod fds;
pub mod find;
mod instances;
#[cfg(target_os = "linux")]
mod memory;
#[cfg(target_os = "linux")]
pub mod named_threads;
mod pace;
#[cfg(any(not(target_os = "linux"), test))]
#[cfg_attr(target_os = "linux", allow(dead_code))] // on Linux it is compiled for its test alone
mod portable;
pub mod probe;
#[cfg(target_os = "linux")]
pub mod pss;
mod read;
pub mod resident;
mod tree;
mod usage;
