//! `half-open`: sends the request, closes its own side (FIN), and keeps the other open to read what comes. `nc` and some
//! old clients do so; many servers take the FIN for a client that has left.

use std::time::Duration;

use tokio::io::AsyncWriteExt;

use super::Ended;
use super::wire::{Client, Then, drain};

pub(super) async fn once(client: &Client, hold: Duration) -> Ended {
    let mut stream = client.ask(Then::Keep).await?;
    let _ = stream.shutdown().await;
    // no answer is its right: the client said that it sends no more
    drain(&mut stream, hold).await;
    Ok(())
}
