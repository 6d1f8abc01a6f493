//! How a client is built: the same way for load and for the pages that probes request.
//!
//! Comes in: a request's plan. Goes out: a builder with HTTP version, certificates, socket, proxy and names, and
//! requests for URLs of the service as that client makes them.

use std::sync::Arc;

use reqwest::header::HOST;
use reqwest::{Client, ClientBuilder, Method, Proxy, RequestBuilder, Url};

use super::crypto::install_crypto_provider;
use super::names::FixedHost;
use super::tls::tls_config;
use crate::error::{Error, Result};
use crate::plan::{ConnectPlan, ProxyPlan, RequestPlan, host_name};

/// A client for the service that this request goes to, and for no other: it identifies the user.
///
/// # Errors
/// When the system has no certificates to check an https server by.
pub fn client_for(request: &RequestPlan) -> Result<ClientBuilder> {
    install_crypto_provider();
    let connect = &request.connect;
    let builder = Client::builder();
    let builder = match (connect.record.http2, request.url.scheme()) {
        (false, _) => builder.http1_only(),
        (true, "http") => builder.http2_prior_knowledge(),
        // the server chooses, and soak offers both
        (true, _) => builder,
    };
    let builder = if request.url.scheme() == "http" && !request.follow {
        // Plain http needs no certificates: where the machine has none, loading them would be an error.
        builder.tls_certs_only([])
    } else {
        let protocols: &[&str] = if connect.record.http2 { &["h2", "http/1.1"] } else { &["http/1.1"] };
        builder.tls_backend_preconfigured(tls_config(connect, protocols)?)
    };
    let builder = with_socket(with_proxy(builder, connect), connect);
    Ok(match connect.record.sni {
        Some(_) => builder.dns_resolver(Arc::new(FixedHost::new(host_name(&request.url)))),
        None => builder,
    })
}

/// A client for any other URL, without a proxy and without what identifies the user.
pub fn direct_client(insecure: bool) -> ClientBuilder {
    install_crypto_provider();
    Client::builder().no_proxy().http1_only().tls_danger_accept_invalid_certs(insecure)
}

/// A request for a URL of the service as the client of [`client_for`] makes it: by the name that TLS wants, with the
/// Host header that goes with it, where that is not the URL's.
///
/// # Errors
/// When the name cannot be part of a URL.
pub fn request_by(
    client: &Client,
    request: &RequestPlan,
    method: Method,
    url: &Url,
) -> Result<RequestBuilder> {
    let mut aimed = url.clone();
    let Some(name) = &request.connect.record.sni else { return Ok(client.request(method, aimed)) };
    aimed
        .set_host(Some(name))
        .map_err(|e| Error::Own(format!("the request could not be built: --sni {name}: {e}")))?;
    let built = client.request(method, aimed);
    // HTTP/1.1 still asks for the URL's own host; in HTTP/2 both are one
    match request.connect.record.http2 || request.has_header(&HOST) {
        true => Ok(built),
        false => Ok(built.header(HOST, request.host())),
    }
}

/// Over the Unix socket, where there is one, whatever the URL's host.
fn with_socket(builder: ClientBuilder, connect: &ConnectPlan) -> ClientBuilder {
    #[cfg(unix)]
    if let Some(path) = &connect.record.unix_socket {
        return builder.unix_socket(path.as_str());
    }
    builder
}

fn with_proxy(builder: ClientBuilder, connect: &ConnectPlan) -> ClientBuilder {
    match &connect.proxy {
        ProxyPlan::Direct => builder.no_proxy(),
        ProxyPlan::Environment => builder,
        ProxyPlan::Through(proxy) => builder.proxy(Proxy::clone(proxy)),
    }
}
