//! `hang-up-mid-body`: reads the head of the answer and the first bytes of its body, and disconnects. A download that
//! is stopped, over TLS without a close_notify. What is still to come then meets a closed socket.

use tokio::io::AsyncReadExt;

use super::client::{AfterRequest, Client};
use super::ended::Ended;

/// Read at a time: few, so that the middle is not missed.
const RECEIVE_BUFFER: u32 = 4096;

pub(super) async fn play(client: &Client) -> Ended {
    let mut stream = client.connect(Some(RECEIVE_BUFFER)).await?;
    client.send(&mut stream, &client.request(AfterRequest::Keep)).await?;
    if client.read_head(&mut stream).await?.bytes.is_empty() {
        // a body that does not begin for as long as an answer takes is none
        let patience = client.response_time().unwrap_or_default().max(std::time::Duration::from_millis(20));
        let _ = tokio::time::timeout(patience, stream.read_u8()).await;
    }
    Ok(())
}
