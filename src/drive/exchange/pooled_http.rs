//! Everything but plain HTTP/1.1 over TCP, through reqwest and its pool of connections.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use reqwest::{Client, Request, Url};

use super::client;
use super::client_renewal::ClientRenewal;
use super::expectation::AnswerCheck;
use crate::drive::outcome::Outcome;
use crate::drive::rendering::{Filling, Renderer};
use crate::error::{Error, Result};
use crate::evidence::ErrorKind;
use crate::plan::RequestPlan;

/// One of the requests.
struct PreparedRequest {
    request: Request,
    /// Scheme, host and port: what is filled in never leads elsewhere.
    origin: String,
    /// Fills in what differs, where something does.
    renderer: Option<Renderer>,
}

/// The client of one engine, with the requests that it sends over and over.
pub(super) struct PooledHttp {
    requests: Vec<PreparedRequest>,
    client: RefCell<Client>,
    /// Whether the client may have connections.
    used: Cell<bool>,
    renewal: ClientRenewal,
}

impl PooledHttp {
    /// # Errors
    /// When the system has no certificates to check an https server by, or the request cannot be built.
    pub(super) fn new(plans: &[RequestPlan], connections: u32, idle_for: Duration) -> Result<PooledHttp> {
        let Some(plan) = plans.first() else { return Err(Error::Own("no request to send".into())) };
        let client = client::build(plan, connections, idle_for)?;
        let prepared = |plan: &RequestPlan| {
            let renderer = Renderer::from_plan(plan);
            let request = client::request(&client, plan)?;
            let origin = request.url().origin().ascii_serialization();
            Ok(PreparedRequest { request, origin, renderer })
        };
        let requests = plans.iter().map(prepared).collect::<Result<Vec<PreparedRequest>>>()?;
        let renewal = ClientRenewal::new(plan.clone(), connections, idle_for);
        Ok(PooledHttp { requests, client: RefCell::new(client), used: Cell::new(false), renewal })
    }

    /// Closes all connections now that there is no load, and not when they have been idle for long: they would stay
    /// with the target through settle and look like growth. That takes another client, whose pool is empty.
    pub(super) async fn close_connections(&self) {
        if !self.used.replace(false) {
            return;
        }
        // where none can be made, the pool closes idle connections in its own time
        if let Some(another) = self.renewal.replace_now().await {
            *self.client.borrow_mut() = another;
        }
    }

    /// Sends the request, and reads the answer to its end.
    pub(super) async fn send(
        &self,
        which: usize,
        filling: &Filling,
        mut check: AnswerCheck<'_>,
        outcome: &mut Outcome,
    ) {
        if let Some(renewed) = self.renewal.take_due() {
            *self.client.borrow_mut() = renewed;
        }
        self.used.set(true);
        let client = self.client.borrow().clone();
        let Some(request) = self.requests[which].request(filling) else { return };
        let mut response = match client.execute(request).await {
            Ok(response) => response,
            Err(e) => return check.fail(error_before_answer(&e), &e, outcome),
        };
        check.head(response.status(), response.headers(), outcome);
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) => check.body(&chunk, outcome),
                Ok(None) => return check.end(outcome),
                Err(e) => return check.fail(ErrorKind::Body, &e, outcome),
            }
        }
    }
}

impl PreparedRequest {
    /// None only for a body that streams, which ours do not.
    fn request(&self, filling: &Filling) -> Option<Request> {
        let mut request = self.request.try_clone()?;
        let Some(renderer) = &self.renderer else { return Some(request) };
        let target = renderer.target(filling);
        // behind the origin, and not joined to it: two slashes would begin another host
        let url = std::str::from_utf8(&target).ok().map(|target| format!("{}{target}", self.origin));
        if let Some(url) = url.and_then(|url| Url::parse(&url).ok()) {
            *request.url_mut() = url;
        }
        request.headers_mut().extend(renderer.headers(filling).map(|(name, value)| (name.clone(), value)));
        if let Some(body) = renderer.body(filling) {
            *request.body_mut() = Some(body.into());
        }
        Some(request)
    }
}

fn error_before_answer(e: &reqwest::Error) -> ErrorKind {
    if e.is_connect() {
        ErrorKind::Connect
    } else if e.is_timeout() {
        ErrorKind::Timeout
    } else {
        // closed, reset, or not HTTP: the connection is of no more use
        ErrorKind::Reset
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drive::exchange::expectation::Expectation;
    use crate::drive::exchange::host_addresses::known_at;
    use crate::drive::exchange::testing::{Server, Speaks};
    use crate::drive::testing::request_to;

    #[tokio::test]
    async fn a_host_that_moves_is_followed_over_http_2_as_well() {
        let server = Server::start(&Speaks::Http2);
        let addr = server.addr.unwrap();
        let mut plan = request_to(addr);
        plan.connect.record.http2 = true;
        let mut pooled = PooledHttp::new(std::slice::from_ref(&plan), 4, Duration::from_secs(10)).unwrap();
        pooled.renewal.addresses = Some(known_at(([127, 0, 0, 2], addr.port()).into(), addr.port()));
        let expected = Expectation::from_plan(&plan);
        let send = async || {
            let mut outcome = Outcome::default();
            pooled.send(0, &1.into(), expected.check(), &mut outcome).await;
            assert!(outcome.answered && outcome.error.is_none(), "{outcome:?}");
            server.seen().last().unwrap().connection
        };
        let followed = async {
            assert_eq!((send().await, send().await), (0, 0), "known, and not old yet");
            while send().await == 0 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            // where it is now it stays
            tokio::time::sleep(Duration::from_millis(150)).await;
            assert_eq!(send().await, 1);
        };
        let local = tokio::task::LocalSet::new();
        local.run_until(tokio::time::timeout(Duration::from_secs(10), followed)).await.unwrap();
    }
}
