//! Each request of a plan once, before the load, as the load will send it.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, COOKIE};
use reqwest::{StatusCode, Url};
use tokio::sync::oneshot;

use super::exchange::{Exchange, FailureDetail};
use super::outcome::Outcome;
use super::own_thread::on_own_thread;
use super::rendering::Keys;
use super::sessions::Sessions;
use crate::error::{Error, Result};
use crate::evidence::{ConnectFailure, ErrorKind, FailedRequest, RequestFailure};
use crate::plan::{RequestPlan, with_slots};
use crate::workload::ONLY;

/// Sends them one after another on a separate thread, each over a connection that is closed again, and gives those
/// that failed. One that got no answer ends it: the others go to the same place. Nothing of it is counted.
///
/// # Errors
/// When the HTTP client or the thread cannot be set up, or a request cannot be built.
pub async fn send_each_once(
    requests: &[RequestPlan],
    sessions: Option<&Arc<Sessions>>,
    within: Duration,
) -> Result<Vec<FailedRequest>> {
    let own_error = |e: &dyn std::fmt::Display| Error::Own(format!("no request can be sent: {e}"));
    let exchange = Exchange::new(requests, Keys::of_requests(requests, sessions), 1)?;
    let (sender, sent) = oneshot::channel();
    let requests = requests.to_vec();
    let send = move || async move {
        // who asked may have gone, after a signal
        let _ = sender.send(send_until_unanswered(&exchange, &requests, within).await);
    };
    on_own_thread("soak-first", send).map_err(|e| own_error(&e))?;
    sent.await.map_err(|e| own_error(&e))
}

async fn send_until_unanswered(
    exchange: &Exchange,
    requests: &[RequestPlan],
    within: Duration,
) -> Vec<FailedRequest> {
    let mut failed = Vec::new();
    for (which, request) in (0..).zip(requests) {
        let (outcome, detail) = exchange.send_and_explain(which, within).await;
        let failure = find_failure(request, &outcome, &detail, within);
        failed.extend(failure.map(|failure| describe(request, failure)));
        if !outcome.answered {
            break;
        }
    }
    exchange.close_pooled().await;
    failed
}

/// What became of the request; none where it is as expected.
pub(super) fn find_failure(
    request: &RequestPlan,
    outcome: &Outcome,
    detail: &FailureDetail,
    within: Duration,
) -> Option<RequestFailure> {
    let cause = detail.cause.clone();
    let status = outcome.status.unwrap_or_default();
    Some(match outcome.error? {
        ErrorKind::Connect => RequestFailure::NoConnection(detail.connect, cause),
        // a server that misses a certificate says so after the handshake
        ErrorKind::Reset if detail.connect == ConnectFailure::Tls => {
            RequestFailure::NoConnection(detail.connect, cause)
        }
        ErrorKind::Timeout | ErrorKind::Dropped => RequestFailure::Timeout(within),
        ErrorKind::Reset => RequestFailure::Closed(cause),
        ErrorKind::Body => RequestFailure::BrokenOff(cause),
        ErrorKind::Text => RequestFailure::Text { status, bytes: outcome.bytes },
        ErrorKind::Status3xx | ErrorKind::Status4xx | ErrorKind::Status5xx => {
            let is_redirect = StatusCode::from_u16(status).is_ok_and(|status| status.is_redirection());
            let location = detail.location.as_deref().filter(|_| is_redirect);
            let to = location.and_then(|location| request.url.join(location).ok());
            let same_host = to.as_ref().is_some_and(|to| to.host_str() == request.url.host_str());
            let can_follow = same_host && !request.follow;
            // the origin alone, which is all that may be said, is where the request went anyway
            let says_where = request.vary.is_none() || !same_host;
            let leads_to = to.as_ref().filter(|_| says_where).map(|to| where_to(to, request));
            RequestFailure::Status { status, leads_to, can_follow }
        }
    })
}

pub(super) fn describe(request: &RequestPlan, failure: RequestFailure) -> FailedRequest {
    let sends = |header| request.has_header(&header);
    FailedRequest {
        name: Some(request.name.clone()).filter(|name| name != ONLY),
        method: request.method.to_string(),
        path: with_slots(request.url.path()),
        origin: request.url.origin().ascii_serialization(),
        has_credentials: sends(AUTHORIZATION) || sends(COOKIE) || request.has_session(),
        is_proxied: request.connect.record.proxy.is_some(),
        failure,
    }
}

