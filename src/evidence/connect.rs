//! How connections to the service are made, as far as it may be written down.

use serde::{Deserialize, Serialize};

use crate::units::Span;

/// What of it differs from a plain HTTP/1.1 client that keeps its connections open.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Connect {
    /// HTTP/2: over https where the server offers it, over http by prior knowledge.
    #[serde(skip_serializing_if = "is_off")]
    pub http2: bool,
    /// The path of the Unix socket that stands for host and port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unix_socket: Option<String>,
    /// Any certificate will do.
    #[serde(skip_serializing_if = "is_off")]
    pub insecure: bool,
    /// The file of the only authorities whose certificates will do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cacert: Option<String>,
    /// The file of the client's own certificate,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cert: Option<String>,
    /// and of its key, where that is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The name that TLS asks for, in place of the URL's host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sni: Option<String>,
    /// The proxy, without user and password; `env` where the environment names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy: Option<String>,
    /// Each request has a connection of its own.
    #[serde(skip_serializing_if = "is_off")]
    pub disable_keepalive: bool,
    /// A connection is used for about so long, and then another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection_lifetime: Option<Span>,
}

impl Connect {
    /// Whether there is nothing to tell.
    pub fn is_usual(&self) -> bool {
        *self == Connect::default()
    }
}

fn is_off(switch: &bool) -> bool {
    !switch
}
