//! What is sent: URL, method, headers and body, with their secrets, which stay in memory.
//!
//! Errors name the place and the header, never a value.

use base64::Engine;
use percent_encoding::percent_decode_str;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode, Url};

use super::connect::{ConnectPlan, read_connect};
use super::host::Host;
use super::template::{Template, Vary};
use crate::error::{Error, Result, io_reason};
use crate::settings::{Layers, Sourced};
use crate::workload::ONLY;

/// A request that is driven, and what pages about the service may need of it; holds secrets and is never written.
#[derive(Debug, Clone)]
pub struct RequestPlan {
    /// What load.csv and the report call it.
    pub name: String,
    /// Its share of the requests, against those of the others; above 0.
    pub weight: f64,
    /// Where to; http or https, with a host.
    pub url: Url,
    /// How.
    pub method: Method,
    /// With these, names and values as sent.
    pub headers: reqwest::header::HeaderMap,
    /// These differ from request to request.
    pub slot_headers: Vec<(HeaderName, Template)>,
    /// And this body, which may be empty.
    pub body: bytes::Bytes,
    /// How one request differs from another; none where all are the same.
    pub vary: Option<Vary>,
    /// Over which connections.
    pub connect: ConnectPlan,
    /// Redirects on the same host are followed.
    pub follow: bool,
    /// Statuses that are right; empty means every 2xx.
    pub expect_status: Vec<StatusCode>,
    /// What the body of an answer must hold; empty means nothing.
    pub expect_text: bytes::Bytes,
}

impl RequestPlan {
    /// Path and query: what stands behind the method.
    pub fn target(&self) -> String {
        let query = self.url.query().map(|query| format!("?{query}")).unwrap_or_default();
        format!("{}{query}", self.url.path())
    }

    /// What may be written down of the headers.
    pub fn header_names(&self) -> Vec<String> {
        let fixed = self.headers.keys();
        fixed.chain(self.slot_headers.iter().map(|(name, _)| name)).map(ToString::to_string).collect()
    }

    /// Whether it is sent with this header.
    pub fn has_header(&self, name: &HeaderName) -> bool {
        self.headers.contains_key(name) || self.slot_headers.iter().any(|(other, _)| other == name)
    }

    /// Host, and the port unless it is the scheme's own.
    pub fn host(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        self.url.port().map_or_else(|| host.to_string(), |port| format!("{host}:{port}"))
    }
}

/// The request that all layers together ask for.
///
/// # Errors
/// In one line, with the place: a URL, method, header, body or status that cannot be sent or expected.
pub(super) fn resolve(layers: &Layers, host: &mut Host<'_>) -> Result<RequestPlan> {
    let Some(place) = place(layers, host)? else {
        return Err(Error::usage("no target given: pass a URL, for example soak http://127.0.0.1:8080/"));
    };
    let connect = read_connect(layers, &place.url)?;
    let mut plan = RequestPlan {
        connect,
        follow: layers.is_on(|s| s.follow),
        expect_status: expect_status(&layers.get_list("expect-status", |s| &s.expect_status))?,
        ..place
    };
    let (method, data) = (layers.get("method", |s| &s.method), layers.get("data", |s| &s.data));
    plan.send(method.as_ref(), data.as_ref(), host)?;
    Ok(plan)
}

impl RequestPlan {
    /// A GET of this URL and nothing more.
    pub fn get(url: Url) -> RequestPlan {
        RequestPlan {
            name: ONLY.into(),
            weight: 1.0,
            url,
            method: Method::GET,
            headers: HeaderMap::new(),
            slot_headers: Vec::new(),
            body: bytes::Bytes::new(),
            vary: None,
            connect: ConnectPlan::default(),
            follow: false,
            expect_status: Vec::new(),
            expect_text: bytes::Bytes::new(),
        }
    }

