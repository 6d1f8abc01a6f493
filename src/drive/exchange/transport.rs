//! Which transport the requests of an engine use, and one exchange over it.

use std::cell::RefCell;
use std::time::Duration;

use super::expectation::{AnswerCheck, Expectation};
use super::failure_detail::FailureDetail;
use super::kept_answer::KeptAnswer;
use super::plain_http::{Connection, PlainHttp};
use super::pooled_http::PooledHttp;
use crate::drive::outcome::Outcome;
use crate::drive::rendering::{Filling, Keys};
use crate::error::Result;
use crate::evidence::{Connect, ErrorKind};
use crate::plan::RequestPlan;

/// A connection that was not needed for so long is closed: what a moment of slowness opened must not stay with the
/// target for the rest of the run, which would look as if the target grew.
pub(in crate::drive) const IDLE_FOR: Duration = Duration::from_secs(10);

/// What sends the requests of one engine.
pub(in crate::drive) struct Exchange {
    transport: Transport,
    /// Of each request.
    expectations: Vec<Expectation>,
    keys: Vec<Keys>,
}

enum Transport {
    Plain(PlainHttp),
    Pooled(PooledHttp),
}

/// What a slot keeps from one exchange to the next: its connection, where it has one.
#[derive(Default)]
pub(in crate::drive) struct SlotConnection(Option<Connection>);

impl Exchange {
    /// `keys` are those of `plans`, which other engines of the run share.
    ///
    /// # Errors
    /// When the system has no certificates to check an https server by, or the request cannot be built.
    pub(in crate::drive) fn new(
        plans: &[RequestPlan],
        keys: Vec<Keys>,
        connections: u32,
    ) -> Result<Exchange> {
        let transport = if plans.iter().all(is_plain) {
            Transport::Plain(PlainHttp::new(plans)?)
        } else {
            Transport::Pooled(PooledHttp::new(plans, connections, IDLE_FOR)?)
        };
        let expectations = plans.iter().map(Expectation::from_plan).collect();
        Ok(Exchange { transport, expectations, keys })
    }

    /// Sends one of the requests, and reads the answer to its end, within this time in all.
    pub(in crate::drive) async fn send(
        &self,
        connection: &mut SlotConnection,
        which: u8,
        within: Duration,
    ) -> Outcome {
        let which = usize::from(which);
        let (filling, check) = (self.keys[which].next(), self.expectations[which].check());
        self.send_checked(connection, which, &filling, within, check).await
    }

    /// The same over a connection of its own, with what is known of a failure.
    pub(in crate::drive) async fn send_and_explain(
        &self,
        which: u8,
        within: Duration,
    ) -> (Outcome, FailureDetail) {
        let detail = RefCell::default();
        let which = usize::from(which);
        let (filling, check) = (self.keys[which].next(), self.expectations[which].check());
        let (check, mut connection) = (check.keep_detail(&detail), SlotConnection::default());
        let outcome = self.send_checked(&mut connection, which, &filling, within, check).await;
        (outcome, detail.into_inner())
    }

    /// One of the requests filled with these, with what is known of a failure, and its answer.
    pub(in crate::drive) async fn send_and_keep(
        &self,
        connection: &mut SlotConnection,
        which: usize,
        filling: &Filling,
        within: Duration,
    ) -> (Outcome, FailureDetail, KeptAnswer) {
        let (detail, kept) = (RefCell::default(), RefCell::default());
        let check = self.expectations[which].check().keep_detail(&detail).keep_answer(&kept);
        let outcome = self.send_checked(connection, which, filling, within, check).await;
        (outcome, detail.into_inner(), kept.into_inner())
    }

    async fn send_checked(
        &self,
        connection: &mut SlotConnection,
        which: usize,
        filling: &Filling,
        within: Duration,
        check: AnswerCheck<'_>,
    ) -> Outcome {
        let mut outcome = Outcome::default();
        let exchange = async {
            match &self.transport {
                Transport::Plain(plain) => {
                    plain.send(which, filling, &mut connection.0, check, &mut outcome).await
                }
                Transport::Pooled(pooled) => pooled.send(which, filling, check, &mut outcome).await,
            }
        };
        if tokio::time::timeout(within, exchange).await.is_err() {
            outcome.error = Some(ErrorKind::Timeout);
        }
        outcome.status.iter().for_each(|status| filling.note_status(*status));
        outcome
    }

    /// Closes pooled connections when there is no load. Connections that belong to slots are theirs to close.
    pub(in crate::drive) async fn close_pooled(&self) {
        if let Transport::Pooled(pooled) = &self.transport {
            pooled.close_connections().await;
        }
    }
}

/// Whether a request is plain HTTP/1.1 to the host itself.
fn is_plain(plan: &RequestPlan) -> bool {
    let Connect { http2, unix_socket, proxy, .. } = &plan.connect.record;
    let detour = *http2 || unix_socket.is_some() || proxy.is_some() || plan.follow;
    plan.url.scheme() == "http" && !detour
}
