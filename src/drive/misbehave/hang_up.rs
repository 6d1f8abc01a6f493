//! `hang-up`: sends the whole request and disconnects at once (over TLS close_notify, then FIN). A closed browser tab, a proxy that gives up.

use super::client::{AfterRequest, Client};
use super::ended::Ended;

pub(super) async fn play(client: &Client) -> Ended {
    let mut stream = client.send_request(AfterRequest::Keep).await?;
    // closed in order, so that it is no reset even where an answer is there already
    stream.close_side().await;
    Ok(())
}
