//! Which process is behind a URL; starting, following and ending one.
//!
//! Comes in: a plan. Goes out: a [`Target`], or why no process can be observed. `locate` finds the target (by listener,
//! name, pid or container) or starts it; [`Follower`] follows its life, [`Members`] lists its processes, and
//! [`ProxyStatus`] says whether it does the work itself or passes it on. `processes` and `sockets` are what the
//! operating system shows. To be read first: `locate`, then `find_by_listener`.

mod ancestry;
#[cfg(target_os = "linux")]
pub mod cgroup;
#[cfg(target_os = "linux")]
mod connection_bytes;
mod cpu_times;
mod endpoint;
#[cfg(target_os = "linux")]
mod find_by_container;
mod find_by_listener;
mod find_by_name;
mod follower;
mod found_target;
mod identity;
#[cfg(target_os = "linux")]
mod listener_holders;
mod locate;
mod members;
pub mod other_ports;
#[cfg(target_os = "linux")]
mod outgoing;
mod process_tree;
mod processes;
#[cfg(target_os = "linux")]
mod processes_linux;
#[cfg(any(not(target_os = "linux"), test))]
#[cfg_attr(target_os = "linux", allow(dead_code))] // on Linux it is compiled for its tests alone
mod processes_portable;
mod proxy_check;
mod proxy_status;
mod roots;
pub mod runtime;
mod search;
#[cfg(target_os = "linux")]
mod socket_tables;
mod sockets;
#[cfg(any(not(target_os = "linux"), test))]
#[cfg_attr(target_os = "linux", allow(dead_code))] // on Linux it is compiled for its tests alone
mod sockets_portable;
mod started_command;
mod upstream;

pub use endpoint::{Endpoint, PortHolder};
pub use find_by_listener::{find_listeners, resolve, standing_for};
pub use follower::Follower;
pub use found_target::{Found, Target};
pub use identity::Identity;
pub use locate::{find, target_described_by, target_of_pid};
pub use members::Members;
pub use processes::{pids, program};
pub use proxy_status::ProxyStatus;
pub use runtime::runtime_of;
pub use started_command::Started;
pub use upstream::Upstream;

/// [`target_of_pid`] of a process that runs, for tests.
#[cfg(test)]
pub(crate) fn target_of(pid: u32) -> Target {
    target_of_pid(pid).expect("it runs")
}
