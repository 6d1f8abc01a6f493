//! `idle-keepalive`: reads its answer and then keeps the connection open without a word. Browsers and connection pools.

use std::time::Duration;

use super::client::{AfterRequest, Client, read_until_closed};
use super::ended::Ended;

pub(super) async fn play(client: &Client, hold: Duration) -> Ended {
    let mut stream = client.send_request(AfterRequest::Keep).await?;
    client.read_head(&mut stream).await?;
    // the rest of the answer, and then nothing; a server that closes first may
    read_until_closed(&mut stream, hold).await;
    stream.close_side().await;
    Ok(())
}
