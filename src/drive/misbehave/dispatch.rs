//! Which file plays which behaviour.

use std::time::Duration;

use super::client::Client;
use super::ended::Ended;
use super::{
    abandon_upload, churn, half_open, hang_up, hang_up_mid_body, idle_keepalive, reset, slow_read, slow_send,
    timeout_and_retry,
};
use crate::workload::Behaviour;

/// The longest that a client holds its connection, less where its slots would not be enough: longer than services
/// usually wait, and short enough that a run sees it end.
pub(super) const LONGEST_HOLD: Duration = Duration::from_secs(3);

/// Plays a behaviour once; a client that holds its connection does so for `hold`.
pub(super) async fn play(behaviour: Behaviour, client: &Client, hold: Duration) -> Ended {
    match behaviour {
        Behaviour::HangUp => hang_up::play(client).await,
        Behaviour::HangUpMidBody => hang_up_mid_body::play(client).await,
        Behaviour::SlowRead => slow_read::play(client, hold).await,
        Behaviour::SlowSend => slow_send::play(client, hold).await,
        Behaviour::HalfOpen => half_open::play(client, hold).await,
        Behaviour::AbandonUpload => abandon_upload::play(client).await,
        Behaviour::Reset => reset::play(client).await,
        Behaviour::TimeoutAndRetry => timeout_and_retry::play(client).await,
        Behaviour::Churn => churn::play(client).await,
        Behaviour::IdleKeepalive => idle_keepalive::play(client, hold).await,
    }
}

#[cfg(test)]
mod tests;
