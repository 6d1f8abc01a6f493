//! Requests that a person sends one by one, as a run would send them.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::exchange::{Exchange, SlotConnection};
use super::own_thread::on_own_thread;
use super::rendering::Keys;
use crate::error::{Error, Result};
use crate::plan::RequestPlan;

/// How a request that was sent by hand has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndedByHand {
    /// It was answered as expected.
    Answered,
    /// It was not, or its answer is not as expected.
    Failed,
}

/// Sends the request of a plan on demand, from a separate thread, until it is dropped.
#[derive(Debug)]
pub struct ByHand(UnboundedSender<()>);

impl ByHand {
    /// `ended` is called for each request with how it ended.
    ///
    /// # Errors
    /// When the HTTP client or the thread cannot be set up, or the request cannot be built.
    pub fn start(
        request: &RequestPlan,
        timeout: Duration,
        ended: impl Fn(EndedByHand) + Send + 'static,
    ) -> Result<ByHand> {
        let requests = [request.clone()];
        let exchange = Exchange::new(&requests, Keys::of_requests(&requests, None), 1)?;
        let own_error = |e: std::io::Error| Error::Own(format!("no requests can be sent by hand: {e}"));
        let (sender, asked) = unbounded_channel();
        let send = move || async move { send_all(&exchange, timeout, asked, ended).await };
        on_own_thread("soak-by-hand", send).map_err(own_error)?;
        Ok(ByHand(sender))
    }

    /// Sends one; waits for nothing.
    pub fn send(&self) {
        // the thread ends with this handle alone
        let _ = self.0.send(());
    }
}

/// Connections are closed after the answer, so that what stays is not a connection. Over plain HTTP/1.1 each request
/// has its own; where a client keeps a pool (TLS, HTTP/2, a proxy, a Unix socket, redirects), requests that are under way
/// at once may share one.
async fn send_all(
    exchange: &Exchange,
    timeout: Duration,
    mut asked: UnboundedReceiver<()>,
    ended: impl Fn(EndedByHand),
) {
    let send = || async {
        let mut connection = SlotConnection::default();
        let outcome = exchange.send(&mut connection, 0, timeout).await;
        exchange.close_pooled().await;
        if outcome.error.is_none() { EndedByHand::Answered } else { EndedByHand::Failed }
    };
    let mut under_way = FuturesUnordered::new();
    loop {
        tokio::select! {
            one = asked.recv() => match one {
                Some(()) => under_way.push(send()),
                None => return,
            },
            Some(how) = under_way.next() => ended(how),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drive::testing::{Server, ServerStyle, request_to};
    use std::sync::mpsc::channel;

    fn three_by_hand(server: &Server) -> Vec<EndedByHand> {
        let (sender, ended) = channel();
        let count = move |how| sender.send(how).unwrap();
        let by_hand = ByHand::start(&request_to(server.addr), Duration::from_secs(5), count).unwrap();
        (0..3).for_each(|_| by_hand.send());
        (0..3).map(|_| ended.recv_timeout(Duration::from_secs(10)).unwrap()).collect()
    }

    #[test]
    fn each_request_is_sent_once_and_says_how_it_ended() {
        let server = Server::start(ServerStyle::status("200 OK", "", "ok"));
        assert_eq!(three_by_hand(&server), [EndedByHand::Answered; 3]);
        assert_eq!(server.requests(), 3);
        let failing = Server::start(ServerStyle::status("500 Internal Server Error", "", ""));
        assert_eq!(three_by_hand(&failing), [EndedByHand::Failed; 3]);
    }
}
