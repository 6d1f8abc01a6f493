//! tokio, by console-subscriber: [`follow`] keeps a stream of updates over [`wire`], [`messages`] understands them and
//! [`tasks`] counts; [`console`] is the probe.
//!
//! Comes in: the address of the console. Goes out: the number of tasks, and groups of them by where they were spawned.

pub mod console;
pub mod find;
mod follow;
mod messages;
mod task_times;
mod tasks;
mod wire;
