//! Where a host is: its addresses, looked up again now and then.

use std::cell::RefCell;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use reqwest::Url;
use tokio::net::TcpStream;
use tokio::time::Instant;

/// Addresses are asked for again after so long, where a connection has to be opened anyway: what a name server gives
/// for a service that moves is good for half a minute or so.
const GOOD_FOR: Duration = Duration::from_secs(30);

/// The addresses of one host and port.
pub(super) struct Names {
    host: String,
    port: u16,
    known: RefCell<Option<Known>>,
}

struct Known {
    addresses: Vec<SocketAddr>,
    since: Instant,
}

impl Names {
    pub(super) fn of(url: &Url) -> Names {
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_string();
        Names { host, port: url.port_or_known_default().unwrap_or(80), known: RefCell::new(None) }
    }

    /// A connection to the first address that takes one.
    pub(super) async fn connect(&self) -> io::Result<TcpStream> {
        let mut failed = io::Error::from(io::ErrorKind::NotFound);
        for address in self.addresses().await? {
            match TcpStream::connect(address).await {
                Ok(stream) => return Ok(stream),
                Err(e) => failed = e,
            }
        }
        // whoever moved away is looked for again
        *self.known.borrow_mut() = None;
        Err(failed)
    }

    async fn addresses(&self) -> io::Result<Vec<SocketAddr>> {
        if let Some(known) = &*self.known.borrow()
            && known.since.elapsed() < GOOD_FOR
        {
            return Ok(known.addresses.clone());
        }
        let addresses: Vec<SocketAddr> =
            tokio::net::lookup_host((self.host.as_str(), self.port)).await?.collect();
        *self.known.borrow_mut() = Some(Known { addresses: addresses.clone(), since: Instant::now() });
        Ok(addresses)
    }
}
