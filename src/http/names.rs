//! Where the names of hosts lead.

use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Leads every name to one host: TLS asks for another name than the URL's.
pub(super) struct FixedHost {
    host: String,
}

impl FixedHost {
    pub(super) fn new(host: &str) -> FixedHost {
        FixedHost { host: host.to_string() }
    }
}

impl Resolve for FixedHost {
    fn resolve(&self, _: Name) -> Resolving {
        let host = self.host.clone();
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((host, 0)).await?.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}
