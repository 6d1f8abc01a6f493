//! `slow-read`: sends the request at once and reads the answer a few bytes at a time, into a small buffer, so that the
//! server's writes block. A phone at the edge of its network. What is not read by the end is left. TLS hands out
//! nothing before a record is whole: over TLS the first one, up to 16 KiB, is taken in at once.

use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::time::{Instant, sleep, timeout};

use super::client::{AfterRequest, Client};
use super::ended::Ended;
use crate::evidence::ErrorKind;

/// The kernel takes at least about two kilobytes.
const RECEIVE_BUFFER: u32 = 2048;
/// What is read at a time.
const READ_BYTES: usize = 64;
/// Reads in all of its time.
const MOST_READS: u32 = 20;

pub(super) async fn play(client: &Client, hold: Duration) -> Ended {
    let mut stream = client.connect(Some(RECEIVE_BUFFER)).await?;
    client.send(&mut stream, &client.request(AfterRequest::Close)).await?;
    let until = Instant::now() + hold;
    // first of all it does not read: what the server has to say must find its place in buffers
    sleep(hold / 4).await;
    let (mut buffer, mut any) = ([0_u8; READ_BYTES], false);
    while Instant::now() < until {
        match timeout(hold, stream.read(&mut buffer)).await {
            Ok(Ok(1..)) => any = true,
            Ok(Ok(0)) if any => return Ok(()),
            Ok(_) if !any => return Err(ErrorKind::Reset),
            // cut off by a server that does not wait for the slow: its right
            _ => return Ok(()),
        }
        sleep(hold / MOST_READS).await;
    }
    Ok(())
}
