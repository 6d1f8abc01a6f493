//! tokio, by console-subscriber: [`follow`] keeps a stream of updates over [`wire`], [`messages`] understands them and
//! [`tasks`] counts; [`console`] is the probe.

pub mod console;
pub mod find;
mod follow;
mod messages;
mod tasks;
mod wire;
