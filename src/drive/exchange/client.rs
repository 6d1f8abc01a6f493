//! Everything but plain HTTP/1.1, through reqwest and its pool of connections.
//!
//! Proxies of the environment are not used.

use reqwest::redirect::Policy;
use reqwest::{Client, Request};

use super::expect::Judge;
use crate::drive::tally::Outcome;
use crate::error::{Error, Result};
use crate::evidence::ErrorKind;
use crate::plan::RequestPlan;

/// As many hops as curl and browsers take for a loop, halved: a service behind more is not what is being soaked.
const MOST_REDIRECTS: usize = 10;

/// The client of one engine with the requests that it sends over and over.
pub(super) struct Pooled {
    client: Client,
    requests: Vec<Request>,
}

impl Pooled {
    /// # Errors
    /// When the system has no certificates to check an https server by, or the request cannot be built.
    pub(super) fn new(plans: &[RequestPlan], connections: u32) -> Result<Pooled> {
        let Some(plan) = plans.first() else { return Err(Error::Own("there is no request to send".into())) };
        // Someone may have chosen a provider before; then theirs will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = Client::builder()
            .no_proxy()
            .http1_only()
            .retry(reqwest::retry::never())
            .redirect(if plan.follow { same_host() } else { Policy::none() })
            .referer(false)
            .user_agent(super::USER_AGENT)
            .pool_max_idle_per_host(connections as usize);
        if plan.insecure {
            builder = builder.tls_danger_accept_invalid_certs(true);
        } else if plan.url.scheme() == "http" && !plan.follow {
            // Plain http needs no certificates: where the machine has none, loading them would be an error.
            builder = builder.tls_certs_only([]);
        }
        let own = |what: &str, e: reqwest::Error| Error::Own(format!("{what}: {}", causes(&e)));
        let client = builder.build().map_err(|e| own("the HTTP client could not be set up", e))?;
        let request = |plan: &RequestPlan| {
            let mut request =
                client.request(plan.method.clone(), plan.url.clone()).headers(plan.headers.clone());
            if !plan.body.is_empty() {
                request = request.body(plan.body.clone());
            }
            request.build().map_err(|e| own("the request could not be built", e))
        };
        let requests = plans.iter().map(request).collect::<Result<Vec<Request>>>()?;
        Ok(Pooled { client, requests })
    }

    /// Send the request, and read the answer to its end.
    pub(super) async fn talk(&self, which: usize, mut judge: Judge<'_>, outcome: &mut Outcome) {
        // only a body that streams cannot be cloned, and ours are bytes
        let Some(request) = self.requests[which].try_clone() else { return };
        let mut response = match self.client.execute(request).await {
            Ok(response) => response,
            Err(e) => {
                outcome.error = Some(before_the_answer(&e));
                return;
            }
        };
        judge.answered(response.status(), outcome);
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) => judge.read(&chunk, outcome),
                Ok(None) => return judge.ended(outcome),
                Err(_) => {
                    outcome.error = Some(ErrorKind::Body);
                    return;
                }
            }
        }
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
