//! The embedded leaky service: the story that soak was made for, in tokio's terms.
//!
//! It owns the service and its process. Comes in: what is fixed of its leak. Goes out: a process that listens on a free
//! port. It does not depend on soak: it serves ordinary Prometheus text, and soak reads it as it reads any service's.

mod child;
mod fix;
mod serve;
mod server;
mod story;
mod tracked;

pub use child::{Service, start};
pub use fix::Fix;
pub use serve::{LIFETIME, serve};
