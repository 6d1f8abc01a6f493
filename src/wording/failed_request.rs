//! A request that failed before the load: what became of it, and what to do.

use std::time::Duration;

use super::errors::{advise_on_status, name_status};
use crate::evidence::{ConnectFailure, FailedRequest, RequestFailure};
use crate::units::{Bytes, Span};

/// So many are listed.
const MOST: usize = 5;

/// All of them in one line; empty without any.
pub fn list_failed_requests(failed: &[FailedRequest]) -> String {
    let mut listed: Vec<String> = failed.iter().take(MOST).map(explain_failed_request).collect();
    match failed.len().saturating_sub(MOST) {
        0 => {}
        more => listed.push(format!("and {more} more")),
    }
    listed.join("; ")
}

/// The same where no load is sent.
pub fn refuse_load(failed: &[FailedRequest]) -> String {
    format!("{} (--keep-going sends the load all the same)", list_failed_requests(failed))
}

/// One of them.
pub fn explain_failed_request(failed: &FailedRequest) -> String {
    let FailedRequest { method, path, origin, failure, .. } = failed;
    let sent = format!("{method} {path}");
    let request = match failed.name.as_ref().filter(|name| **name != sent) {
        Some(name) => format!("{name} ({sent})"),
        None => sent,
    };
    match failure {
        RequestFailure::Status { status, leads_to, can_follow } => {
            let to = leads_to.as_ref().map(|to| format!(", to {to}")).unwrap_or_default();
            let advice = match leads_to {
                Some(_) if *can_follow => format!("pass that URL, --follow, or --expect-status {status}"),
                Some(_) => format!("pass that URL, or --expect-status {status}"),
                None => advise_on_answer(*status, failed),
            };
            format!("{request} answers {}{to}: {advice}", name_status(*status))
        }
        RequestFailure::Text { status, bytes } => format!(
            "{request} answers {} without the expected text, in {}: check expect-text of the profile, and what the \
             service answers",
            name_status(*status),
            Bytes(*bytes as f64)
        ),
        RequestFailure::Timeout(after) => format!(
            "{request} has no full answer after {}: check that the service answers, or raise --timeout",
            show_time(*after)
        ),
        RequestFailure::Closed(cause) => format!(
            "{request} has no answer ({cause}): check the scheme and the port of the URL, and whether it takes --http2"
        ),
        RequestFailure::BrokenOff(cause) => {
            format!("the answer to {request} breaks off ({cause}): look at the service's log")
        }
        RequestFailure::NoConnection(why, cause) => {
            format!(
                "no connection to {origin} ({cause}): {}",
                advise_on_connection(*why, cause, failed.is_proxied)
            )
        }
    }
}

fn advise_on_answer(status: u16, failed: &FailedRequest) -> String {
    match (status, failed.has_credentials) {
        (401 | 403, true) => "check the credentials that are sent".into(),
        (401, false) => "add -H 'Authorization: …', or [[login]] in a profile".into(),
        (404, _) => format!("check the path, or pass --expect-status {status}"),
        (407, _) => "check the user and the password of --proxy".into(),
        _ => advise_on_status(status).into(),
    }
}

fn advise_on_connection(why: ConnectFailure, cause: &str, is_proxied: bool) -> &'static str {
    match why {
        ConnectFailure::UnknownHost if is_proxied => "check the host of --proxy",
        ConnectFailure::UnknownHost => "check the host of the URL",
        ConnectFailure::Certificate if cause.contains("not valid for name") => {
            "pass the certificate's name with --sni, or --insecure"
        }
        ConnectFailure::Certificate => "pass its authority with --cacert, or --insecure",
        ConnectFailure::Tls => {
            "check the scheme and the port of the URL, and whether the server wants --cert"
        }
        ConnectFailure::Unreachable if is_proxied => "check --proxy, and that the service runs",
        ConnectFailure::Unreachable => "check the host and the port, and that the service runs",
    }
}

fn show_time(time: Duration) -> String {
    Span(time).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(failure: RequestFailure) -> FailedRequest {
        FailedRequest {
            name: None,
            method: "GET".into(),
            path: "/a".into(),
            origin: "https://h:1".into(),
            has_credentials: false,
            is_proxied: false,
            failure,
        }
    }

    fn status(status: u16) -> RequestFailure {
        RequestFailure::Status { status, leads_to: None, can_follow: false }
    }

    #[test]
    fn each_failure_says_what_became_of_the_request_and_what_to_do() {
        let to = |leads_to: &str, can_follow| {
            let leads_to = Some(leads_to.to_string());
            RequestFailure::Status { status: 302, leads_to, can_follow }
        };
        let no_connection = |why, cause: &str| RequestFailure::NoConnection(why, cause.to_string());
        let table = [
            (
                status(401),
                "GET /a answers 401 Unauthorized: add -H 'Authorization: …', or [[login]] in a profile",
            ),
            (status(404), "GET /a answers 404 Not Found: check the path, or pass --expect-status 404"),
            (status(405), "GET /a answers 405 Method Not Allowed: check the method (-X)"),
            (status(503), "GET /a answers 503 Service Unavailable: look at the service's log"),
            (
                to("http://h:1/login", true),
                "GET /a answers 302 Found, to http://h:1/login: pass that URL, --follow, or --expect-status 302",
            ),
            (
                to("https://i/", false),
                "GET /a answers 302 Found, to https://i/: pass that URL, or --expect-status 302",
            ),
            (
                RequestFailure::Text { status: 200, bytes: 12 },
                "GET /a answers 200 OK without the expected text, in 12 B: check expect-text of the profile",
            ),
            (
                RequestFailure::Timeout(Duration::from_secs(10)),
                "GET /a has no full answer after 10 s: check that the service answers, or raise --timeout",
            ),
            (
                no_connection(ConnectFailure::Unreachable, "Connection refused"),
                "no connection to https://h:1 (Connection refused): check the host and the port",
            ),
            (
                no_connection(ConnectFailure::Certificate, "invalid peer certificate: UnknownIssuer"),
                "(invalid peer certificate: UnknownIssuer): pass its authority with --cacert, or --insecure",
            ),
            (
                no_connection(ConnectFailure::Certificate, "certificate not valid for name \"h\""),
                "pass the certificate's name with --sni, or --insecure",
            ),
            (
                no_connection(ConnectFailure::UnknownHost, "Name or service not known"),
                "no connection to https://h:1 (Name or service not known): check the host of the URL",
            ),
        ];
        for (failure, says) in table {
            let line = refuse_load(&[failed(failure)]);
            assert!(line.contains(says) && !line.contains('\n'), "{line}");
            assert!(line.ends_with(" (--keep-going sends the load all the same)"), "{line}");
        }
    }

    #[test]
    fn credentials_that_were_sent_are_not_asked_for_again() {
        let with = FailedRequest { has_credentials: true, ..failed(status(401)) };
        let line = list_failed_requests(&[with]);
        assert_eq!(line, "GET /a answers 401 Unauthorized: check the credentials that are sent");
    }

    #[test]
    fn several_are_one_line_with_their_names_and_five_at_most() {
        let named = |name: &str| FailedRequest { name: Some(name.into()), ..failed(status(404)) };
        let two = list_failed_requests(&[named("cart"), named("search")]);
        let one = |name: &str| {
            format!("{name} (GET /a) answers 404 Not Found: check the path, or pass --expect-status 404")
        };
        assert_eq!(two, format!("{}; {}", one("cart"), one("search")));
        let seven = list_failed_requests(&vec![named("x"); 7]);
        assert!(seven.matches("answers").count() == 5 && seven.ends_with("; and 2 more"), "{seven}");
    }
}
