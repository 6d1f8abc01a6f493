//! The head of a request in HTTP/1.1, whoever sends it: the plan's headers, and those that every client has.

use reqwest::header::{ACCEPT, HOST, HeaderMap, HeaderValue, USER_AGENT};

use crate::plan::RequestPlan;

/// What soak calls itself, unless the plan has another name.
pub(super) const OWN_NAME: &str = concat!("soak/", env!("CARGO_PKG_VERSION"));

/// What the plan does not say comes first.
pub(super) fn headers(plan: &RequestPlan) -> HeaderMap {
    let mut headers = HeaderMap::new();
    // the host of a URL is always a valid value
    let host = HeaderValue::try_from(plan.host()).ok();
    let usual = [
        (HOST, host),
        (USER_AGENT, Some(HeaderValue::from_static(OWN_NAME))),
        (ACCEPT, Some(HeaderValue::from_static("*/*"))),
    ];
    for (name, value) in usual {
        if let (Some(value), false) = (value, plan.headers.contains_key(&name)) {
            headers.insert(name, value);
        }
    }
    headers.extend(plan.headers.iter().map(|(name, value)| (name.clone(), value.clone())));
    headers
}
