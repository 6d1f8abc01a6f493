//! How connections are made: HTTP version, socket, certificates, proxy, and how long one is kept.
//!
//! Comes in: settings. Goes out: a [`ConnectPlan`], whose files were read and whose certificates and key were parsed, so
//! that nothing of it can be wrong once load is sent. Errors name the file, never what is in it.

use reqwest::{Certificate, ClientBuilder, Identity, Proxy, Url};
use rustls::RootCertStore;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::sign::CertifiedKey;

use super::layers::{Layers, Sourced};
use super::redact;
use super::resolve::above_zero;
use super::settings::Settings;
use super::typed::RawValue;
use crate::error::{Error, Result};
use crate::evidence::Connect;

/// Where the proxy is what the environment says.
const ENVIRONMENT: &str = "env";

/// How connections to the service are made; holds secrets and is never written.
#[derive(Debug, Clone, Default)]
pub struct ConnectPlan {
    /// All of it that may be written down.
    pub record: Connect,
    trust: Vec<Certificate>,
    identity: Option<Identity>,
    proxy: Option<Proxy>,
}

impl ConnectPlan {
    /// The same way without what only load has: how long a connection is kept.
    pub(super) fn for_pages(mut self) -> ConnectPlan {
        self.record.disable_keepalive = false;
        self.record.connection_lifetime = None;
        self
    }

    /// Whom to trust and who one is.
    pub(super) fn secure(&self, mut builder: ClientBuilder) -> ClientBuilder {
        if !self.trust.is_empty() {
            builder = builder.tls_certs_only(self.trust.clone());
        }
        match &self.identity {
            Some(identity) => builder.identity(identity.clone()),
            None => builder,
        }
    }

    /// Over the Unix socket, where there is one, whatever the URL's host.
    pub(super) fn over_socket(&self, builder: ClientBuilder) -> ClientBuilder {
        #[cfg(unix)]
        if let Some(path) = &self.record.unix_socket {
            return builder.unix_socket(path.as_str());
        }
        builder
    }

    /// Through the proxy; none unless one was asked for.
    pub(super) fn through(&self, builder: ClientBuilder) -> ClientBuilder {
        match (&self.proxy, self.record.proxy.as_deref()) {
            (Some(proxy), _) => builder.proxy(proxy.clone()),
            (None, Some(ENVIRONMENT)) => builder,
            (None, _) => builder.no_proxy(),
        }
    }
}

/// # Errors
/// In one line, with the place: a file that cannot be read or parsed, a key that is another certificate's, what
/// contradicts what.
pub(super) fn resolve(layers: &Layers, url: &Url) -> Result<ConnectPlan> {
    let text = |key: &str, get: fn(&Settings) -> &Option<RawValue>| layers.pick(key, get);
    let cacert = text("cacert", |s| &s.cacert);
    let (cert, key) = (text("cert", |s| &s.cert), text("key", |s| &s.key));
    let (sni, proxy) = (text("sni", |s| &s.sni), text("proxy", |s| &s.proxy));
    let unix_socket = text("unix-socket", |s| &s.unix_socket);
    let https = url.scheme() == "https";
    if let (false, Some(written)) = (https, [&cacert, &cert, &key, &sni].into_iter().flatten().next()) {
        return Err(written.wrong(format!("'{}' is for https, and the URL is http", written.text)));
    }
    if let (Some(socket), Some(_)) = (&unix_socket, &proxy) {
        return Err(socket.wrong("a Unix socket is not reached through --proxy: leave out one of them"));
    }
    if let (Some(sni), Some(_)) = (&sni, &proxy) {
        return Err(sni.wrong(
            "a proxy looks the name up by itself, and would reach another service: leave out --proxy",
        ));
    }
    let lifetime = above_zero(layers, "connection-lifetime", |s| &s.connection_lifetime)?;
    let record = Connect {
        http2: layers.on(|s| s.http2),
        insecure: layers.on(|s| s.insecure),
        unix_socket: unix_socket.as_ref().map(socket).transpose()?,
        cacert: cacert.as_ref().map(|written| written.text.clone()),
        cert: cert.as_ref().map(|written| written.text.clone()),
        key: key.as_ref().map(|written| written.text.clone()),
        sni: sni.as_ref().map(host_name).transpose()?,
        proxy: proxy.as_ref().map(|written| told(&written.text)),
        disable_keepalive: layers.on(|s| s.disable_keepalive),
        connection_lifetime: lifetime,
    };
    if record.disable_keepalive && (record.http2 || lifetime.is_some()) {
        let other = if record.http2 { "--http2" } else { "--connection-lifetime" };
        return Err(Error::usage(format!(
            "--disable-keepalive gives each request a connection of its own: leave out {other}"
        )));
    }
    Ok(ConnectPlan {
        record,
        trust: cacert.as_ref().map(authorities).transpose()?.unwrap_or_default(),
        identity: own(cert.as_ref(), key.as_ref())?,
        proxy: proxy.as_ref().map(proxied).transpose()?.flatten(),
    })
}

