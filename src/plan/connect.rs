//! How connections are made: HTTP version, socket, certificates, proxy, and how long one is kept.
//!
//! Comes in: settings. Goes out: a [`ConnectPlan`], whose files were read and whose certificates and key were parsed,
//! so that nothing of it can be wrong once load is sent. Errors name the file, never what is in it.

use std::sync::Arc;

use reqwest::{Proxy, Url};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::sign::SingleCertAndKey;

use super::tls;
use super::url::redacted_url;
use crate::error::{Error, Result};
use crate::evidence::Connect;
use crate::settings::{Layers, RawValue, Settings, Sourced, without_secrets};

/// What --proxy says for the proxy of the environment.
const ENVIRONMENT: &str = "env";

/// How connections to the service are made; holds secrets and is never written.
#[derive(Debug, Clone, Default)]
pub struct ConnectPlan {
    /// All of it that may be written down.
    pub record: Connect,
    /// The only authorities whose certificates are accepted; empty means those of the system.
    pub(crate) trust: Vec<CertificateDer<'static>>,
    /// The client's own certificate with its key.
    pub(crate) identity: Option<Arc<SingleCertAndKey>>,
    pub(crate) proxy: ProxyPlan,
}

/// Which proxy stands between soak and the service.
#[derive(Debug, Clone, Default)]
pub(crate) enum ProxyPlan {
    /// None, whatever the environment says.
    #[default]
    Direct,
    /// The one that the environment names, if any.
    Environment,
    /// This one.
    Through(Box<Proxy>),
}

impl ConnectPlan {
    /// The same way without what only load has: how long a connection is kept.
    pub(super) fn for_pages(mut self) -> ConnectPlan {
        self.record.disable_keepalive = false;
        self.record.connection_lifetime = None;
        self
    }
}

/// How the settings say that connections to this URL are made.
///
/// # Errors
/// In one line, with the place: a file that cannot be read or parsed, a key that is another certificate's, what
/// contradicts what.
pub(super) fn read_connect(layers: &Layers, url: &Url) -> Result<ConnectPlan> {
    let text = |key: &str, get: fn(&Settings) -> &Option<RawValue>| layers.get(key, get);
    let cacert = text("cacert", |s| &s.cacert);
    let (cert, key) = (text("cert", |s| &s.cert), text("key", |s| &s.key));
    let (sni, proxy) = (text("sni", |s| &s.sni), text("proxy", |s| &s.proxy));
    let unix_socket = text("unix-socket", |s| &s.unix_socket);
    let https = url.scheme() == "https";
    if let (false, Some(written)) = (https, [&cacert, &cert, &key, &sni].into_iter().flatten().next()) {
        return Err(written.usage_error(format!("'{}' applies to https, and the URL is http", written.text)));
    }
    if let (Some(socket), Some(_)) = (&unix_socket, &proxy) {
        return Err(socket.usage_error("cannot be combined with --proxy: leave out one of them"));
    }
    if let (Some(sni), Some(_)) = (&sni, &proxy) {
        return Err(sni.usage_error(
            "cannot be combined with --proxy, which resolves the name itself and would reach another service: leave out --proxy",
        ));
    }
    let lifetime = layers.read("connection-lifetime", |s| &s.connection_lifetime, Sourced::positive_span)?;
    let record = Connect {
        http2: layers.is_on(|s| s.http2),
        insecure: layers.is_on(|s| s.insecure),
        unix_socket: unix_socket.as_ref().map(read_socket).transpose()?,
        cacert: cacert.as_ref().map(|written| written.text.clone()),
        cert: cert.as_ref().map(|written| written.text.clone()),
        key: key.as_ref().map(|written| written.text.clone()),
        sni: sni.as_ref().map(read_server_name).transpose()?,
        proxy: proxy.as_ref().map(|written| redacted_proxy(&written.text)),
        disable_keepalive: layers.is_on(|s| s.disable_keepalive),
        connection_lifetime: lifetime,
    };
    if record.disable_keepalive && (record.http2 || lifetime.is_some()) {
        let other = if record.http2 { "--http2" } else { "--connection-lifetime" };
        return Err(Error::usage(format!(
            "--disable-keepalive opens a connection per request: leave out {other}"
        )));
    }
    Ok(ConnectPlan {
        record,
        trust: cacert.as_ref().map(tls::read_authorities).transpose()?.unwrap_or_default(),
        identity: tls::read_identity(cert.as_ref(), key.as_ref())?,
        proxy: proxy.as_ref().map(read_proxy).transpose()?.unwrap_or_default(),
    })
}

/// The absolute path; whether a service listens there is found out later.
fn read_socket(written: &Sourced) -> Result<String> {
    if cfg!(not(unix)) {
        return Err(written.usage_error("Unix sockets are not supported on this system"));
    }
    let path = std::path::absolute(&written.text)
        .map_err(|e| written.usage_error(format!("{}: {e}", written.text)))?;
    Ok(path.display().to_string())
}

fn read_server_name(written: &Sourced) -> Result<String> {
    ServerName::try_from(written.text.as_str()).map(|_| written.text.clone()).map_err(|_| {
        written.usage_error(format!(
            "invalid host name '{}': expected a name such as api.example.org",
            written.text
        ))
    })
}

/// A proxy as it may be written down, and typed again.
fn redacted_proxy(proxy: &str) -> String {
    Url::parse(proxy).map_or_else(|_| without_secrets(proxy).to_string(), |url| redacted_url(&url))
}

fn read_proxy(written: &Sourced) -> Result<ProxyPlan> {
    if written.text == ENVIRONMENT {
        return Ok(ProxyPlan::Environment);
    }
    let shown = without_secrets(&written.text);
    match Url::parse(&written.text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.host_str().is_some() => {
            Proxy::all(url).map(|proxy| ProxyPlan::Through(Box::new(proxy))).map_err(|_| {
                written.usage_error(format!("invalid proxy '{shown}': expected http://HOST:PORT, or env"))
            })
        }
        _ => Err(written.usage_error(format!("invalid proxy '{shown}': expected http://HOST:PORT, or env"))),
    }
}
