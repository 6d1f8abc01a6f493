//! The headers of an HTTP/1.1 request: the plan's, and those that every client sends.

use reqwest::header::{ACCEPT, HOST, HeaderMap, HeaderValue, USER_AGENT};

use crate::plan::RequestPlan;

/// The user agent, unless the plan has another.
pub(super) const USER_AGENT_VALUE: &str = concat!("soak/", env!("CARGO_PKG_VERSION"));

/// Headers that the plan does not name come first.
pub(super) fn headers(plan: &RequestPlan) -> HeaderMap {
    let mut headers = HeaderMap::new();
    // the host of a URL is always a valid value
    let host = HeaderValue::try_from(plan.host()).ok();
    let defaults = [
        (HOST, host),
        (USER_AGENT, Some(HeaderValue::from_static(USER_AGENT_VALUE))),
        (ACCEPT, Some(HeaderValue::from_static("*/*"))),
    ];
    for (name, value) in defaults {
        if let (Some(value), false) = (value, plan.has_header(&name)) {
            headers.insert(name, value);
        }
    }
    headers.extend(plan.headers.iter().map(|(name, value)| (name.clone(), value.clone())));
    headers
}
