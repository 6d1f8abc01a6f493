//! One request and its answer: where it goes over, and what became of it.
//!
//! Comes in: the requests of the plan, which share an origin. Goes out: an [`Outcome`] for each exchange; [`expect`]
//! says what is right. Nothing is sent twice, and a redirect is an answer like any other unless the plan follows it
//! on its host. Plain HTTP/1.1 goes over connections of hyper's that belong to the slots themselves ([`plain`]), which
//! sends 1.4 times as many requests a second as a client with a pool does (`cargo bench --bench driver`). All else (TLS,
//! HTTP/2, Unix sockets, proxies, redirects) is left to reqwest ([`client`]).

mod client;
mod expect;
mod names;
mod plain;

use std::time::Duration;

use super::outcome::Outcome;
use crate::error::Result;
use crate::evidence::{Connect, ErrorKind};
use crate::plan::RequestPlan;

use client::Pooled;
use expect::Expected;
use plain::{Line, Plain};

/// A connection that nobody has needed for so long is closed: what a moment of slowness opened must not stay with the
/// target for the rest of the run, which would look as if the target grew.
pub(super) const IDLE_FOR: Duration = Duration::from_secs(10);

/// What sends the requests of one engine.
pub(super) struct Exchange {
    over: Over,
    /// Of each request.
    expected: Vec<Expected>,
}

enum Over {
    Plain(Plain),
    Pooled(Pooled),
}

/// What a slot keeps from one exchange to the next: its connection, where it has one of its own.
#[derive(Default)]
pub(super) struct Kept(Option<Line>);

impl Exchange {
    /// # Errors
    /// When the system has no certificates to check an https server by, or the request cannot be built.
    pub(super) fn new(plans: &[RequestPlan], connections: u32) -> Result<Exchange> {
        // what they do not share is no part of how they are sent
        let plain = plans.iter().all(|plan| {
            let Connect { http2, unix_socket, proxy, .. } = &plan.connect.record;
            let detour = *http2 || unix_socket.is_some() || proxy.is_some() || plan.follow;
            plan.url.scheme() == "http" && !detour
        });
        let over = if plain {
            Over::Plain(Plain::new(plans)?)
        } else {
            Over::Pooled(Pooled::new(plans, connections)?)
        };
        Ok(Exchange { over, expected: plans.iter().map(Expected::of).collect() })
    }

    /// Send this one of them, and read the answer to its end, within this time in all.
    pub(super) async fn once(&self, kept: &mut Kept, which: u8, within: Duration) -> Outcome {
        let which = usize::from(which);
        let judge = self.expected[which].judge();
        let mut outcome = Outcome::default();
        let talk = async {
            match &self.over {
                Over::Plain(plain) => plain.talk(which, &mut kept.0, judge, &mut outcome).await,
                Over::Pooled(pooled) => pooled.talk(which, judge, &mut outcome).await,
            }
        };
        if tokio::time::timeout(within, talk).await.is_err() {
            outcome.error = Some(ErrorKind::Timeout);
        }
        outcome
    }

    /// There is no load. Connections that belong to slots are theirs to close.
    pub(super) async fn rest(&self) {
        if let Over::Pooled(pooled) = &self.over {
            pooled.rest().await;
        }
    }
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
