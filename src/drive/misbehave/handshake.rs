//! How misbehaving clients begin to speak TLS: as the plan says, with HTTP/1.1 alone.

use std::sync::Arc;

use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::stream::Stream;
use crate::error::{Error, Result};
use crate::http::tls_config;
use crate::plan::{RequestPlan, host_name};

/// The handshake of an https target.
pub(super) struct Handshake {
    connector: TlsConnector,
    name: ServerName<'static>,
}

impl Handshake {
    /// None where the target is plain http.
    ///
    /// # Errors
    /// When the system has no certificates to check a server by.
    pub(super) fn from_plan(plan: &RequestPlan) -> Result<Option<Handshake>> {
        if plan.url.scheme() != "https" {
            return Ok(None);
        }
        let name = plan.connect.record.sni.as_deref().unwrap_or_else(|| host_name(&plan.url)).to_string();
        let name = ServerName::try_from(name)
            .map_err(|e| Error::Own(format!("the misbehaving clients could not start: {e}")))?;
        let config = tls_config(&plan.connect, &["http/1.1"])?;
        Ok(Some(Handshake { connector: TlsConnector::from(Arc::new(config)), name }))
    }

    /// None where the two do not agree, or the server's certificate is not accepted.
    pub(super) async fn shake(&self, tcp: TcpStream) -> Option<Stream> {
        let tls = self.connector.connect(self.name.clone(), tcp).await.ok()?;
        Some(Stream::Tls(Box::new(tls)))
    }
}

#[cfg(test)]
mod tests;
