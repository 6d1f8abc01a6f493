//! Logins: how many there were, and why the first that failed did.

use std::time::Duration;

use super::errors::name_status;
use super::failed_request::explain_failed_request;
use crate::evidence::{CaptureFailure, CapturePlace, FailedLogin, LoginCounts, LoginFailure};
use crate::units::{Span, Unit};

/// For the end of a run.
pub fn describe_logins(counts: &LoginCounts) -> String {
    let LoginCounts { sessions, renewed, failed, last_status } = counts;
    let sessions = plural(*sessions, "session");
    let counted = "logins are not among the requests of the load";
    let renewed = if *renewed > 0 { format!(" and renewed {}", times(*renewed)) } else { String::new() };
    let begun = format!("{sessions} logged in before the load{renewed}");
    match failed {
        0 => format!("{begun}; {counted}."),
        failed => {
            let last = match last_status {
                Some(status) => format!("the last with {}", name_status(*status)),
                None => "the last without an answer".into(),
            };
            format!(
                "{begun}; {} failed ({last}), and their sessions kept the old values; {counted}.",
                plural(*failed, "renewal")
            )
        }
    }
}

/// While there are many: "logging in: 120 of 1,000".
pub fn count_logins(made: u64, of: u64) -> String {
    format!("logging in: {} of {}", show(made), show(of))
}

/// Sessions that take longer to begin than they last.
pub fn refuse_sessions(count: u64, took: Duration, renew: Duration) -> String {
    let took = Span(Duration::from_secs(took.as_secs()));
    format!(
        "[sessions]: {} took {took} to log in, and renew = {}: expected fewer sessions, or a longer renew",
        plural(count, "session"),
        Span(renew)
    )
}

/// A login that failed before the load.
pub fn explain_failed_login(failed: &FailedLogin) -> String {
    let FailedLogin { name, session, of, failure, answer } = failed;
    let why = match failure {
        LoginFailure::Request(request) => explain_failed_request(request),
        LoginFailure::Capture { name: value, place, failure } => {
            format!("{name}: cannot capture '{value}': {}", explain_capture(place, failure))
        }
    };
    let which =
        if *of > 1 { format!(" (session {} of {})", show(*session), show(*of)) } else { String::new() };
    match answer.as_str() {
        "" => format!("[[login]]: {why}{which}"),
        answer => format!("[[login]]: {why}{which}; the answer begins: {answer}"),
    }
}

fn explain_capture(place: &CapturePlace, failure: &CaptureFailure) -> String {
    let shown = match place {
        CapturePlace::Json(pointer) => format!("the value at '{pointer}'"),
        CapturePlace::Header(name) => format!("the header {name}"),
        CapturePlace::Cookie(name) => format!("the cookie {name}"),
    };
    match failure {
        CaptureFailure::NotJson => "the answer is not JSON".into(),
        CaptureFailure::NotText => {
            format!("{shown} is an object, an array or null: expected text or a number")
        }
        CaptureFailure::Empty => format!("{shown} is empty"),
        CaptureFailure::ControlCharacters => {
            format!("{shown} cannot be sent in a header: it has control characters")
        }
        CaptureFailure::Missing(found) => {
            let (misses, has) = match place {
                CapturePlace::Json(pointer) => (format!("the answer has no value at '{pointer}'"), "it has"),
                CapturePlace::Header(name) => (format!("the answer has no header {name}"), "it has"),
                CapturePlace::Cookie(name) => (format!("the answer sets no cookie {name}"), "it sets"),
            };
            match found.is_empty() {
                true => misses,
                false => format!("{misses}; {has} {}", found.join(", ")),
            }
        }
    }
}

fn plural(n: u64, noun: &str) -> String {
    format!("{} {noun}{}", show(n), if n == 1 { "" } else { "s" })
}

fn times(n: u64) -> String {
    if n == 1 { "once".into() } else { format!("{} times", show(n)) }
}

fn show(n: u64) -> String {
    Unit::Count.show(n as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{FailedRequest, RequestFailure};

    #[test]
    fn logins_are_counted_with_those_that_failed() {
        let counts = LoginCounts { sessions: 1, ..LoginCounts::default() };
        assert_eq!(
            describe_logins(&counts),
            "1 session logged in before the load; logins are not among the requests of the load."
        );
        let counts = LoginCounts { sessions: 1, renewed: 1, ..LoginCounts::default() };
        assert_eq!(
            describe_logins(&counts),
            "1 session logged in before the load and renewed once; logins are not among the requests of the load."
        );
        let counts = LoginCounts { sessions: 1000, renewed: 340, failed: 2, last_status: Some(503) };
        assert_eq!(
            describe_logins(&counts),
            "1,000 sessions logged in before the load and renewed 340 times; 2 renewals failed (the last with 503 \
             Service Unavailable), and their sessions kept the old values; logins are not among the requests of the \
             load."
        );
        assert_eq!(count_logins(120, 1000), "logging in: 120 of 1,000");
        assert_eq!(
            refuse_sessions(2000, Duration::from_millis(16_400), Duration::from_secs(8)),
            "[sessions]: 2,000 sessions took 16 s to log in, and renew = 8 s: expected fewer sessions, or a longer renew"
        );
    }

    #[test]
    fn a_login_that_is_refused_has_its_status_and_the_start_of_the_answer() {
        let request = FailedRequest {
            name: Some("sign in".into()),
            method: "POST".into(),
            path: "/login".into(),
            origin: "http://h:1".into(),
            has_credentials: true,
            is_proxied: false,
            failure: RequestFailure::Status { status: 403, leads_to: None, can_follow: false },
        };
        let failed = FailedLogin {
            name: "sign in".into(),
            session: 1,
            of: 1,
            failure: LoginFailure::Request(request),
            answer: "wrong password for …".into(),
        };
        assert_eq!(
            explain_failed_login(&failed),
            "[[login]]: sign in (POST /login) answers 403 Forbidden: check the credentials that are sent; the answer \
             begins: wrong password for …"
        );
    }

    #[test]
    fn what_cannot_be_captured_is_named_with_what_is_there() {
        let failed = |place, failure| FailedLogin {
            name: "POST /login".into(),
            session: 3,
            of: 10,
            failure: LoginFailure::Capture { name: "token".into(), place, failure },
            answer: String::new(),
        };
        let json = || CapturePlace::Json("/token".into());
        let missing = CaptureFailure::Missing(vec!["/a".into(), "/b".into()]);
        assert_eq!(
            explain_failed_login(&failed(json(), missing)),
            "[[login]]: POST /login: cannot capture 'token': the answer has no value at '/token'; it has /a, /b \
             (session 3 of 10)"
        );
        let line = explain_failed_login(&failed(json(), CaptureFailure::ControlCharacters));
        assert!(line.contains("the value at '/token' cannot be sent in a header"), "{line}");
        let cookie = CapturePlace::Cookie("sid".into());
        let line = explain_failed_login(&failed(cookie, CaptureFailure::Missing(Vec::new())));
        assert!(line.contains("the answer sets no cookie sid (session 3"), "{line}");
        let html = FailedLogin { answer: "<html>".into(), ..failed(json(), CaptureFailure::NotJson) };
        assert!(
            explain_failed_login(&html).ends_with("not JSON (session 3 of 10); the answer begins: <html>")
        );
    }
}
