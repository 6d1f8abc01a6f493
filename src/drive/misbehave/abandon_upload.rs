//! `abandon-upload`: announces a body by its length, sends half of it, and leaves. A battery that dies during an
//! upload. Where the plan has no body, 64 KiB are announced.

use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::client::{Client, send_all};
use super::ended::Ended;

/// Time for the server to begin to read before it learns that no more comes.
const UPLOAD_TIME: Duration = Duration::from_millis(20);

pub(super) async fn play(client: &Client) -> Ended {
    let mut stream = client.connect(None).await?;
    let (head, body) = client.upload();
    client.send(&mut stream, &head).await?;
    // a server need not read what it has no use for
    let _ = timeout(UPLOAD_TIME, send_all(&mut stream, &body[..body.len() / 2])).await;
    sleep(UPLOAD_TIME).await;
    stream.close_side().await;
    Ok(())
}
