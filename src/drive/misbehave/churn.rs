//! `churn`: a new connection for each request, which is closed after its answer. Clients without keep-alive, health
//! checks, functions that live for one call.

use super::Ended;
use super::wire::{Client, Then};

pub(super) async fn once(client: &Client) -> Ended {
    let mut stream = client.ask(Then::Close).await?;
    client.whole_answer(&mut stream).await
}
