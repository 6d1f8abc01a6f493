//! `timeout-and-retry`: waits half as long as an answer usually takes, leaves, and asks again on a new connection,
//! with patience. A client whose time-out is too short, which doubles the load just when the service is slow.

use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::time::timeout;

use super::client::{AfterRequest, Client};
use super::ended::Ended;

/// Its patience before the first answer.
const FIRST_PATIENCE: Duration = Duration::from_millis(5);

pub(super) async fn play(client: &Client) -> Ended {
    let mut stream = BufReader::new(client.send_request(AfterRequest::Keep).await?);
    let patience = client.response_time().map_or(FIRST_PATIENCE, |time| time / 2);
    // an answer which is in time after all stays to be read
    let in_time = timeout(patience, stream.fill_buf()).await.is_ok();
    if in_time {
        client.read_head(&mut stream).await?;
    }
    stream.get_mut().close_side().await;
    if in_time {
        return Ok(());
    }
    drop(stream);
    let mut again = client.send_request(AfterRequest::Close).await?;
    client.read_answer(&mut again).await
}
