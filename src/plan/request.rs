//! What is sent: URL, method, headers and body, with their secrets, which stay in memory.
//!
//! Errors name the place and the header, never a value.

use base64::Engine;
use percent_encoding::percent_decode_str;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode, Url};

use super::connect::{ConnectPlan, read_connect};
use super::host::Host;
use crate::error::{Error, Result, io_reason};
use crate::settings::{Layer, Layers, RawValue, Sourced};
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
    /// And this body, which may be empty.
    pub body: bytes::Bytes,
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
        self.headers.keys().map(ToString::to_string).collect()
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
    let Some((url, headers)) = place(layers, host)? else {
        return Err(Error::usage("no target given: pass a URL, for example soak http://127.0.0.1:8080/"));
    };
    let connect = read_connect(layers, &url)?;
    let mut plan = RequestPlan {
        headers,
        connect,
        follow: layers.is_on(|s| s.follow),
        expect_status: expect_status(&layers.get_list("expect-status", |s| &s.expect_status))?,
        ..RequestPlan::get(url)
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
            body: bytes::Bytes::new(),
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
            if !self.headers.contains_key(CONTENT_TYPE) {
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

/// Where pages about a service are looked for that soak does not drive; none where there is no URL.
///
/// # Errors
/// As [`resolve`]; a body and a method are not asked for.
pub(super) fn for_pages(layers: &Layers, host: &Host<'_>) -> Result<Option<RequestPlan>> {
    let Some((url, headers)) = place(layers, host)? else { return Ok(None) };
    let connect = read_connect(layers, &url)?.for_pages();
    Ok(Some(RequestPlan { headers, connect, ..RequestPlan::get(url) }))
}

/// The URL and what goes with it, user and password as a header; none where no URL was given.
fn place(layers: &Layers, host: &Host<'_>) -> Result<Option<(Url, HeaderMap)>> {
    let Some(written) = layers.get("url", |s| &s.url) else { return Ok(None) };
    let mut url = written.http_url()?;
    let mut headers = all_headers(layers, host)?;
    if !url.username().is_empty() || url.password().is_some() {
        let plain = |part: &str| percent_decode_str(part).decode_utf8_lossy().into_owned();
        let given = format!("{}:{}", plain(url.username()), plain(url.password().unwrap_or_default()));
        let basic = format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(given));
        // base64 is always a valid value
        if let (false, Ok(mut value)) = (headers.contains_key(AUTHORIZATION), HeaderValue::try_from(basic)) {
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        let _ = url.set_username("");
        let _ = url.set_password(None);
    }
    url.set_fragment(None);
    Ok(Some((url, headers)))
}

/// The headers of all layers; one of a stronger layer replaces those of the same name.
fn all_headers(layers: &Layers, host: &Host<'_>) -> Result<HeaderMap> {
    let mut all = HeaderMap::new();
    for layer in layers.iter().rev() {
        let own = layer_headers(layer, host)?;
        for (name, _) in &own {
            all.remove(name);
        }
        for (name, value) in own {
            all.append(name, value);
        }
    }
    Ok(all)
}

fn layer_headers(layer: &Layer, host: &Host<'_>) -> Result<Vec<(HeaderName, HeaderValue)>> {
    headers(&layer.settings.header, &layer.place("header"), host)
}

/// Headers as they were written, each a line or a file of lines.
pub(super) fn headers(
    written: &[RawValue],
    place: &str,
    host: &Host<'_>,
) -> Result<Vec<(HeaderName, HeaderValue)>> {
    let wrong = |reason: String| Error::usage(format!("{place}: {reason}"));
    let mut own = Vec::new();
    for typed in written {
        match typed.0.trim().strip_prefix('@') {
            None => own.push(header(&typed.0, host).map_err(wrong)?),
            Some(file) => {
                let text = std::fs::read_to_string(file)
                    .map_err(|e| wrong(format!("@{file}: {}", io_reason(&e))))?;
                for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
                    let at = |reason| wrong(format!("@{file}:{}: {reason}", number + 1));
                    own.push(header(line, host).map_err(at)?);
                }
            }
        }
    }
    Ok(own)
}

fn header(line: &str, host: &Host<'_>) -> std::result::Result<(HeaderName, HeaderValue), String> {
    // the whole line may be the secret, so none of it is repeated
    let (name, value) = line.split_once(':').ok_or("invalid header: expected 'Name: value'")?;
    let name = name.trim();
    let parsed: HeaderName =
        name.parse().map_err(|_| format!("invalid header name '{name}': expected 'Name: value'"))?;
    let value = expanded(value.trim(), host.var).map_err(|var| format!("{name}: ${var} is not set"))?;
    let mut value = HeaderValue::try_from(value).map_err(|_| format!("{name}: no valid header value"))?;
    value.set_sensitive(true);
    Ok((parsed, value))
}

/// `$NAME` and `${NAME}` from the environment, `$$` for a dollar; a dollar before anything else stands for itself.
/// The error is the name of a variable that is not set.
fn expanded(text: &str, var: &dyn Fn(&str) -> Option<String>) -> std::result::Result<String, String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let braced = after.strip_prefix('{').and_then(|inside| inside.split_once('}'));
        let bare = after.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(after.len());
        let (name, remaining) = braced.unwrap_or_else(|| after.split_at(bare));
        if let Some(literal) = after.strip_prefix('$') {
            out.push('$');
            rest = literal;
        } else if name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            out.push_str(&var(name).ok_or_else(|| name.to_string())?);
            rest = remaining;
        } else {
            out.push('$');
            rest = after;
        }
    }
    out.push_str(rest);
    Ok(out)
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