/// A query may hold secrets, and a path what was filled into a slot.
fn where_to(url: &Url, request: &RequestPlan) -> String {
    let path = if request.vary.is_some() { "" } else { url.path() };
    format!("{}{path}", url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;
    use crate::drive::testing::{Server, ServerStyle, request_to};

    const PATIENCE: Duration = Duration::from_secs(10);

    async fn one(request: RequestPlan, within: Duration) -> Option<RequestFailure> {
        let failed = send_each_once(&[request], None, within).await.unwrap();
        failed.into_iter().next().map(|failed| failed.failure)
    }

    async fn of_answer(status: &str, headers: &str) -> Option<RequestFailure> {
        let server = Server::start(ServerStyle::status(status, headers, "body"));
        let failure = one(request_to(server.addr), PATIENCE).await;
        assert_eq!(server.requests(), 1, "once");
        failure
    }

    #[tokio::test]
    async fn an_answer_is_judged_as_that_of_the_load() {
        assert_eq!(of_answer("204 No Content", "").await, None);
        let status = |status| RequestFailure::Status { status, leads_to: None, can_follow: false };
        assert_eq!(of_answer("404 Not Found", "").await, Some(status(404)));
        assert_eq!(of_answer("500 Internal Server Error", "").await, Some(status(500)));
        let server = Server::start(ServerStyle::status("200 OK", "", "body"));
        let expect_text = bytes::Bytes::from_static(b"welcome");
        let request = RequestPlan { expect_text, ..request_to(server.addr) };
        assert_eq!(one(request, PATIENCE).await, Some(RequestFailure::Text { status: 200, bytes: 4 }));
    }

    #[tokio::test]
    async fn a_redirect_says_where_to_without_its_query() {
        let Some(RequestFailure::Status { leads_to, can_follow, .. }) =
            of_answer("302 Found", "location: /login?token=secret\r\n").await
        else {
            panic!()
        };
        assert!(can_follow);
        let leads_to = leads_to.unwrap();
        assert!(leads_to.starts_with("http://127.0.0.1:") && leads_to.ends_with("/login"), "{leads_to}");
        let elsewhere = of_answer("301 Moved Permanently", "location: https://a.test/x\r\n").await;
        let to = Some("https://a.test/x".to_string());
        let expected = RequestFailure::Status { status: 301, leads_to: to, can_follow: false };
        assert_eq!(elsewhere, Some(expected));
    }

    #[tokio::test]
    async fn without_an_answer_the_cause_is_named_and_the_rest_is_not_sent() {
        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let three = [request_to(closed), request_to(closed), request_to(closed)];
        let failed = send_each_once(&three, None, PATIENCE).await.unwrap();
        let refused =
            RequestFailure::NoConnection(ConnectFailure::Unreachable, "Connection refused".to_string());
        assert_eq!(failed.iter().map(|failed| &failed.failure).collect::<Vec<_>>(), [&refused]);
        let silent = Server::start(ServerStyle::Silence);
        let soon = Duration::from_millis(50);
        assert_eq!(one(request_to(silent.addr), soon).await, Some(RequestFailure::Timeout(soon)));
        let reset = Server::start(ServerStyle::Reset);
        let failure = one(request_to(reset.addr), PATIENCE).await;
        assert!(matches!(&failure, Some(RequestFailure::Closed(cause)) if !cause.is_empty()), "{failure:?}");
        let half = Server::start(ServerStyle::HalfAnswer);
        let failure = one(request_to(half.addr), PATIENCE).await;
        assert!(matches!(&failure, Some(RequestFailure::BrokenOff(_))), "{failure:?}");
    }

    #[tokio::test]
    async fn a_name_that_is_not_found_and_a_server_without_tls_are_two_things() {
        let at = |url: &str| RequestPlan::get(url.parse().unwrap());
        let unknown = one(at("http://no-such-host.invalid/"), PATIENCE).await;
        let kind = |failure: Option<RequestFailure>| match failure {
            Some(RequestFailure::NoConnection(kind, cause)) => (kind, cause),
            other => panic!("{other:?}"),
        };
        assert_eq!(kind(unknown).0, ConnectFailure::UnknownHost);
        let plain = Server::start(ServerStyle::status("400 Bad Request", "", ""));
        let mut request = at(&format!("https://{}/", plain.addr));
        request.connect.record.insecure = true;
        let (why, cause) = kind(one(request, PATIENCE).await);
        assert_eq!(why, ConnectFailure::Tls, "{cause}");
    }
}
