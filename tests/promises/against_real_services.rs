//! soak against real services in Go, Java, Node, Python and Rust that leak in a known way, or do not.
//!
//! These runs are the longest. Tests start in the order of their names, and this name comes first, so that nothing
//! waits for them at the end.

/// A Go service: its leak is named and proven by the runtime, its fix is stable, nothing is collected unasked.
pub mod go;
/// A Go service without pprof: its memory account is read from /debug/vars.
mod go_without_pprof;
/// A JVM: threads by their state, kept objects by their class; a heap that only fills up is no leak.
#[cfg(target_os = "linux")]
pub mod jvm;
/// Clients that misbehave: the leak of each behaviour has its size, and a healthy service is not blamed.
mod misbehave;
/// A Node service: its leak is named by file and line, garbage alone is stable, no signal is sent unasked.
#[cfg(target_os = "linux")]
mod node;
/// Services of many processes: the one that grows is named, what comes and goes with the load is not blamed.
#[cfg(target_os = "linux")]
mod processes;
/// A service that restarts during a run: each segment is judged by itself.
#[cfg(target_os = "linux")]
mod restart;
/// A tokio service with a console: a task that stays is named by where it was spawned.
pub mod tokio_console;
