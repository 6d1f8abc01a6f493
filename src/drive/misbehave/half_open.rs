//! `half-open`: sends the request, closes its own side (over TLS close_notify, then FIN), and keeps the other open to read what comes. `nc` and
//! some old clients do so; many servers take the FIN for a client that has left.

use std::time::Duration;

use super::client::{AfterRequest, Client, read_until_closed};
use super::ended::Ended;

pub(super) async fn play(client: &Client, hold: Duration) -> Ended {
    let mut stream = client.send_request(AfterRequest::Keep).await?;
    stream.close_side().await;
    // no answer is its right: the client said that it sends no more
    read_until_closed(&mut stream, hold).await;
    Ok(())
}
