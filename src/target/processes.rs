//! What this operating system shows of processes.

#[cfg(target_os = "linux")]
pub use super::processes_linux::*;
#[cfg(not(target_os = "linux"))]
pub use super::processes_portable::*;
