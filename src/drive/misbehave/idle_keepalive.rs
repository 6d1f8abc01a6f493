//! `idle-keepalive`: reads its answer and then keeps the connection open without a word. Browsers and connection pools.

use std::time::Duration;

use super::Ended;
use super::wire::{Client, Then, drain};

pub(super) async fn once(client: &Client, hold: Duration) -> Ended {
    let mut stream = client.ask(Then::Keep).await?;
    client.head_of_answer(&mut stream).await?;
    // the rest of the answer, and then nothing; a server that closes first may
    drain(&mut stream, hold).await;
    Ok(())
}
