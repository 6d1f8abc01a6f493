//! `timeout-and-retry`: waits half as long as an answer usually takes, leaves, and asks once more on a new connection,
//! with patience. A client whose time-out is too short, which doubles the load just when the service is slow.

use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

use super::Ended;
use super::wire::{Client, Then};

/// Its patience before anybody has seen an answer.
const FIRST_PATIENCE: Duration = Duration::from_millis(5);

pub(super) async fn once(client: &Client) -> Ended {
    let mut stream = client.ask(Then::Keep).await?;
    let patience = client.usual().map_or(FIRST_PATIENCE, |usual| usual / 2);
    // it peeks, so that an answer which is in time after all stays to be read
    if timeout(patience, stream.readable()).await.is_ok() {
        return client.head_of_answer(&mut stream).await.map(|_| ());
    }
    let _ = stream.shutdown().await;
    drop(stream);
    let mut again = client.ask(Then::Close).await?;
    client.whole_answer(&mut again).await
}