/// Somebody must be able to listen there; whether anybody does is asked later.
fn socket(written: &Sourced) -> Result<String> {
    if cfg!(not(unix)) {
        return Err(written.wrong("there are no Unix sockets on this system"));
    }
    let path =
        std::path::absolute(&written.text).map_err(|e| written.wrong(format!("{}: {e}", written.text)))?;
    Ok(path.display().to_string())
}

fn host_name(written: &Sourced) -> Result<String> {
    ServerName::try_from(written.text.as_str())
        .map(|_| written.text.clone())
        .map_err(|_| written.wrong(format!("'{}' is no host name", written.text)))
}

/// A proxy as it may be written down, and typed again.
fn told(proxy: &str) -> String {
    Url::parse(proxy).map_or_else(|_| redact::rough(proxy).to_string(), |url| redact::url(&url))
}

fn proxied(written: &Sourced) -> Result<Option<Proxy>> {
    if written.text == ENVIRONMENT {
        return Ok(None);
    }
    let shown = redact::rough(&written.text);
    match Url::parse(&written.text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.host_str().is_some() => {
            Proxy::all(url).map(Some).map_err(|_| written.wrong(format!("'{shown}' is no proxy")))
        }
        _ => Err(written.wrong(format!("'{shown}' is no proxy; write http://HOST:PORT, or env"))),
    }
}

fn read(written: &Sourced) -> Result<Vec<u8>> {
    std::fs::read(&written.text).map_err(|e| written.wrong(format!("{}: {e}", written.text)))
}

/// The certificates of a PEM file, each of which can be trusted to parse when it is needed.
fn certificates(written: &Sourced, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>> {
    let wrong = |what: String| written.wrong(format!("{}: {what}", written.text));
    let found: std::result::Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let found = found.map_err(|e| wrong(format!("no PEM: {e}")))?;
    if found.is_empty() {
        return Err(wrong("holds no certificate in PEM".into()));
    }
    for (number, certificate) in found.iter().enumerate() {
        RootCertStore::empty()
            .add(certificate.clone())
            .map_err(|e| wrong(format!("certificate {} does not parse: {e}", number + 1)))?;
    }
    Ok(found)
}

fn authorities(written: &Sourced) -> Result<Vec<Certificate>> {
    let der = |certificate: CertificateDer<'static>| Certificate::from_der(&certificate);
    let all: std::result::Result<Vec<_>, _> =
        certificates(written, &read(written)?)?.into_iter().map(der).collect();
    all.map_err(|_| written.wrong(format!("{}: a certificate does not parse", written.text)))
}

/// The client's own certificate with its key, which stands in the same file or in one of its own.
fn own(cert: Option<&Sourced>, key: Option<&Sourced>) -> Result<Option<Identity>> {
    let Some(cert) = cert else {
        return match key {
            Some(key) => Err(key.wrong("--key is the key of --cert: name that too")),
            None => Ok(None),
        };
    };
    let mut pem = read(cert)?;
    let chain = certificates(cert, &pem)?;
    let holder = key.unwrap_or(cert);
    if let Some(key) = key {
        pem.push(b'\n');
        pem.extend(read(key)?);
    }
    let wrong = |what: String| holder.wrong(format!("{}: {what}", holder.text));
    let secret = PrivateKeyDer::from_pem_slice(&pem).map_err(|_| {
        wrong("holds no private key in PEM that is not encrypted; name its file with --key".into())
    })?;
    CertifiedKey::from_der(chain, secret, &default_provider())
        .map_err(|_| wrong(format!("the key is not that of {}, or of a kind unknown to TLS", cert.text)))?;
    Identity::from_pem(&pem).map(Some).map_err(|_| wrong("certificate and key do not parse".into()))
}
