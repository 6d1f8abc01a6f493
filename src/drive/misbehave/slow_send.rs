//! `slow-send`: sends the request a few bytes at a time, and then waits for the answer as others do. A poor uplink, or
//! an attack that is known as Slowloris.

use std::time::Duration;

use tokio::time::sleep;

use super::client::{AfterRequest, Client, send_all};
use super::ended::Ended;

/// Pieces in which the request goes out.
const PIECE_COUNT: usize = 10;

pub(super) async fn play(client: &Client, hold: Duration) -> Ended {
    let mut stream = client.connect(None).await?;
    let request = client.request(AfterRequest::Close);
    for (i, piece) in request.chunks(request.len().div_ceil(PIECE_COUNT)).enumerate() {
        if i > 0 {
            sleep(hold / PIECE_COUNT as u32).await;
        }
        // a server that has waited long enough may close: its right
        if send_all(&mut stream, piece).await.is_err() {
            return Ok(());
        }
    }
    client.read_answer(&mut stream).await
}
