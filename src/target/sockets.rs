//! What this operating system shows of sockets: who listens where, and what a target is connected to.

#[cfg(target_os = "linux")]
pub use super::listener_holders::{listener_holder, socket_holder};
#[cfg(target_os = "linux")]
pub use super::outgoing::{behind_translation, outgoing, relayed_to};
#[cfg(not(target_os = "linux"))]
pub use super::sockets_portable::{behind_translation, listener_holder, outgoing, relayed_to, socket_holder};