    /// With this body, where one was written, and this method, or that which goes with the body.
    pub(super) fn send(
        &mut self,
        method: Option<&Sourced>,
        data: Option<&Sourced>,
        host: &mut Host<'_>,
    ) -> Result<()> {
        if let Some(written) = data {
            self.body = body(written, host)?;
            self.method = Method::POST;
            if !self.has_header(&CONTENT_TYPE) {
                // as curl does, whose -d this is
                let form = HeaderValue::from_static("application/x-www-form-urlencoded");
                self.headers.insert(CONTENT_TYPE, form);
            }
        }
        if let Some(written) = method {
            self.method =
                Method::from_bytes(written.text.trim().to_ascii_uppercase().as_bytes()).map_err(|_| {
                    written.usage_error(format!(
                        "invalid HTTP method '{}': expected a method such as GET or POST",
                        written.text
                    ))
                })?;
        }
        Ok(())
    }
}

/// What a request that begins a session starts from: a GET of the URL with the headers of all layers. Its answer is what
/// counts, so a redirect is not followed.
///
/// # Errors
/// As [`resolve`].
pub(super) fn for_logins(layers: &Layers, host: &Host<'_>) -> Result<Option<RequestPlan>> {
    let Some(place) = place(layers, host)? else { return Ok(None) };
    let connect = read_connect(layers, &place.url)?;
    Ok(Some(RequestPlan { connect, ..place }))
}

/// Where pages about a service are looked for that soak does not drive; none where there is no URL.
///
/// # Errors
/// As [`resolve`]; a body and a method are not asked for.
pub(super) fn for_pages(layers: &Layers, host: &Host<'_>) -> Result<Option<RequestPlan>> {
    let Some(place) = place(layers, host)? else { return Ok(None) };
    let connect = read_connect(layers, &place.url)?.for_pages();
    Ok(Some(RequestPlan { connect, ..place }))
}

/// A GET of the URL with the headers that go with it, user and password among them; none where no URL was given.
fn place(layers: &Layers, host: &Host<'_>) -> Result<Option<RequestPlan>> {
    let Some(written) = layers.get("url", |s| &s.url) else { return Ok(None) };
    let mut plan = RequestPlan::get(written.http_url()?);
    plan.add_headers_of(layers, host)?;
    let url = &mut plan.url;
    if !url.username().is_empty() || url.password().is_some() {
        let plain = |part: &str| percent_decode_str(part).decode_utf8_lossy().into_owned();
        let given = format!("{}:{}", plain(url.username()), plain(url.password().unwrap_or_default()));
        let basic = format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(given));
        let _ = url.set_username("");
        let _ = url.set_password(None);
        // base64 is always a valid value
        if let (false, Ok(mut value)) = (plan.has_header(&AUTHORIZATION), HeaderValue::try_from(basic)) {
            value.set_sensitive(true);
            plan.headers.insert(AUTHORIZATION, value);
        }
    }
    plan.url.set_fragment(None);
    Ok(Some(plan))
}

/// The body, byte for byte: the text itself, a file's content, or all of standard input.
fn body(written: &Sourced, host: &mut Host<'_>) -> Result<bytes::Bytes> {
    let Some(source) = written.text.strip_prefix('@') else {
        return Ok(written.text.clone().into_bytes().into());
    };
    if source == "-" {
        let mut all = Vec::new();
        host.stdin.read_to_end(&mut all).map_err(|e| written.usage_error(format!("standard input: {e}")))?;
        return Ok(all.into());
    }
    std::fs::read(source)
        .map(Into::into)
        .map_err(|e| written.usage_error(format!("@{source}: {}", io_reason(&e))))
}

/// Statuses, each alone or with commas between them.
pub(super) fn expect_status(all_written: &[Sourced]) -> Result<Vec<StatusCode>> {
    let mut all = Vec::new();
    for written in all_written {
        for code in written.text.split(',').map(str::trim) {
            let status = code.parse::<StatusCode>().ok().filter(|status| status.as_u16() <= 599);
            all.push(status.ok_or_else(|| {
                written
                    .usage_error(format!("invalid HTTP status '{code}': expected a number from 100 to 599"))
            })?);
        }
    }
    Ok(all)
}
