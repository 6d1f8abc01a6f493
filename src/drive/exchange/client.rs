//! How the client of an engine is built, and the requests that it sends.

use reqwest::header::CONNECTION;
use reqwest::redirect::Policy;
use reqwest::{Client, Request};
use std::time::Duration;

use crate::drive::request_head::USER_AGENT_VALUE;
use crate::error::{Error, Result};
use crate::http::{client_for, request_by};
use crate::plan::RequestPlan;

/// Half as many hops as curl and browsers allow: a service behind more is not what is being soaked.
const MOST_REDIRECTS: usize = 10;

/// A client for this plan, which keeps at most `connections` idle connections, each for `idle_for`.
///
/// # Errors
/// When the system has no certificates to check an https server by.
pub(super) fn build(plan: &RequestPlan, connections: u32, idle_for: Duration) -> Result<Client> {
    let idle = if plan.connect.record.disable_keepalive { 0 } else { connections as usize };
    client_for(plan)?
        .retry(reqwest::retry::never())
        .redirect(if plan.follow { same_host() } else { Policy::none() })
        .referer(false)
        .user_agent(USER_AGENT_VALUE)
        .pool_max_idle_per_host(idle)
        .pool_idle_timeout(idle_for)
        .build()
        .map_err(|e| own_error("the HTTP client could not be set up", &e))
}

/// The request of this plan.
///
/// # Errors
/// When the request cannot be built.
pub(super) fn request(client: &Client, plan: &RequestPlan) -> Result<Request> {
    let RequestPlan { method, headers, body, connect, .. } = plan;
    let mut request = request_by(client, plan, method.clone(), &plan.url)?;
    if connect.record.disable_keepalive {
        request = request.header(CONNECTION, "close");
    }
    request = request.headers(headers.clone());
    if !body.is_empty() {
        request = request.body(body.clone());
    }
    request.build().map_err(|e| own_error("the request could not be built", &e))
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

fn own_error(what: &str, e: &reqwest::Error) -> Error {
    Error::Own(format!("{what}: {}", causes(e)))
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
