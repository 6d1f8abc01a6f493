//! The embedded leaky service: the story that soak was made for, in tokio's terms.
//!
//! It owns the service and its process. It does not depend on soak: it serves ordinary Prometheus text, and soak reads it
//! as it reads any service's.

mod child;
mod fix;
mod serve;
mod server;
mod story;
mod tracked;

pub use child::{Service, start};
pub use fix::Fix;
pub use serve::{LIFETIME, serve};
