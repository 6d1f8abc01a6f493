//! `churn`: a new connection for each request, which is closed after its answer. Clients without keep-alive, health
//! checks, functions that live for one call.

use super::client::{AfterRequest, Client};
use super::ended::Ended;

pub(super) async fn play(client: &Client) -> Ended {
    let mut stream = client.send_request(AfterRequest::Close).await?;
    client.read_answer(&mut stream).await
}
