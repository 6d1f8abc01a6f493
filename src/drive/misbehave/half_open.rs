//! `half-open`: sends the request, closes its own side (FIN), and keeps the other open to read what comes. `nc` and
//! some old clients do so; many servers take the FIN for a client that has left.

use std::time::Duration;

use tokio::io::AsyncWriteExt;

use super::client::{AfterRequest, Client, read_until_closed};
use super::ended::Ended;

pub(super) async fn play(client: &Client, hold: Duration) -> Ended {
    let mut stream = client.send_request(AfterRequest::Keep).await?;
    let _ = stream.shutdown().await;
    // no answer is its right: the client said that it sends no more
    read_until_closed(&mut stream, hold).await;
    Ok(())
}
