//! One request and its answer, through reqwest.
//!
//! Comes in: the request of the plan. Goes out: an [`Outcome`] for each exchange. Proxies of the environment are not
//! used, nothing is sent twice, and a redirect is an answer like any other unless the plan follows it on its host.

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Request, StatusCode};

use super::tally::Outcome;
use crate::error::{Error, Result};
use crate::evidence::ErrorKind;
use crate::plan::RequestPlan;

/// As many hops as curl and browsers take for a loop, halved: a service behind more is not what is being soaked.
const MOST_REDIRECTS: usize = 10;

/// The client of one engine with the request that it sends over and over.
pub(super) struct Exchange {
    client: Client,
    request: Request,
    expect_status: Vec<StatusCode>,
}

impl Exchange {
    /// # Errors
    /// When the system has no certificates to check an https server by, or the request cannot be built.
    pub(super) fn new(plan: &RequestPlan, connections: u32) -> Result<Exchange> {
        // Someone may have chosen a provider before; then theirs will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = Client::builder()
            .no_proxy()
            .http1_only()
            .retry(reqwest::retry::never())
            .redirect(if plan.follow { same_host() } else { Policy::none() })
            .referer(false)
            .user_agent(concat!("soak/", env!("CARGO_PKG_VERSION")))
            .pool_max_idle_per_host(connections as usize);
        if plan.insecure {
            builder = builder.tls_danger_accept_invalid_certs(true);
        } else if plan.url.scheme() == "http" && !plan.follow {
            // Plain http needs no certificates: where the machine has none, loading them would be an error.
            builder = builder.tls_certs_only([]);
        }
        let own = |what: &str, e: reqwest::Error| Error::Own(format!("{what}: {}", causes(&e)));
        let client = builder.build().map_err(|e| own("the HTTP client could not be set up", e))?;
        let mut request = client.request(plan.method.clone(), plan.url.clone()).headers(plan.headers.clone());
        if !plan.body.is_empty() {
            request = request.body(plan.body.clone());
        }
        let request = request.build().map_err(|e| own("the request could not be built", e))?;
        Ok(Exchange { client, request, expect_status: plan.expect_status.clone() })
    }

    /// Send it, and read the answer to its end, within this time in all.
    pub(super) async fn once(&self, within: Duration) -> Outcome {
        let mut outcome = Outcome::default();
        if tokio::time::timeout(within, self.talk(&mut outcome)).await.is_err() {
            outcome.error = Some(ErrorKind::Timeout);
        }
        outcome
    }

    async fn talk(&self, outcome: &mut Outcome) {
        // only a body that streams cannot be cloned, and ours are bytes
        let Some(request) = self.request.try_clone() else { return };
        let mut response = match self.client.execute(request).await {
            Ok(response) => response,
            Err(e) => {
                outcome.error = Some(before_the_answer(&e));
                return;
            }
        };
        outcome.answered = true;
        outcome.error = self.judge(response.status());
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) => outcome.bytes += chunk.len() as u64,
                Ok(None) => return,
                Err(_) => {
                    outcome.error = Some(ErrorKind::Body);
                    return;
                }
            }
        }
    }

    /// A 2xx is always right; the others where the plan expects them.
    fn judge(&self, status: StatusCode) -> Option<ErrorKind> {
        if status.is_success() || self.expect_status.contains(&status) {
            return None;
        }
        Some(match status.as_u16() {
            400..=499 => ErrorKind::Status4xx,
            // a protocol switched to (101) is, like a redirect, an answer that says to go elsewhere
            ..=399 => ErrorKind::Status3xx,
            _ => ErrorKind::Status5xx,
        })
    }
}

fn before_the_answer(e: &reqwest::Error) -> ErrorKind {
    if e.is_connect() {
        ErrorKind::Connect
    } else if e.is_timeout() {
        ErrorKind::Timeout
    } else {
        // closed, reset, or no HTTP: the connection is of no use any more
        ErrorKind::Reset
    }
}

fn same_host() -> Policy {
    Policy::custom(|attempt| {
        let from = attempt.previous().last().and_then(|url| url.host_str());
        if attempt.previous().len() <= MOST_REDIRECTS && from == attempt.url().host_str() {
            attempt.follow()
        } else {
            attempt.stop()
        }
    })
}

/// reqwest's own text names the URL, which may hold secrets, and hides the reason: this is the reason.
fn causes(e: &reqwest::Error) -> String {
    let mut cause = std::error::Error::source(e);
    let mut text = Vec::new();
    while let Some(e) = cause {
        text.push(e.to_string());
        cause = e.source();
    }
    if text.is_empty() { "no reason given".into() } else { text.join(": ") }
}
