//! `reset`: sends the request and resets the connection (RST instead of FIN, over TLS without a
//! close_notify). A load balancer that cuts, a process that
//! is killed with its socket open.

use std::time::Duration;

use tokio::time::sleep;

use super::client::{AfterRequest, Client};
use super::ended::Ended;

/// A reset that comes before the server has read the request takes the request with it.
const UNTIL_READ: Duration = Duration::from_millis(10);

pub(super) async fn play(client: &Client) -> Ended {
    let stream = client.send_request(AfterRequest::Keep).await?;
    sleep(UNTIL_READ).await;
    stream.reset();
    Ok(())
}
