//! How a client reaches the service: the same for load and for the pages that probes ask it for.
//!
//! Comes in: a request's plan and a client's builder. Goes out: the builder with HTTP version, certificates, socket,
//! proxy and name, and requests for URLs of the service as that client is to make them.

use std::net::SocketAddr;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::HOST;
use reqwest::{Client, ClientBuilder, Method, RequestBuilder, Url};

use super::types::{RequestPlan, host_name};
use crate::error::{Error, Result};

impl RequestPlan {
    /// A client of the service this request goes to, and of nobody else: it shows who one is.
    pub fn reached_by(&self, builder: ClientBuilder) -> ClientBuilder {
        let connect = &self.connect;
        let mut builder = match (connect.record.http2, self.url.scheme()) {
            (false, _) => builder.http1_only(),
            (true, "http") => builder.http2_prior_knowledge(),
            // the server chooses, and soak offers both
            (true, _) => builder,
        };
        if connect.record.insecure {
            builder = builder.tls_danger_accept_invalid_certs(true);
        } else if self.url.scheme() == "http" && !self.follow {
            // Plain http needs no certificates: where the machine has none, loading them would be an error.
            builder = builder.tls_certs_only([]);
        }
        builder = connect.over_socket(connect.through(connect.secure(builder)));
        match connect.record.sni {
            Some(_) => builder.dns_resolver(Arc::new(Elsewhere { host: host_name(&self.url).to_string() })),
            None => builder,
        }
    }

    /// A request for a URL of the service as [`RequestPlan::reached_by`]'s client is to make it: by the name that TLS
    /// wants, with the Host header that goes with it, where that is not the URL's.
    ///
    /// # Errors
    /// When the name cannot stand in a URL.
    pub fn ask(&self, client: &Client, method: Method, url: &Url) -> Result<RequestBuilder> {
        let mut aimed = url.clone();
        let Some(name) = &self.connect.record.sni else { return Ok(client.request(method, aimed)) };
        aimed
            .set_host(Some(name))
            .map_err(|e| Error::Own(format!("the request could not be built: --sni {name}: {e}")))?;
        let request = client.request(method, aimed);
        // HTTP/1.1 still asks for the URL's own host; in HTTP/2 both are one
        match self.connect.record.http2 || self.headers.contains_key(HOST) {
            true => Ok(request),
            false => Ok(request.header(HOST, self.host())),
        }
    }
}

/// Whatever name is looked up, it is at this host.
struct Elsewhere {
    host: String,
}

impl Resolve for Elsewhere {
    fn resolve(&self, _: Name) -> Resolving {
        let host = self.host.clone();
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((host, 0)).await?.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}
