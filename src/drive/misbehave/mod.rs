//! Clients that misbehave on purpose, each for real on the wire.
//!
//! Comes in: the request, the mix, and when load begins and stops. Goes out: rows of counts by behaviour and block.
//! `drive::design` says which request misbehaves, `pool` sends it when it is due, on a thread and in slots of its
//! own, so that those who hold a connection never starve the load; `wire` is what all of them do with a socket, and
//! every behaviour is one file. All use raw sockets: most of them are what no HTTP client will do.
//!
//! Each is bounded: at most `--connections` connections a behaviour, held for [`HOLD`] at most, and over when the load
//! is.

mod abandon_upload;
mod churn;
mod half_open;
mod hang_up;
mod hang_up_mid_body;
mod idle_keepalive;
mod pool;
mod reset;
mod slow_read;
mod slow_send;
mod timeout_and_retry;
mod wire;

use std::time::Duration;

use crate::evidence::ErrorKind;
use crate::workload::Behaviour;

pub(super) use pool::Pool;
use wire::Client;

/// Who holds a connection does so for as long, or for less where its slots would not do: longer than what services
/// usually wait for, short enough that a run sees it end.
pub(super) const HOLD: Duration = Duration::from_secs(3);

/// How it ended: an error is what the server broke, never what the client did.
type Ended = Result<(), ErrorKind>;

/// Misbehaves once; who holds a connection holds it for so long.
async fn misbehave(behaviour: Behaviour, client: &Client, hold: Duration) -> Ended {
    match behaviour {
        Behaviour::HangUp => hang_up::once(client).await,
        Behaviour::HangUpMidBody => hang_up_mid_body::once(client).await,
        Behaviour::SlowRead => slow_read::once(client, hold).await,
        Behaviour::SlowSend => slow_send::once(client, hold).await,
        Behaviour::HalfOpen => half_open::once(client, hold).await,
        Behaviour::AbandonUpload => abandon_upload::once(client).await,
        Behaviour::Reset => reset::once(client).await,
        Behaviour::TimeoutAndRetry => timeout_and_retry::once(client).await,
        Behaviour::Churn => churn::once(client).await,
        Behaviour::IdleKeepalive => idle_keepalive::once(client, hold).await,
    }
}

#[cfg(test)]
mod pool_tests;
#[cfg(test)]
mod wire_tests;
