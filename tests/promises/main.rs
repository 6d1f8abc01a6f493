//! What soak promises, one file a promise, each running the real binary or reading the real code.
//!
//! One program, so that the tests are linked once.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on may panic, in its helpers too")]

mod chromium;
mod compare;
mod demo;
mod doctor;
#[cfg(unix)]
mod driver;
mod endings;
mod foresight;
#[cfg(unix)]
mod gating;
mod go;
mod go_without_pprof;
mod hard_targets;
#[cfg(target_os = "linux")]
mod hostile_probes;
mod house;
#[cfg(target_os = "linux")]
mod jvm;
mod misbehave;
#[cfg(target_os = "linux")]
mod node;
mod page;
mod pictures;
mod pipeline;
mod precedence;
#[cfg(target_os = "linux")]
mod processes;
mod profiles;
#[cfg(unix)]
mod reached;
mod requests;
#[cfg(target_os = "linux")]
mod restart;
mod run_directory;
mod schemas;
mod secrets;
mod shapes;
mod signals;
mod streams;
mod support;
mod tokio_console;
mod watch;
mod wrong_use;
